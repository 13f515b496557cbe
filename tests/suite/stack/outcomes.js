/** What may come of something that is done where the stack ends. */

/** Whether the engine itself says that the stack has ended: Firefox has an error of its own for that. */
export const isOverflow = (error) => error instanceof RangeError || error?.name === 'InternalError';

const told = (error) => `${error?.code ?? error?.name ?? typeof error}: ${error?.message ?? error}`;

/**
 * What is done near the stack's end, and what comes of it. It is kept without a call: there may be no room for one. Where
 * there is none for the deed itself either, that is an outcome like any other.
 */
export class Outcomes {
  #act;
  #codes;
  #kept = new Array(4096);
  #thrown = new Array(4096);
  #acted = 0;
  #failed = 0;

  /**
   * @param {() => unknown} act what is done, to be called with nothing else on the way
   * @param {string[]} [codes] those that it may fail with besides WAPC_LIMIT
   */
  constructor(act, codes = []) {
    this.#act = act;
    this.#codes = ['WAPC_LIMIT', ...codes];
  }

  try() {
    try {
      this.#kept[this.#acted] = this.#act();
      this.#acted++;
    } catch (error) {
      this.#thrown[this.#failed++] = error;
    }
  }

  /** Waits for all of them, and hands each result to `use`: how many succeeded. Throws where one failed as it may not. */
  async settle(use = () => {}) {
    const [acted, failed] = [this.#acted, this.#failed];
    // All at once: a rejection that nobody has listened to by the end of this turn ends the process.
    const settled = Promise.allSettled(this.#kept.slice(0, acted).map(async (kept) => use(await kept)));
    const errors = this.#thrown.slice(0, failed);
    this.#kept.fill(undefined, 0, acted);
    this.#thrown.fill(undefined, 0, failed);
    this.#acted = this.#failed = 0;
    for (const { status, reason } of await settled) if (status === 'rejected') errors.push(reason);
    const wrong = errors.find((error) => !isOverflow(error) && !this.#codes.includes(error?.code));
    if (wrong !== undefined) throw new Error(`failed with ${told(wrong)}`, { cause: wrong });
    return acted + failed - errors.length;
  }
}
