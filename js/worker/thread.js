/** `Thread`: one interface to the workers of all platforms. */

import { platform } from '../platform/platform.js';
import { CLOSE } from './messages.js';

/** Error text for a browser that gives no reason. */
const UNTOLD =
  'it is not there, or not served as JavaScript, or of another origin that does not share it (CORS); or a page that is cross-origin ' +
  'isolated needs it served with `Cross-Origin-Embedder-Policy`, too; or the content security policy forbids it (`worker-src`, which ' +
  'for another origin needs that and `blob:`); or the page is in a frame with `sandbox`, which needs `allow-same-origin`';

/** A worker of any platform: of `node:worker_threads`, or a web `Worker`. */
export class Thread {
  #worker;
  #receive;
  #died;
  /** True while it keeps the process alive, as a new worker does. */
  #isKept = true;
  /** True while it does not, although a request is running: see `waits`. */
  #isWaiting = false;

  /**
   * @param {PlatformWorker} worker
   * @param {(message: unknown) => void} receive
   * @param {(error: unknown) => void} died called once, unless the worker was stopped
   */
  constructor(worker, receive, died) {
    this.#worker = worker;
    this.#receive = receive;
    this.#died = died;
    if (typeof worker.on === 'function') {
      worker.on('message', (message) => this.#receive?.(message));
      worker.on('messageerror', (error) => this.die(error));
      worker.on('error', (error) => this.die(error));
      worker.on('exit', (code) => this.die(new Error(`the worker exited with code ${code}`)));
    } else {
      worker.addEventListener('message', ({ data }) => this.#receive?.(data));
      worker.addEventListener('messageerror', () => this.die(new Error('a message of the worker cannot be read')));
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        this.die(event.error ?? new Error(event.message || UNTOLD));
      });
    }
    this.unref();
  }

  send(message, transfer) {
    this.#worker.postMessage(message, transfer);
  }

  /** Keeps the process alive until `unref`: called while a request is running. */
  ref() {
    if (this.#isKept) return;
    this.#isKept = true;
    this.#worker.ref?.();
  }

  unref() {
    if (!this.#isKept) return;
    this.#isKept = this.#isWaiting = false;
    this.#worker.unref?.();
  }

  /**
   * The worker waits for this thread, until `goesOn`: what this thread awaits meanwhile keeps the process alive, or nothing
   * does. A promise that never settles lets Node end then, as on this thread alone.
   */
  waits() {
    this.#isWaiting = true;
    this.#worker.unref?.();
  }

  /** The worker computes again. */
  goesOn() {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#worker.ref?.();
  }

  /** Terminates the worker: at once, unless its files would stay open. Later messages are ignored. Idempotent. */
  stop() {
    if (this.#receive === undefined) return;
    this.#receive = this.#died = undefined;
    const terminate = () => this.#attempt((worker) => worker.terminate());
    if (platform.terminateLater === undefined) return terminate();
    this.#attempt((worker) => worker.postMessage([CLOSE]));
    platform.terminateLater(terminate);
  }

  #attempt(act) {
    try {
      act(this.#worker);
    } catch {
      // The caller's factory may have returned an object that only looks like a worker; its messages are ignored now.
    }
  }

  /** The worker has died, or cannot be reached: it is terminated, and reported unless it was stopped. */
  die(error) {
    const died = this.#died;
    this.stop();
    died?.(error);
  }
}
