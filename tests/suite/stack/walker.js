/** A guest that recurses to the stack's end, with callbacks that act there. */

import { equal, wordsOf } from '../assert.js';
import { trapped, walk } from './edge.js';
import { Outcomes } from './outcomes.js';
import { sunk } from './sunk.js';

/** The number of last levels at which a callback acts: some 100 KiB of stack, more than anything needs. */
const BAND = 640;

/** The ways to run the guest. `invoke` begins with little stack left, if it calls the guest on the caller's stack. */
export const WAYS = {
  'at once': {
    options: { async: false },
    invoke: async (host, ...invocation) => sunk(() => host.invokeSync(...invocation)),
  },
  awaited: {
    options: { async: false },
    invoke: async (host, ...invocation) => sunk(() => host.invoke(...invocation)),
  },
  'that may be suspended': { options: { async: 'auto' }, invoke: (host, ...invocation) => host.invoke(...invocation) },
  'in a pool': {
    options: { async: false },
    isPool: true,
    invoke: async (pool, ...invocation) => sunk(() => pool.invoke(...invocation)),
  },
};

/** Counts a guest's calls of its callbacks, and acts in the last ones. */
export class Walker {
  #environment;
  #way;
  #module;
  #options;
  #own;
  #action;
  #outcomes;
  #calls = 0;
  #from = 0;
  #every = 1;
  #depth;

  /**
   * @param {object} module the guest's
   * @param {{ calls: number }} depth calls of the last walk, which tell the next one where the stack will end
   */
  constructor(environment, module, way, depth) {
    const call = () => this.#called();
    this.#environment = environment;
    this.#module = module;
    this.#way = way;
    this.#depth = depth;
    this.#options = { ...way.options, hostCall: call, logger: call, stdout: call };
  }

  /** The host or pool. */
  get own() {
    return this.#own;
  }

  /** The action, from `actions.js`. */
  set action(action) {
    this.#action = action;
    this.#outcomes = new Outcomes(action.act, action.codes);
    this.#every = action.every ?? 1;
  }

  /** Runs one walk, and checks that it and all actions ended as they should. */
  async walk(number, wide) {
    if (this.#own === undefined) await this.#make();
    const action = this.#action;
    await action.begin?.();
    // The first walk only finds where the stack ends.
    if (this.#depth.calls === 0) await this.#over(number, wide, Infinity);
    // Aborting and closing happen only once, so they begin at any of the last levels.
    const last = action.ask || action.ends ? 8 + ((wide * 27) % BAND) : BAND;
    await this.#over(number, wide, Math.max(1, this.#depth.calls - last));
    await this.#outcomes.settle(action.use);
    await action.settled?.();
    if (action.ends) await this.#end();
    else equal(wordsOf(await this.#own.invoke('c')).length, 1, 'it answers afterwards');
  }

  async #make() {
    const { WapcPool } = this.#environment;
    this.#own = this.#way.isPool
      ? await WapcPool.create(this.#module, { ...this.#options, size: 1 })
      : await this.#module.instantiate(this.#options);
  }

  async #over(number, wide, from) {
    [this.#calls, this.#from] = [0, from];
    let error;
    try {
      await this.#way.invoke(this.#own, 'e', walk(number, { wide }));
    } catch (thrown) {
      error = thrown;
    }
    this.#depth.calls = this.#calls;
    if (this.#action.throws && error?.cause?.message === 'planned') equal(error.code, 'WAPC_TRAP');
    else trapped(error, this.#action.ends ? ['WAPC_CLOSED'] : []);
  }

  #called() {
    const calls = this.#calls++;
    if (calls === 0 && this.#from < Infinity) this.#action.ask?.();
    if (calls < this.#from || calls % this.#every !== 0) return undefined;
    if (this.#action.throws) this.#action.act();
    this.#outcomes.try();
    return undefined;
  }

  async close() {
    await this.#end();
    this.#action?.end?.();
  }

  async #end() {
    await this.#own?.close();
    this.#own = undefined;
  }
}
