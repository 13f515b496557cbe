/** The outcomes of attempts near the stack's end. */

/** True for a stack overflow of the engine. Firefox has an error class of its own for it. */
export const isOverflow = (error) => error instanceof RangeError || error?.name === 'InternalError';

const told = (error) => `${error?.code ?? error?.name ?? typeof error}: ${error?.message ?? error}`;

/**
 * Attempts near the stack's end, and their outcomes. They are recorded without a call, for which there may be no room.
 * A stack overflow in the attempt itself is an outcome like any other.
 */
export class Outcomes {
  #act;
  #codes;
  #kept = new Array(4096);
  #thrown = new Array(4096);
  #acted = 0;
  #failed = 0;

  /**
   * @param {() => unknown} act the attempt, called directly
   * @param {string[]} [codes] the errors that are allowed besides WAPC_LIMIT
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

  /**
   * Waits for all attempts and hands each result to `use`; returns how many succeeded. Throws where one failed
   * otherwise.
   */
  async settle(use = () => {}) {
    const [acted, failed] = [this.#acted, this.#failed];
    // All listened to at once: a rejection without a listener at the end of this turn would end the process.
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
