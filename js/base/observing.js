/**
 * Reports events to observers: listeners (`entry/observe.js`) and, in Node, Deno and Bun, subscribers of diagnostics
 * channels. Without observers, the only cost is the check.
 */

import { platform } from '../platform/platform.js';
import { throwUncaught } from './microtask.js';
import { noteAll, observers } from './realm.js';

/**
 * True while there is any observer: the only thing that an invocation checks. It is a variable of this copy of the
 * package, since engines treat a variable that never changes as a constant. Reading it from an object costs about 3% of
 * a 32-byte invocation, asking a tracing channel more than twice that.
 */
export let isWatched = false;

const note = () => void (isWatched = observers.hasSubscribers || observers.listeners.length !== 0);
observers.noted.push(note);
note();

/**
 * True if observers listen for a kind of operation.
 * @param {'compile' | 'instantiate' | 'invoke' | 'hostcall'} kind
 */
export const isObserved = (kind) => isWatched && (observers.listeners.length !== 0 || hasSubscribers(kind));

/** True if the channel of a kind of operation has subscribers. */
const hasSubscribers = (kind) => platform.channels !== undefined && platform.hasSubscribers(platform.channels[kind]);

/** Sets whether the diagnostics channels have subscribers, for all copies of the package. */
export function setHasSubscribers(has) {
  observers.hasSubscribers = has;
  noteAll(observers);
}

/**
 * Begins an operation that observers are told of: `run` runs its synchronous part, `end` or `fail` ends it.
 * @param {'compile' | 'instantiate' | 'invoke' | 'hostcall'} kind
 * @param {object} fields of the event (`WorkEvent`)
 */
export function beginWork(kind, fields) {
  /** @type {any} */
  const event = { kind, ...fields, start: performance.now(), duration: 0 };
  const channel = hasSubscribers(kind) ? platform.channels[kind] : undefined;
  let isRunning = false;
  const settle = () => {
    event.duration = performance.now() - event.start;
    tell(event);
    if (isRunning) return;
    channel?.asyncStart.publish(event);
    channel?.asyncEnd.publish(event);
  };
  return {
    event,
    run(work) {
      isRunning = true;
      const act = () => {
        try {
          return work();
        } finally {
          isRunning = false;
          channel?.end.publish(event);
        }
      };
      // Code called by the operation sees the stores that subscribers have bound to the channel.
      return channel === undefined ? act() : channel.start.runStores(event, act);
    },
    /** @param {(event: any) => void} [add] adds the properties of the result to the event */
    end(add) {
      add?.(event);
      settle();
    },
    fail(error) {
      // An event without an error is one of work that succeeded.
      event.error = error === undefined ? new Error('undefined was thrown') : error;
      channel?.error.publish(event);
      settle();
    },
  };
}

/**
 * Runs an operation, and reports it to observers.
 * @template T
 * @param {'compile' | 'instantiate' | 'invoke' | 'hostcall'} kind
 * @param {object} fields of the event (`WorkEvent`)
 * @param {(event: any) => T} act may add to the event; it throws, returns a value, or returns a promise
 * @param {(event: any, result: any) => void} [ended] adds the properties of the result to the event
 * @returns {T}
 */
export function observeWork(kind, fields, act, ended = () => {}) {
  const work = beginWork(kind, fields);
  const succeeded = (result) => {
    work.end((event) => ended(event, result));
    return result;
  };
  const failed = (error) => {
    work.fail(error);
    throw error;
  };
  return work.run(() => {
    let result;
    try {
      result = act(work.event);
    } catch (error) {
      return failed(error);
    }
    return result instanceof Promise ? result.then(succeeded, failed) : succeeded(result);
  });
}

/** Reports the creation, replacement or eviction of an instance of a pool (`PoolEvent`). */
export function tellPool(kind, guest, host, reason) {
  if (!isWatched) return;
  const event = { kind, guest, host, reason };
  platform.channels?.pool.publish(event);
  tell(event);
}

/** Calls every listener. An error thrown by one becomes an uncaught error. */
function tell(event) {
  for (const listener of observers.listeners) {
    try {
      listener(event);
    } catch (error) {
      throwUncaught(error);
    }
  }
}
