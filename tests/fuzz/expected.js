/** The reference's results for a guest and its plan. */

import { Observer, told } from './observer.js';
import { Reference } from './reference.js';
import { WAYS } from './ways.js';

const encoder = new TextEncoder();

/** The expected result and events of each invocation in one of the ways, with the start as the first. */
export function expected(module, plan, way, oddly) {
  const observer = new Observer(plan.logger);
  const { host, ended } = reference(module, plan, way, oddly, observer);
  const failure = host.start();
  const results = [{ ...(failure ?? { code: 'started' }), events: observer.take() }];
  if (failure !== undefined) return Object.assign(results, { isVarying: host.isVarying });
  for (const { operation, payload } of plan.invocations) {
    const { bytes, ...rest } = host.invoke(operation, payload);
    ended();
    results.push({ ...(bytes === undefined ? rest : { code: told(bytes) }), events: observer.take() });
  }
  // A guest that asks for a random number has other results each time.
  return Object.assign(results, { isVarying: host.isVarying });
}

/** The reference as a host that callbacks can act on; `ended` is called after each invocation. */
function reference(module, { callback, limit }, way, oddly, observer) {
  const { mayAwait, mayAwaitInStart, isAtOnce } = WAYS[way];
  const { isLater } = callback;
  let mustReset = false;
  const acts = {
    close: () => ((host.isClosed = true), (host.stopped ??= 'WAPC_CLOSED')),
    abort: () => isAtOnce || (host.stopped ??= 'ABORTED'),
    reset: () => (mustReset = true),
    replace: () => (mustReset = true),
  };
  const act = (what) => void acts[what]?.();
  const hostCall = (binding, namespace, operation, payload) => {
    observer.called([binding, namespace, operation], payload);
    return callback.isOdd ? oddly(callback) : outcomeOf(() => callback.answer(payload, { act, count: observer.count }));
  };
  const logger = (line) => observer.logged(line);
  const host = new Reference(module, { hostCall, logger, limit, isLater, mayAwait, mayAwaitInStart });
  const ended = () => {
    if (mustReset) host.instance = undefined;
    mustReset = false;
  };
  return { host, ended };
}

/** The outcome of a callback: bytes, or an error's text. */
function outcomeOf(callback) {
  try {
    return { bytes: bytesOf(callback()) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function bytesOf(answer) {
  if (answer === undefined) return new Uint8Array(0);
  if (typeof answer === 'string') return encoder.encode(answer);
  return ArrayBuffer.isView(answer)
    ? new Uint8Array(answer.buffer, answer.byteOffset, answer.byteLength)
    : new Uint8Array(answer);
}
