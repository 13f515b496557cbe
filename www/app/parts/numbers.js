/** Numbers as people read them. */

/** A number with its thousands apart. */
export const count = (number) => Math.round(number).toLocaleString('en');

/** A number with as many digits as say something. */
export const figure = (number) => (number >= 100 ? count(number) : String(+number.toPrecision(number >= 10 ? 3 : 2)));

/** A number and its unit, which stay on one line. */
const of = (number, unit) => `${figure(number)}\u00a0${unit}`;

/** Milliseconds, in the unit that fits. */
export function meanTime(milliseconds) {
  if (milliseconds >= 1000) return of(milliseconds / 1000, 's');
  return milliseconds >= 0.1 ? of(milliseconds, 'ms') : of(1000 * milliseconds, 'µs');
}

/** Milliseconds of one thing. Clocks of browsers are coarse: what they cannot tell apart is said so. */
export function time(milliseconds) {
  const least = resolution();
  return milliseconds >= least ? meanTime(milliseconds) : `<\u00a0${meanTime(least)}`;
}

/** Bytes, in the unit that fits. */
export function size(bytes) {
  if (bytes < 1024) return `${bytes}\u00a0${bytes === 1 ? 'byte' : 'bytes'}`;
  return bytes < 1 << 20 ? of(bytes / 1024, 'KB') : of(bytes / (1 << 20), 'MB');
}

let least;

/** The smallest step of this browser's clock, in milliseconds. */
function resolution() {
  if (least !== undefined) return least;
  least = Infinity;
  for (let steps = 0; steps < 5; steps++) {
    const from = performance.now();
    let now = from;
    while (now === from) now = performance.now();
    least = Math.min(least, now - from);
  }
  return (least = Math.max(least, 0.001));
}

/** The value that a part of the numbers are below. */
export function quantile(numbers, part) {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}
