/** Scene 5: guests that people bring, and links that share them. */

import { Scene, bytesOf, drop, equal, expect, type, until } from './person.js';

const scene = new Scene('own');
const answer = () => scene.$('.answer').textContent;
const field = (name) => scene.all('.field').find(({ textContent }) => textContent.startsWith(name)).lastElementChild;
const operations = () => scene.all('.operations button').map(({ textContent }) => textContent);

async function load(address) {
  type(field('The address'), address);
  await scene.press('Load');
}

async function invoke(operation, payload, format = 'text') {
  type(field('Operation'), operation);
  type(scene.$('textarea[aria-label="Payload"]'), payload);
  scene
    .all('[aria-label="The payload is"] button')
    .find(({ value }) => value === format)
    .click();
  await scene.press('Invoke');
}

/** Drops files in the middle of nowhere, of which `name` is the one that is to be taken. */
async function droppedAll(name, files) {
  drop(document.body, ...files);
  await until(() => scene.$('.guest-place').textContent.includes(name));
  await scene.done();
}

const dropped = (name, parts) => droppedAll(name, [[name, parts]]);

/** True where each digit of a text is seen after the letters of Hebrew and Arabic that it stands behind. */
function isInOrder(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  let letter;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    for (let i = 0; i < node.data.length; i++) {
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      const { left, top } = range.getBoundingClientRect();
      if (/[\u0590-\u06ff]/.test(node.data[i])) letter = { left, top };
      else if (/\d/.test(node.data[i]) && Math.abs(letter?.top - top) < 8 && left < letter.left) return false;
    }
  }
  return true;
}

/** A guest whose start function never ends. */
const ENDLESS = [
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 10, 2, 96, 2, 127, 127, 1, 127, 96, 0, 0, 3, 3, 2, 0, 1, 5, 3, 1, 0, 1, 7, 25, 2],
  ...new TextEncoder().encode('\x0c__guest_call\0\0\x06memory\x02\0'),
  ...[8, 1, 1, 10, 14, 2, 4, 0, 65, 0, 11, 7, 0, 3, 64, 12, 0, 11, 11],
];

/** What a stranger's callback reaches. */
const STRANGER = `const hostCall = async () => {
  const attempts = {
    document: () => document.title,
    storage: () => localStorage.length,
    database: () => indexedDB.open('x') && 'opened',
    caches: async () => (await caches.keys()).includes('of the page') || notSeen(),
    page: () => fetch('${location.origin}/dist/hello.wasm'),
    network: () => fetch('https://example.com/'),
    script: () => importScripts('${location.origin}/www/dist/main.js'),
    module: () => import('${location.origin}/www/dist/main.js'),
  };
  const notSeen = () => { throw new Error('not seen'); };
  const reached = [];
  for (const [name, attempt] of Object.entries(attempts)) {
    try { await attempt(); reached.push(name); } catch {}
  }
  return 'reached: ' + reached.join(' ') + ', origin ' + self.origin;
};`;

export const tests = {
  async 'own: a guest by itself, its operations and its answer'() {
    await scene.see();
    equal(operations(), ['hello', 'echo', 'nope']);
    expect(answer().includes('Hello, waPC!'), answer());
    expect(scene.all('.step').length === 5, `${scene.all('.step').length} steps`);
  },
  async 'own: each guest of the page shows what it does when it is chosen and invoked'() {
    for (const [name, operation, told] of [
      ['with WASI', 'catalogue', '8 words  poems/rose.txt'],
      ['the policy', 'validate', '"accepted": true'],
      ['Rust', 'hello', 'Hello, waPC!'],
    ]) {
      await scene.press(name);
      // A busy machine finds fewer: each name has a time limit.
      expect(/: (1 operation|\d\d+ operations|[^1] operations) found/.test(scene.status), scene.status);
      equal(field('Operation').value, operation);
      await scene.press('Invoke');
      expect(answer().includes(told), `${name}: ${answer()}`);
    }
    expect(scene.$('.share input').value.includes('operation=hello'), scene.$('.share input').value);
  },
  async 'own: the example of another guest gives way to a guest that somebody brings, what they wrote does not'() {
    const bring = async () => dropped('brought.wasm', [await bytesOf('/testdata/zig/hello.wasm')]);
    await scene.press('the policy');
    await bring();
    await scene.press('Invoke');
    expect(answer().includes('Hello, waPC!'), answer());
    type(scene.$('textarea[aria-label="Payload"]'), 'mine');
    await bring();
    equal(scene.$('textarea[aria-label="Payload"]').value, 'mine');
  },
  async 'own: a file dropped outside of the scene; nothing names the guest before it'() {
    // `dropped` waits until this name is shown: that of the guest before is shown already.
    await dropped('outside.wasm', [await bytesOf('/testdata/hello.wasm')]);
    expect(scene.$('.guest-head').textContent.includes('outside.wasm'), scene.text);
    equal(scene.all('.controls [aria-pressed="true"]').length, 0);
    equal(field('The address').value, '');
    for (const name of ['hello', 'echo', 'nope']) expect(operations().includes(name), operations().join());
    await invoke('hello', 'drop');
    expect(answer().includes('Hello, drop'), answer());
    scene.$('.guest-head').open = true;
    for (const part of ['__guest_call', 'imports of wapc', '__host_call', 'WASI']) {
      expect(scene.$('.about').textContent.includes(part), scene.$('.about').textContent);
    }
    scene.$('.guest-head').open = false;
  },
  async 'own: of several files that are dropped the first guest is taken, and it says so'() {
    const [zig, c] = [[await bytesOf('/testdata/zig/hello.wasm')], [await bytesOf('/testdata/c/hello.wasm')]];
    const note = () => scene.$('.guest-place small')?.textContent;
    await droppedAll('FIRST.WASM', [
      ['notes.md', ['x']],
      ['FIRST.WASM', zig],
      ['second.wasm', c],
    ]);
    expect(scene.status.includes('operations found') && scene.status.includes('of the 3 files'), scene.status);
    expect(note()?.includes('of the 3 files'), scene.text);
    await droppedAll('one.txt', [
      ['one.txt', ['x']],
      ['two.txt', ['x']],
    ]);
    expect(scene.$('.guest-place').textContent.includes('cannot be run'), scene.text);
    expect(note()?.includes('of the 2 files'), scene.text);
    await dropped('alone.wasm', zig);
    equal([note(), scene.status.includes('files')], [undefined, false]);
  },
  async 'own: payloads and answers as text, JSON, MessagePack and hex'() {
    for (const [format, payload, shown] of [
      ['text', 'ü', 'ü'],
      ['hex', 'c3 bc', '000000  c3 bc'],
      ['json', '{ "a": [1] }', '{\n  "a": [\n    1\n  ]\n}'],
      ['msgpack', '{ "a": [1] }', '{\n  "a": [\n    1\n  ]\n}'],
      ['hex', 'c', 'hex is pairs'],
      ['json', '{', 'SyntaxError'],
    ]) {
      await invoke('echo', payload, format);
      expect(answer().includes(shown), `${format}: ${answer()}`);
    }
    const long = Array.from({ length: 5000 }, (_, i) => (i % 256).toString(16).padStart(2, '0')).join('');
    await invoke('echo', long, 'hex');
    equal(scene.$('.answer pre').textContent.split('\n').length, 625, 'rows of hex:');
    scene
      .all('.answer button')
      .find(({ value }) => value === 'msgpack')
      .click();
    equal(scene.$('.answer pre').textContent, 'These bytes are not MessagePack.');
    await invoke('echo', JSON.stringify('x'.repeat(1 << 20)), 'json');
    scene
      .all('.answer button')
      .find(({ value }) => value === 'json')
      .click();
    equal(scene.$('.answer pre').textContent, 'These bytes are too many to be read as JSON.');
    await invoke('echo', 'ü'.repeat(600_000));
    expect(scene.$('.answer pre').textContent === 'ü'.repeat(1 << 18), 'it is not cut');
    for (const part of ['1.1\u00a0MB', 'The first 1\u00a0MB are read', 'The first 262,144 characters']) {
      expect(scene.$('.answer small').textContent.includes(part), scene.$('.answer small').textContent);
    }
  },
  async 'own: Hebrew and Arabic leave what follows them in its place'() {
    await dropped('ש', [await bytesOf('/testdata/zig/hello.wasm')]);
    for (const [operation, payload, selector] of [
      ['echo', 'x', '.guest-head summary'],
      ['ש', 'x', '.step.invoke summary'],
      ['echo', 'ש', '.step.answer summary'],
      ['echo', 'ش', '.step.answer summary'],
    ]) {
      await invoke(operation, payload);
      expect(isInOrder(scene.$(selector)), scene.$(selector).textContent);
    }
  },
  async 'own: what is no guest says why, and nothing of the guest before it stays'() {
    const bytes = (...values) => [new Uint8Array(values)];
    const cut = (await bytesOf('/testdata/hello.wasm')).slice(0, 100);
    for (const [name, parts, told] of [
      ['page.html', ['<!doctype html><title>x</title>'], 'HTML'],
      ['cut.wasm', [cut], 'WAPC_COMPILE'],
      ['empty.wasm', bytes(0, 97, 115, 109, 1, 0, 0, 0), '__guest_call'],
      ['component.wasm', bytes(0, 97, 115, 109, 13, 0, 1, 0), 'component'],
      ['nothing.wasm', [], 'WAPC_'],
      ['endless.wasm', bytes(...ENDLESS), 'limits.start'],
      ['large.wasm', Array(100).fill(new Uint8Array(1 << 20)), '100 MB'],
    ]) {
      await dropped(name, parts);
      const head = scene.$('.guest-place').textContent;
      expect(head.includes(`${name} cannot be run`) && head.includes(told), `${name}: ${head}`);
      equal([answer(), operations().length], ['', 0]);
    }
    for (const [address, told] of [
      ['guests/none.wasm', '404'],
      ['index.html', 'HTML'],
      ['http://127.0.0.1:1/guest.wasm', 'https'],
      ['https://', 'no address'],
    ]) {
      await load(address);
      const head = scene.$('.guest-place').textContent;
      expect(head.includes('cannot be run') && head.includes(told), `${address}: ${head}`);
    }
    await dropped('note.txt', ['a note']);
    const head = scene.$('.guest-place').innerText;
    expect(head.includes('WAPC_COMPILE note.txt: ') && !head.includes('the bytes'), head);
    expect(!head.includes('caused by'), `the reason is said twice: ${head}`);
    equal(scene.status, 'note.txt cannot be run.');
    await scene.press('Invoke');
    expect(scene.status.includes('load one first'), scene.status);
  },
  async 'own: a guest that traps, and one that never ends and is stopped'() {
    await load('guests/assemblyscript.wasm');
    expect(operations().includes('abort'), operations().join());
    await invoke('abort', '');
    expect(answer().includes('WAPC_TRAP') && answer().includes('planned abort'), answer());
    await load('hello.wasm');
    type(field('Operation'), 'spin');
    scene.button('Invoke').click();
    await until(() => scene.all('.step').length === 1);
    equal(answer(), 'It runs…');
    await scene.press('Stop');
    equal([scene.status, answer()], ['You stopped it.', '']);
    await invoke('echo', 'again');
    expect(answer().includes('again'), answer());
    scene.button('Rust').click();
    await scene.press('Stop');
    equal(scene.$('.guest-place').textContent, 'rust.wasm was not loaded.');
    equal(scene.status, 'You stopped it.');
  },
  async 'own: a link brings everything, and runs nothing before the button is pressed'() {
    await globalThis.caches?.open('of the page');
    // It can wait for its host in every engine.
    await load('guests/rust-asyncified.wasm');
    type(scene.$('.editor textarea'), STRANGER);
    await invoke('hello', 'Ada');
    expect(answer().includes('Hello, reached: , origin null'), answer());
    const { value: link } = scene.$('.share input');
    expect(link.startsWith(location.href.split('#')[0]), link);
    await scene.press('Zig');
    const before = performance.getEntriesByType('resource').length;
    location.hash = new URL(link).hash;
    await until(() => scene.section.dataset.state === 'waiting');
    for (const part of ['This comes from a link', new URL('guests/rust-asyncified.wasm', location.href).href]) {
      expect(scene.text.includes(part), scene.text);
    }
    equal(scene.$('.editor textarea').value, STRANGER);
    equal([field('Operation').value, answer(), scene.all('.step').length], ['hello', '', 0]);
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    equal(performance.getEntriesByType('resource').length, before, 'something was fetched:');
    await scene.press('Load it and run');
    await until(() => !['', 'It runs…'].includes(answer()));
    expect(answer().includes('Hello, reached: , origin null'), answer());
    await globalThis.caches?.delete('of the page');
    history.replaceState(null, '', location.pathname + location.search);
  },
  async 'own: where no sandbox starts apart from the page, what a link brought is not run, and what is one’s own is'() {
    const policy = document.getElementById('sandbox-policy');
    const { content } = policy;
    policy.content = "default-src 'none'";
    // The callback is still the link's, whatever is added to it.
    type(scene.$('.editor textarea'), `${scene.$('.editor textarea').value} // changed`);
    await scene.press('Invoke');
    expect(answer().includes('no sandbox apart'), answer());
    expect(!answer().includes('reached'), answer());
    type(scene.$('.editor textarea'), '');
    type(scene.$('.editor textarea'), 'const hostCall = { foo: { echo: () => self.origin } };');
    await invoke('hello', 'x');
    expect(answer().includes(`Hello, ${location.origin}`), answer());
    expect(scene.status.includes('in a worker of this page'), scene.status);
    policy.content = content;
    await invoke('hello', 'x');
    expect(answer().includes('Hello, null'), answer());
    expect(!scene.status.includes('in a worker of this page'), scene.status);
  },
  async 'own: a link that is opened while a guest loads, or runs, takes its place'() {
    const callback = 'const hostCall = (binding, namespace, operation, payload) => payload;';
    const values = { guest: 'guests/zig.wasm', operation: 'echo', payload: 'linked', callback };
    const linked = async () => {
      location.hash = new URLSearchParams(values);
      await until(() => scene.section.dataset.state === 'waiting');
      history.replaceState(null, '', location.pathname + location.search);
    };
    for (const begin of [
      async () => {
        scene.button('Rust').click();
        await until(() => scene.status.startsWith('Loading'));
      },
      async () => {
        await load('hello.wasm');
        type(field('Operation'), 'spin');
        scene.button('Invoke').click();
        await until(() => scene.all('.step').length === 1);
      },
    ]) {
      await begin();
      await linked();
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      equal([scene.section.dataset.state, scene.button('Stop').disabled], ['waiting', true]);
      equal(scene.status, 'A link was opened. Nothing of it runs before you press.');
      equal([answer(), operations().length, field('Operation').value], ['', 0, 'echo']);
      await scene.press('Load it and run');
      await until(() => !['', 'It runs…'].includes(answer()));
      expect(answer().includes('linked'), answer());
    }
  },
  async 'own: no link is offered that the page would refuse'() {
    await scene.press('Zig');
    const [link, payload] = [scene.$('.share input'), scene.$('textarea[aria-label="Payload"]')];
    type(payload, 'x'.repeat(1 << 16));
    expect(link.value.includes('payload=xxx') && !link.disabled, link.value.slice(0, 200));
    type(payload, 'x'.repeat((1 << 16) + 1));
    equal([link.value, link.disabled, scene.$('.share button').disabled], ['', true, true]);
    const hint = scene.$('.share small').textContent;
    expect(hint.includes('its payload has 65537 characters'), hint);
    type(payload, 'waPC!');
    expect(!link.disabled, 'no link is offered for a short payload');
  },
  async 'own: links that are too long, or hard to mark'() {
    const linked = async (values, isShown) => {
      location.hash = new URLSearchParams({ guest: 'guests/zig.wasm', operation: 'hello', ...values });
      await until(isShown);
      history.replaceState(null, '', location.pathname + location.search);
    };
    const [shown, area] = [scene.$('.editor pre'), scene.$('.editor textarea')];
    for (const open of ['"', "'", '`', '/*', '"\\']) {
      const callback = open.repeat(20_000 / open.length);
      await linked({ callback }, () => area.value === callback);
      equal(shown.textContent.trimEnd().length, 20_000);
      expect(shown.childElementCount > 0, `${open} is not marked`);
    }
    await linked({ callback: '"'.repeat(20_001) }, () => area.value.length === 20_001);
    equal([shown.childElementCount, shown.textContent.length], [0, 20_002]);
    const longest = { callback: 'x'.repeat(1 << 16), guest: `guests/${'a'.repeat(9000)}.wasm` };
    await linked(longest, () => area.value === longest.callback);
    equal(scene.$('.guest-place code').textContent.length, 301);
    await linked({ callback: 'y'.repeat((1 << 16) + 1) }, () => scene.status.includes('its callback has 65537'));
    equal(area.value, longest.callback);
  },
};
