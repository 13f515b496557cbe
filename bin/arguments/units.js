/** Numbers with units, as options give them. */

import { UsageError } from './usage-error.js';

const TIMES = { ms: 1, s: 1_000, m: 60_000 };
const SIZES = { b: 1, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, kb: 1e3, mb: 1e6, gb: 1e9 };

/**
 * Milliseconds, above 0.
 * @param {string} option for messages
 * @param {string} text
 * @param {'ms' | 's'} unit of a number that has none
 */
export function milliseconds(option, text, unit) {
  const expected = `a time such as ${unit === 'ms' ? '500 (milliseconds), 500ms, 2s or 1m' : '3 (seconds), 500ms or 1m'}`;
  return positive(option, text, { ...TIMES, '': TIMES[unit] }, expected);
}

/** Bytes, a whole number above 0. */
export function bytes(option, text) {
  const expected = 'bytes such as 16777216, 512KiB, 16MiB or 1GiB';
  const value = positive(option, text, { ...SIZES, '': 1 }, expected);
  if (!Number.isSafeInteger(value)) throw wrong(option, text, `${expected}, in all a whole number`);
  return value;
}

/** The most workers: more take the machine's memory, and minutes to start. */
export const MOST_WORKERS = 1_024;

/** A whole number from `least` to `most`, which has no more than 15 digits. */
export function count(option, text, most = 999_999_999, least = 1) {
  const isCount = /^(0|[1-9]\d{0,14})$/.test(text) && Number(text) >= least && Number(text) <= most;
  if (!isCount) throw wrong(option, text, `a whole number from ${least} to ${most}`);
  return Number(text);
}

function positive(option, text, units, expected) {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = number === undefined ? undefined : units[unit.toLowerCase()];
  const value = Number(number) * (factor ?? NaN);
  if (!(value > 0)) throw wrong(option, text, expected);
  return value;
}

const wrong = (option, text, expected) =>
  new UsageError(`--${option}: expected ${expected}, got ${JSON.stringify(text)}`);
