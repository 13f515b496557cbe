/**
 * Telling observers what happens: listeners (`entry/observe.js`), and in Node, Deno and Bun the subscribers of diagnostics
 * channels. While there are none, each work pays for the question alone.
 */

import { platform } from '../platform/platform.js';

/**
 * True while anybody observes anything: all that an invocation looks at. A variable of this copy, since engines take a constant
 * for it as long as it never changes; looking into an object takes 3% of an invocation of 32 bytes, asking a tracing channel 10.
 */
export let isWatched = false;

/**
 * The observers of all copies of the package in this realm: `wapc-host/observe` may be of another copy. Each copy has a function
 * in `noted`, which is called when there are others.
 * @type {{ hasSubscribers: boolean, listeners: ((event: object) => void)[], noted: (() => void)[] }}
 */
const shared = (globalThis[Symbol.for('wapc-host.observers')] ??= { hasSubscribers: false, listeners: [], noted: [] });

const note = () => void (isWatched = shared.hasSubscribers || shared.listeners.length !== 0);
shared.noted.push(note);
note();

/**
 * True where somebody wants to be told of works of a kind.
 * @param {'compile' | 'instantiate' | 'invoke' | 'hostcall'} kind
 */
export const isObserved = (kind) => isWatched && (shared.listeners.length !== 0 || hasSubscribers(kind));

/** True where the channel of a kind of work has subscribers. */
const hasSubscribers = (kind) => platform.channels !== undefined && platform.hasSubscribers(platform.channels[kind]);

/** Channels have subscribers, or none any more. */
export function setHasSubscribers(has) {
  shared.hasSubscribers = has;
  for (const note of shared.noted) note();
}

/**
 * A work that observers are told of: `run` runs it, or the part of it that is not awaited, and `end` or `fail` ends it.
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
      // What the work calls finds the stores of the channel's subscribers.
      return channel === undefined ? act() : channel.start.runStores(event, act);
    },
    /** @param {(event: any) => void} [add] adds to the event what is known of the result */
    end(add) {
      add?.(event);
      settle();
    },
    fail(error) {
      event.error = error;
      channel?.error.publish(event);
      settle();
    },
  };
}

/**
 * Does a work, and tells observers of it.
 * @template T
 * @param {'compile' | 'instantiate' | 'invoke' | 'hostcall'} kind
 * @param {object} fields of the event (`WorkEvent`)
 * @param {(event: any) => T} act which may add to the event; it throws, answers, or answers with a promise
 * @param {(event: any, result: any) => void} [ended] adds to the event what is known of the result
 * @returns {T}
 */
export function observe(kind, fields, act, ended = () => {}) {
  const work = beginWork(kind, fields);
  return work.run(() => {
    let result;
    try {
      result = act(work.event);
    } catch (error) {
      work.fail(error);
      throw error;
    }
    if (!(result instanceof Promise)) {
      work.end((event) => ended(event, result));
      return result;
    }
    return result.then(
      (value) => {
        work.end((event) => ended(event, value));
        return value;
      },
      (error) => {
        work.fail(error);
        throw error;
      },
    );
  });
}

/** Tells observers what becomes of an instance of a pool (`PoolEvent`). */
export function tellPool(kind, guest, host, reason) {
  if (!isWatched) return;
  const event = { kind, guest, host, reason };
  platform.channels?.pool.publish(event);
  tell(event);
}

/** What a listener throws is an uncaught error of its own. */
function tell(event) {
  for (const listener of shared.listeners) {
    try {
      listener(event);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}
