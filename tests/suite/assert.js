/** The few assertions that the suite needs, for every engine. */

const text = (value) => {
  if (value instanceof Uint8Array) return `[${value.length <= 64 ? value.join(' ') : `${value.length} bytes`}]`;
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? String(value));
};

export function equal(actual, expected, what = 'value') {
  if (!same(actual, expected)) throw new Error(`${what}: expected ${text(expected)}, got ${text(actual)}`);
}

function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && a.length === b.length && a.every((x, i) => x === b[i]);
  // Errors are not compared: their keys do not show their content.
  if (a instanceof Error || b instanceof Error) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
}

/** The value that `work` throws or rejects with. */
export async function thrown(work) {
  let value;
  try {
    value = await work();
  } catch (error) {
    return error;
  }
  throw new Error(`expected an error, got ${text(value)}`);
}

/** The error that `work` throws, which must have `code`. */
export async function fails(code, work) {
  const error = await thrown(work);
  if (error?.code !== code)
    throw new Error(`expected ${code}, got ${error?.code ?? error}: ${error?.message}`, { cause: error });
  return error;
}

/** Watchdog: milliseconds after which an event is taken never to come. No measure of speed. */
const PATIENCE = 10 * 60_000;

/** The engine's clock: tests may have one of their own. */
const now = performance.now.bind(performance);

/** Lets the event loop turn: compiling takes tasks, which microtasks alone would never let run. */
export const turn = () => new Promise((resolve) => setTimeout(resolve));

/** Waits for a condition that no promise reports. */
export async function until(holds) {
  const end = now() + PATIENCE;
  while (!holds()) {
    if (now() > end) throw new Error(`this never came to hold: ${holds}`);
    await turn();
  }
}

/** A timeout in milliseconds that never passes in a test, however slow the machine. */
export const A_DAY = 86_400_000;

/** The result of `work`, retried where a short `limits.timeout` passes: slow machines may take longer for anything. */
export async function inTime(work) {
  const end = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (error?.code !== 'WAPC_TIMEOUT' || performance.now() > end) throw error;
    }
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
export const bytes = (string) => encoder.encode(string);
/** An array whose buffer is detached. */
export function detached(array) {
  structuredClone(array, { transfer: [array.buffer] });
  return array;
}

/** Bytes, or an error, whose class is not that of this realm, as those of another realm are. */
export const foreign = (value) =>
  Object.setPrototypeOf(value, Object.create(Object.getPrototypeOf(Object.getPrototypeOf(value))));
export const string = (array) => decoder.decode(array);
/** A payload of words, little-endian. */
export const words = (...numbers) => new Uint8Array(Uint32Array.from(numbers).buffer);
/** The words of an answer. */
export const wordsOf = (array) => [...new Uint32Array(array.slice().buffer)];

/** The innermost cause of an error. */
export function rootOf(error) {
  while (error.cause !== undefined) error = error.cause;
  return error;
}
