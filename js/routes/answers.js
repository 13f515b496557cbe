/** The kinds of answers that `Routes` have. Each maker returns an entry of a route table: `(codec) => answer`. */

import { decodeBy, encodeBy } from '../base/codec.js';
import { WapcError, messageOf } from '../base/error.js';
import { thenOf } from '../base/payload.js';
import { Call } from '../invocation/context.js';
import { PassedOn } from '../invocation/chain.js';

const NO_INVOKE_SYNC =
  'the target has no `invokeSync` (pools have none), and the guest that calls cannot wait for `invoke` here: call the ' +
  'guest by `invoke` and with `async: true`, or pass its host calls on to a host';

/** Hosts whose `invokeSync` throws. Kept here: routes are read below the floor of the class. */
export const hostsInWorkers = new WeakSet();

/** A `HostCall` function, which answers all of a namespace. It never uses the codec. */
export const wholeNamespace = (hostCall) => () => hostCall;

/**
 * An `Operation`, which gets a value and returns one.
 * @param {Function} operate
 * @param {string} path of the operation in errors
 */
export function operationOf(operate, path) {
  const what = `${path}: its answer`;
  return (codec) => {
    if (codec === undefined) {
      return (binding, namespace, operation, payload, context) =>
        operate(payload, new Call(context, binding, namespace, operation));
    }
    return (binding, namespace, operation, payload, context) => {
      const value = decodeQuestion(codec, payload, path);
      const answer = operate(value, new Call(context, binding, namespace, operation));
      return thenOf(answer) === undefined ? encodeBy(codec, answer, what) : encodeLater(codec, answer, what);
    };
  };
}

/** Decodes the payload of a guest's host call. The error becomes the guest's host error. */
function decodeQuestion(codec, payload, path) {
  try {
    return decodeBy(codec, payload);
  } catch (cause) {
    throw new Error(`${path}: the payload does not decode by ${codec.name}: ${messageOf(cause)}`, { cause });
  }
}

async function encodeLater(codec, answer, what) {
  return encodeBy(codec, await answer, what);
}

/**
 * A host, a pool, or anything else with `invoke`: gets the operation and the payload as they are. The call is passed
 * on synchronously where its guest cannot wait.
 * @param {{ value: object, invoke: Function, invokeSync: Function | undefined, path: string }} target
 */
export function passOn({ value, invoke, invokeSync, path }) {
  const answer = (binding, namespace, operation, payload, context) => {
    const method = context.mayAwait ? invoke : invokeSync;
    if (method === undefined) throw new WapcError('WAPC_ASYNC', `${path}: ${NO_INVOKE_SYNC}`);
    return Reflect.apply(method, value, [operation, payload, new PassedOn(context)]);
  };
  return () => answer;
}
