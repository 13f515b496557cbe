/** Uses the page as a person does: looks for what is written, presses, types, drops. Works in every browser. */

export const $ = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/** Waits until a condition holds. Where it never does, the test's watchdog ends it. */
export async function until(holds) {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export function expect(holds, what) {
  if (!holds) throw new Error(what);
}

export function equal(got, wanted, what = '') {
  expect(
    JSON.stringify(got) === JSON.stringify(wanted),
    `${what} ${JSON.stringify(got)}, not ${JSON.stringify(wanted)}`,
  );
}

/** Types into a field. */
export function type(field, text) {
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
}

/** Drops files somewhere, each a name and the parts of its bytes. */
export function drop(place, ...files) {
  const dataTransfer = new DataTransfer();
  for (const [name, parts] of files) dataTransfer.items.add(new File(parts, name));
  for (const kind of ['dragover', 'drop']) {
    place.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
  }
}

export const bytesOf = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());

/** A text whose spaces are all alike. */
const spaced = (text) => text.replaceAll('\u00a0', ' ');

/** A scene, by the id of its section. */
export class Scene {
  constructor(id) {
    this.section = document.getElementById(id);
  }

  /** Scrolls to it: it runs once by itself. */
  async see() {
    $('.stage', this.section).scrollIntoView({ behavior: 'instant', block: 'center' });
    await this.done();
  }

  /** Waits until it has done what it does. */
  done() {
    return until(() => this.section.dataset.state === 'done');
  }

  get status() {
    return spaced($('[role="status"]', this.section).textContent);
  }

  get text() {
    return spaced(this.section.innerText);
  }

  $(selector) {
    return $(selector, this.section);
  }

  all(selector) {
    return all(selector, this.section);
  }

  button(text) {
    const found = this.all('button').find((button) => button.textContent === text && button.offsetParent !== null);
    expect(found !== undefined, `there is no button ${text}`);
    return found;
  }

  /** Presses a button and waits until that has come to its end. */
  async press(text) {
    this.button(text).click();
    await this.done();
  }
}
