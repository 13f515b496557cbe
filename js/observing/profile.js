/** `profile` of `wapc-host/observe`. */

import { noteAll, sampling } from '../base/realm.js';
import { functionsOf } from './frames.js';

function setSamplers(samplers) {
  sampling.samplers = samplers;
  noteAll(sampling);
}

/** Samples which functions guests spend their time in. Returns a function that stops it and returns the `Profile`. */
export function profile() {
  const functions = new Map();
  let [samples, isOver] = [0, false];
  const count = (guest, { index, name }, what) => {
    const key = `${index} ${guest}`;
    if (!functions.has(key)) functions.set(key, { guest, index, name, self: 0, total: 0 });
    functions.get(key)[what]++;
  };
  const own = (sample) => {
    const { guest } = sample;
    const [innermost, ...others] = functionsOf(sample);
    if (innermost === undefined) return;
    samples++;
    count(guest, innermost, 'self');
    // Once for a function that calls itself.
    const all = new Map([innermost, ...others].map((one) => [one.index, one]));
    for (const one of all.values()) count(guest, one, 'total');
  };
  setSamplers([...sampling.samplers, own]);
  return () => {
    if (!isOver) setSamplers(sampling.samplers.filter((other) => other !== own));
    isOver = true;
    const sorted = [...functions.values()].sort((a, b) => b.self - a.self || b.total - a.total || a.index - b.index);
    return { samples, functions: sorted };
  };
}
