/** Errors on their way between threads: a structured clone drops codes, causes and names. */

import { WapcError } from '../error.js';

/** Thrown in a worker in place of what the host callback threw: that stays on the caller's thread. */
export class HostFailure extends Error {}

const NATIVE = {
  CompileError: WebAssembly.CompileError,
  LinkError: WebAssembly.LinkError,
  RuntimeError: WebAssembly.RuntimeError,
};
for (const constructor of [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
  NATIVE[constructor.name] = constructor;
}

/** An error in a form that survives. */
export function pack(error) {
  if (error instanceof HostFailure) return { kind: 'host failure' };
  if (!(error instanceof Error)) return { kind: 'value', value: cloneable(error) };
  const { name, code, message, stack } = error;
  const packed = { kind: 'error', name, message, stack };
  if (error instanceof WapcError) packed.code = code;
  if (error.cause !== undefined) packed.cause = pack(error.cause);
  return packed;
}

function cloneable(value) {
  try {
    return structuredClone(value);
  } catch {
    return String(value);
  }
}

/** The error again. `failure` is what the host callback threw last. */
export function unpack(packed, failure) {
  if (packed.kind === 'host failure') return failure;
  if (packed.kind === 'value') return packed.value;
  const { name, code, message, stack } = packed;
  const options = packed.cause === undefined ? undefined : { cause: unpack(packed.cause, failure) };
  const error =
    code === undefined ? new (NATIVE[name] ?? Error)(message, options) : new WapcError(code, message, options);
  for (const [key, value] of Object.entries({ name, stack })) {
    if (error[key] !== value) Object.defineProperty(error, key, { value, configurable: true, writable: true });
  }
  return error;
}
