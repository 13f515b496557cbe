/** The guests `wat/edge.wat` and `wat/edge-wasi.wat`, which recurse to the stack's end. */

import { equal, words, wordsOf } from '../assert.js';
import { isOverflow } from './outcomes.js';

/** The imports of `wat/edge.wat`, in the order of its table. */
export const IMPORTS = (
  '__guest_request __guest_response __guest_error __host_call __host_response_len __host_response __host_error_len ' +
  '__host_error __console_log env.abort env.trace env.seed env.console.log'
).split(' ');

/** The same for `wat/edge-wasi.wat`; some are called together. */
export const WASI = (
  'fd_write fd_read random_get path_open fd_readdir path_filestat_get path_create_directory clock_time_get ' +
  'poll_oneoff args_get proc_exit'
).split(' ');

/** Imports that end their guest, which can call them only once. */
export const ENDING = ['env.abort', 'proc_exit'];

const ENDLESS = 0xffffffff;

/** The longest frame of the guest, in units of 8 bytes. That many wider levels shift those behind them by one frame. */
const STEPS = 24;

/** The payload for a walk to the stack's end. */
export const walk = (number, { from = 0, levels = ENDLESS, wide = 0 } = {}) => words(number, from, levels, wide);

/** The number of levels for which the stack has room where `invoke` calls the guest, roughly. */
export async function depthOf(invoke) {
  const fits = async (levels) => {
    try {
      return wordsOf(await invoke('e', walk(0, { from: levels, levels })))[0] === levels;
    } catch (error) {
      if (error.code === 'WAPC_TRAP') return false;
      throw error;
    }
  };
  let [low, high] = [0, 512];
  while (await fits(high)) [low, high] = [high, 2 * high];
  while (high - low > 16) {
    const middle = (low + high) >>> 1;
    if (await fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Numbers of wider levels for `count` walks from the `nth` on, spread over the size of a frame. */
export function* shifts(count, nth = 0) {
  for (let i = 0; i < count; i++) yield ((nth + i) * 7) % STEPS;
}

/** Asserts that the guest has trapped by a stack overflow, or failed with one of `codes`. */
export function trapped(error, codes = []) {
  if (codes.includes(error?.code)) return;
  equal(error?.code, 'WAPC_TRAP', `what ends at the stack's end (${error?.message})`);
  equal(isOverflow(error.cause), true, `the cause (${error.cause})`);
}
