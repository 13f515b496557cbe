/** `Routes` of `HostOptions.hostCall`: host calls by namespace and operation. */

import { argumentError } from '../base/error.js';
import { attempt } from '../base/options.js';
import { isAsyncFunction } from './async-function.js';
import { hostsInWorkers, operationOf, passOn, wholeNamespace } from './answers.js';

/** The name that stands for everything that nothing else answers. */
const REST = '*';

/** Most names in the error of a host call that no route answers. */
const LISTED = 20;

/**
 * The routes that were read of `Routes`. They are read once, when they are given: changing the object later changes nothing.
 *
 * An entry is a function `(codec) => answer`; `answer` takes what a `HostCall` takes. Maps, since guests choose the
 * names: a `Map` has no `constructor` or `__proto__`.
 */
export class RouteTable {
  /** Entries for whole namespaces, and maps of entries by operation. */
  #namespaces = new Map();
  /** True if an answer may be a promise: a function is async, or a target has no `invokeSync`. */
  answerLater = false;

  /** Reads `Routes`. Throws WAPC_ARGUMENT. */
  static read(routes) {
    if (!isPlain(routes))
      throw argumentError('hostCall', "a function or routes, as in { namespace: … } or { '*': … }", routes);
    const table = new RouteTable();
    for (const [namespace, value] of fieldsOf(routes, 'hostCall')) {
      table.#namespaces.set(namespace, table.#readNamespace(value, `hostCall.${namespace}`));
    }
    return table;
  }

  #readNamespace(value, path) {
    if (!isPlain(value)) return this.#readEntry(value, path, wholeNamespace, 'operations by name');
    return new Map(
      fieldsOf(value, path).map(([operation, answering]) => {
        return [operation, this.#readEntry(answering, `${path}.${operation}`, operationOf)];
      }),
    );
  }

  /** Reads what answers one operation or a whole namespace: a function, or a target to pass host calls on to. */
  #readEntry(value, path, ofFunction, others) {
    if (typeof value === 'function') {
      this.answerLater ||= isAsyncFunction(value);
      return ofFunction(value, path);
    }
    const invoke = methodOf(value, 'invoke', path);
    if (invoke === undefined) {
      const also = others === undefined ? '' : `, ${others}`;
      throw argumentError(
        path,
        `a function${also}, or an object of a class with \`invoke\`, such as a host or a pool`,
        value,
      );
    }
    const invokeSync = hostsInWorkers.has(value) ? undefined : methodOf(value, 'invokeSync', path);
    this.answerLater ||= invokeSync === undefined;
    return passOn({ value, invoke, invokeSync, path });
  }

  /**
   * The host callback.
   * @param {ReturnType<typeof import('../base/codec.js').readCodec>} codec
   * @returns {import('../api/index.js').HostCall}
   */
  callback(codec) {
    const answers = new Map();
    for (const [namespace, entry] of this.#namespaces) {
      const isMap = entry instanceof Map;
      answers.set(namespace, isMap ? new Map([...entry].map(([name, one]) => [name, one(codec)])) : entry(codec));
    }
    return (binding, namespace, operation, payload, context) => {
      const answer =
        answerIn(answers.get(namespace), operation) ?? answerIn(answers.get(REST), operation) ?? this.#refuse;
      return answer(binding, namespace, operation, payload, context);
    };
  }

  /** Answers host calls that no route answers. */
  #refuse = (binding, namespace, operation) => {
    throw new Error(`no route answers namespace '${namespace}', operation '${operation}': ${this.#listed}`);
  };

  /** The first routes, for errors. */
  get #listed() {
    const names = [];
    for (const [name, entry] of this.#namespaces) {
      for (const operation of entry instanceof Map ? entry.keys() : [REST]) {
        if (names.length === LISTED) return `there are ${names.join(', ')} and more`;
        names.push(`${name}.${operation}`);
      }
    }
    return names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  }
}

/** The answer to an operation in a namespace: a function for all of it, or a map. */
function answerIn(answers, operation) {
  if (typeof answers === 'function' || answers === undefined) return answers;
  return answers.get(operation) ?? answers.get(REST);
}

/** True for an object without a class: its prototype is that of object literals (of any realm), or none. */
function isPlain(value) {
  if (value === null || typeof value !== 'object') return false;
  try {
    const prototype = Object.getPrototypeOf(value);
    if (prototype === null || prototype === Object.prototype) return true;
    // Literals of another realm.
    return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty');
  } catch {
    // A trap of the caller's proxy threw.
    return false;
  }
}

/** The own properties of an object of the caller, each read once. Throws WAPC_ARGUMENT. */
const fieldsOf = (object, path) => attempt(path, () => Object.entries(object));

/** A method of an object of the caller, read once; undefined if it has none. Throws WAPC_ARGUMENT. */
function methodOf(object, name, path) {
  if (object === null || typeof object !== 'object') return undefined;
  const method = attempt(`${path}.${name}`, () => object[name]);
  return typeof method === 'function' ? method : undefined;
}
