/** A sandbox for one piece of work, which may be stopped before it has started. */

import { Sandbox } from './sandbox.js';

export class Running {
  #started;
  #reason;
  #ends = [];

  /** @param {'bench' | 'bench-full'} script */
  async start(script) {
    this.#started = await Sandbox.start(script);
    if (this.#reason !== undefined) this.stop(this.#reason);
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
