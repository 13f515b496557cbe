/** A sandbox for one piece of work, which may be stopped before it has started. */

import { Sandbox, load } from './sandbox.js';

export class Running {
  #started;
  #reason;
  #ends = [];
  /** Rejects when it is stopped, also where it has not started yet. */
  #reject;
  #stopped = new Promise((resolve, reject) => (this.#reject = reject));

  constructor() {
    this.#stopped.catch(() => {});
  }

  /** Loads the script of a sandbox, however long that takes; rejects where it is stopped meanwhile. */
  load(name) {
    return Promise.race([load(name), this.#stopped]);
  }

  /** As `Sandbox.start`; rejects where it is stopped meanwhile. */
  start(...which) {
    const starting = Sandbox.start(...which).then((started) => {
      this.#started = started;
      if (this.#reason !== undefined) started.stop(this.#reason);
    });
    return Promise.race([starting, this.#stopped]);
  }

  /** What is to be said of where it runs: nothing, unless its worker has the page's own origin. */
  get note() {
    return this.#started.isApart ? '' : ' This browser starts no sandbox apart here: it ran in a worker of this page.';
  }

  /** As `Sandbox.run`. */
  run(...command) {
    return this.#started.run(...command);
  }

  /** Calls `end` with the error that it is stopped with, once it is. */
  whenStopped(end) {
    this.#ends.push(end);
  }

  /** False until there is a sandbox that listens. */
  get isStarted() {
    return this.#started !== undefined;
  }

  /** Ends it, wherever it is: what runs is rejected with that text, and that name. Idempotent. */
  stop(why = 'it has ended', name = 'Stopped') {
    this.#reason ??= Object.assign(new Error(why), { name });
    this.#reject(this.#reason);
    for (const end of this.#ends.splice(0)) end(this.#reason);
    this.#started?.stop(this.#reason);
  }
}

/** An error of the callback's script, with its line. */
export function located(error) {
  if (error.scriptLine > 0) error.message = `line ${error.scriptLine}: ${error.message}`;
  return error;
}
