/** A sandbox for one piece of work, which may be stopped before it has started. */

import { Sandbox } from './sandbox.js';

export class Running {
  #started;
  #reason;
  #ends = [];

  /** As `Sandbox.start`. */
  async start(...which) {
    this.#started = await Sandbox.start(...which);
    if (this.#reason !== undefined) this.stop(this.#reason);
  }

  /** What is to be said of where it runs: nothing, unless its worker has the page's own origin. */
  get note() {
    return this.#started.isApart ? '' : ' This browser starts no sandbox apart here: it ran in a worker of this page.';
  }

  /** As `Sandbox.run`. */
  run(...command) {
    return this.#started.run(...command);
  }

  /** Calls `end` once it is stopped. */
  whenStopped(end) {
    this.#ends.push(end);
  }

  /** Ends it, wherever it is: what runs is rejected with that text. Idempotent. */
  stop(why = 'it has ended') {
    this.#reason = why;
    for (const end of this.#ends.splice(0)) end();
    this.#started?.stop(Object.assign(new Error(why), { name: 'Stopped' }));
  }
}

/** An error of the callback's script, with its line. */
export function located(error) {
  if (error.scriptLine > 0) error.message = `line ${error.scriptLine}: ${error.message}`;
  return error;
}
