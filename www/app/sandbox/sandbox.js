/**
 * Runs a guest and a callback that somebody wrote, in one worker that reaches nothing of the page: its frame has an origin
 * of its own, and a content security policy that allows no request. It is stopped wherever it is.
 *
 * The policy of the frame is laid over the page's. Where a browser starts no worker there (WebKit, where the page is
 * cross-origin isolated), the worker is the page's own: without the document, but of its origin. What a stranger wrote
 * never runs in that one: `isApart` refuses it.
 */

import { $ } from '../parts/elements.js';
import { fetched } from '../parts/fetched.js';

/** Milliseconds after which a frame that has loaded, and says nothing, is one whose script the server's policy forbids. */
const GRACE = 500;

/** Events of a sandbox at the most: it tells fewer, so one that sends more is not what the page started. */
const MOST = 20_000;

const REFUSED =
  'no worker could be started: the content security policy of this server has to allow `worker-src blob:`';

const TOGETHER =
  'this browser starts no sandbox apart from the page here, so a callback from a link is not run: empty it, then write your own';

const scripts = {};

/** The text of one of the worker's scripts; loaded once. */
export function load(name) {
  scripts[name] ??= fetched(`${name}.js`).then((response) => response.text());
  scripts[name].catch(() => delete scripts[name]);
  return scripts[name];
}

export class Sandbox {
  #frame;
  #worker;
  #port;
  #pending;
  #commands = 0;
  /** True where the worker has an origin of its own. */
  isApart = true;
  /** Rejects when the sandbox is stopped, with why. */
  #reject;
  #stopped = new Promise((resolve, reject) => (this.#reject = reject));

  constructor() {
    this.#stopped.catch(() => {});
  }

  /**
   * Starts one, of `bench` (without WASI and interruption) or `bench-full`.
   * @param {'bench' | 'bench-full'} name
   * @param {{ isApart?: boolean }} [options] `isApart`: rejects where the worker would have the page's own origin
   */
  static async start(name, { isApart = false } = {}) {
    const script = await load(name);
    const sandbox = new Sandbox();
    if (await sandbox.#inFrame(script)) return sandbox;
    if (isApart) throw new Error(TOGETHER);
    const other = new Sandbox();
    other.isApart = false;
    other.#inPage(script);
    return other;
  }

  /** Starts the worker in a frame of its own origin: false where that fails. */
  #inFrame(script) {
    const [head, code] = [$('sandbox-policy').content, $('sandbox-frame').content.textContent];
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-scripts');
    frame.hidden = true;
    frame.title = 'The sandbox of guests and callbacks';
    frame.srcdoc = `<!doctype html><meta http-equiv="content-security-policy" content="${head}"><script>${code}</script>`;
    this.#frame = frame;
    return new Promise((resolve) => {
      let isReady = false;
      const end = () => {
        removeEventListener('message', listen);
        frame.remove();
        resolve(false);
      };
      const listen = ({ source, data }) => {
        if (source !== frame.contentWindow) return;
        if (data?.ready) {
          isReady = true;
          const port = this.#listen(() => resolve(true));
          frame.contentWindow.postMessage({ script, port }, '*', [port]);
        } else {
          // An error outside of a command: of a callback's timer, as a rule.
          if (data?.failed !== undefined) this.#reject(new Error(data.failed));
          end();
        }
      };
      addEventListener('message', listen);
      frame.addEventListener('load', () => setTimeout(() => isReady || end(), GRACE));
      document.body.append(frame);
    });
  }

  #inPage(script) {
    this.#worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
    this.#worker.addEventListener('error', ({ message }) => this.#reject(new Error(message ?? REFUSED)));
    const port = this.#listen(() => {});
    this.#worker.postMessage(port, [port]);
  }

  /** Makes the channel: the worker's end. `ready` is called when the worker listens. */
  #listen(ready) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    let events = 0;
    port1.onmessage = ({ data }) => {
      if (++events > MOST) return this.stop(new Error(`it sent more than ${MOST} messages`));
      if (typeof data !== 'object' || data === null) return undefined;
      const { event, id, result, error } = data;
      if (event === 'ready') return ready();
      if (id !== this.#pending?.id) return undefined;
      if (event !== undefined) return event === null ? undefined : this.#pending.tell(event);
      return error === undefined
        ? this.#pending.resolve(result)
        : this.#pending.reject(Object.assign(new Error(), error));
    };
    return port2;
  }

  /**
   * Gives the worker one command, and waits for its result.
   * @param {string} kind
   * @param {object} values
   * @param {(event: any) => void} [tell] gets what it says meanwhile
   */
  run(kind, values, tell = () => {}) {
    const id = ++this.#commands;
    const result = new Promise((resolve, reject) => (this.#pending = { id, tell, resolve, reject }));
    this.#port.postMessage({ id, kind, values });
    return Promise.race([result, this.#stopped]);
  }

  /** Ends the worker wherever it is. What runs is rejected with `reason`. Idempotent. */
  stop(reason = new Error('stopped')) {
    this.#reject(reason);
    this.#port.close();
    this.#worker?.terminate();
    this.#frame?.contentWindow?.postMessage({}, '*');
  }
}
