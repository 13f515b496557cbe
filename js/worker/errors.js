/** Transfers errors between threads: a structured clone drops codes, causes and names. */

import { WapcError } from '../base/error.js';
import { OverLimit } from '../invocation/invocation.js';

/** Thrown in a worker in place of the host callback's error, which stays on the caller's thread. */
export class HostFailure extends Error {}

const NATIVE = {
  CompileError: WebAssembly.CompileError,
  LinkError: WebAssembly.LinkError,
  RuntimeError: WebAssembly.RuntimeError,
};
for (const constructor of [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
  NATIVE[constructor.name] = constructor;
}

/** Packs an error into a form that a structured clone preserves. */
export function pack(error) {
  if (error instanceof HostFailure || error instanceof OverLimit) return { kind: 'host failure' };
  if (!(error instanceof Error)) return { kind: 'value', value: cloneable(error) };
  const { name, message, stack } = error;
  const { code, hostCall } = error instanceof WapcError ? /** @type {any} */ (error) : {};
  const cause = error.cause === undefined ? undefined : pack(error.cause);
  return { kind: 'error', name, message, stack, code, cause, hostCall };
}

function cloneable(value) {
  try {
    return structuredClone(value);
  } catch {
    return String(value);
  }
}

/** Deepest chain of causes that is unpacked. */
const DEEPEST = 100;

/** The names of a host call. */
const NAMES = ['binding', 'namespace', 'operation'];

/** True for a value that `pack` may have returned. */
export function isPacked(packed) {
  if (packed === null || typeof packed !== 'object') return false;
  const { kind, name, code, message, hostCall } = packed;
  if (kind !== 'error') return kind === 'host failure' || kind === 'value';
  if (hostCall !== undefined && !NAMES.every((part) => typeof hostCall?.[part] === 'string')) return false;
  return typeof name === 'string' && typeof message === 'string' && (code === undefined || typeof code === 'string');
}

/** Restores a packed error. `failure` is the last error of the host callback. */
export function unpack(packed, failure, depth = 0) {
  if (packed.kind === 'host failure') return failure;
  if (packed.kind === 'value') return packed.value;
  const { name, code, message, stack } = packed;
  const hasCause = depth < DEEPEST && isPacked(packed.cause);
  const options = hasCause ? { cause: unpack(packed.cause, failure, depth + 1) } : undefined;
  const error =
    code === undefined
      ? new (Object.hasOwn(NATIVE, name) ? NATIVE[name] : Error)(message, options)
      : new WapcError(code, message, options);
  for (const [key, value] of Object.entries({ name, stack })) {
    if (error[key] !== value) Object.defineProperty(error, key, { value, configurable: true, writable: true });
  }
  return error;
}
