/** The `HostCallContext` of host callbacks. */

import { IS_AWAITED } from '../base/checks.js';
import { callingGuest } from './calling-guests.js';

/** Abort controllers by invocation. Created on demand: one costs more than a whole invocation. */
const controllers = new WeakMap();

/** The abort controller of an invocation, whose signal its host callbacks see. */
export function controllerOf(invocation) {
  let controller = controllers.get(invocation);
  if (controller === undefined) controllers.set(invocation, (controller = new AbortController()));
  return controller;
}

/** `{ reason }` if the signal of an invocation was aborted, else undefined. */
export function abortReason(invocation) {
  const signal = controllers.get(invocation)?.signal;
  return signal?.aborted === true ? { reason: signal.reason } : undefined;
}

/** The invocation of a `HostCallContext` or `Call` of this copy of the package; undefined for anything else. */
export let invocationBehind;

/** The `context` argument of the host callback. One per invocation, with the fields that every context needs. */
export class HostCallContext {
  #invocation;

  static {
    invocationBehind = (value) => {
      if (value === null || typeof value !== 'object') return undefined;
      if (#invocation in value) return value.#invocation;
      return isCall(value) ? contextOfCall(value).#invocation : undefined;
    };
  }

  constructor(host, invocation) {
    this.host = host;
    this.#invocation = invocation;
  }

  get invocation() {
    return this.#invocation.description;
  }

  get mayAwait() {
    return false;
  }

  get signal() {
    return controllerOf(this.#invocation).signal;
  }

  get [IS_AWAITED]() {
    return callingGuest(this.#invocation) !== undefined;
  }
}

/** The context of a host call that may be answered with a promise. */
export class AwaitedContext extends HostCallContext {
  get mayAwait() {
    return true;
  }
}

let isCall;
let contextOfCall;

/** The second argument of an operation of `Routes`: the context and the names of a host call. */
export class Call {
  #context;

  static {
    isCall = (value) => #context in value;
    contextOfCall = (call) => call.#context;
  }

  constructor(context, binding, namespace, operation) {
    this.#context = context;
    this.binding = binding;
    this.namespace = namespace;
    this.operation = operation;
  }

  get host() {
    return this.#context.host;
  }

  get invocation() {
    return this.#context.invocation;
  }

  get mayAwait() {
    return this.#context.mayAwait;
  }

  get signal() {
    return this.#context.signal;
  }

  get [IS_AWAITED]() {
    return this.#context[IS_AWAITED];
  }
}
