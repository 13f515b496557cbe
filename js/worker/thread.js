/** The reason of a browser that gives none. */
const UNTOLD =
  'it is not there, or of another origin that does not share it (CORS), or the content security policy forbids it (`worker-src`, ' +
  'which needs `blob:` for other origins)';

/** A worker of whatever platform this is: `Worker` of `node:worker_threads`, or of the web. */
export class Thread {
  #worker;
  #receive;
  #died;

  /**
   * @param {PlatformWorker} worker
   * @param {(message: unknown) => void} receive
   * @param {(error: unknown) => void} died called once, unless it was stopped
   */
  constructor(worker, receive, died) {
    this.#worker = worker;
    this.#receive = receive;
    this.#died = died;
    if (typeof worker.on === 'function') {
      worker.on('message', (message) => this.#receive?.(message));
      worker.on('messageerror', (error) => this.#die(error));
      worker.on('error', (error) => this.#die(error));
      worker.on('exit', (code) => this.#die(new Error(`the worker exited with code ${code}`)));
    } else {
      worker.addEventListener('message', ({ data }) => this.#receive?.(data));
      worker.addEventListener('messageerror', () => this.#die(new Error('a message of the worker cannot be read')));
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        this.#die(event.error ?? new Error(event.message || UNTOLD));
      });
    }
    this.unref();
  }

  send(message, transfer) {
    this.#worker.postMessage(message, transfer);
  }

  /** While something is asked of it, it keeps the process alive; in between it does not. */
  ref() {
    this.#worker.ref?.();
  }

  unref() {
    this.#worker.unref?.();
  }

  /** Ends it wherever it is. Nothing is heard of it any more. */
  stop() {
    this.#receive = this.#died = undefined;
    try {
      this.#worker.terminate();
    } catch {
      // The caller's factory may have made something that only looks like a worker. It is not heard of any more.
    }
  }

  #die(error) {
    const died = this.#died;
    this.stop();
    died?.(error);
  }
}
