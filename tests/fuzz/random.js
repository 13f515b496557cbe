/** Random choices from a seed: the same on every engine. */
export class Random {
  #state;

  constructor(seed) {
    this.#state = (seed ^ 0x5bd1e995) >>> 0;
  }

  /** A whole number below `bound`: Mulberry32. */
  below(bound) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  pick(choices) {
    return choices[this.below(choices.length)];
  }

  oneIn(times) {
    return this.below(times) === 0;
  }
}
