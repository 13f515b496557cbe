/**
 * Finds invocations that would wait for themselves: an invocation that waits for a busy host or pool is blocked if
 * whatever holds that host or pool waits, directly or not, for the invocation itself.
 *
 * - An invocation that runs waits for its children (`chain.js`): all of them.
 * - An invocation that is queued at a host waits for the one that runs there; at a pool, for any of those that run on
 *   its instances.
 */

import { WapcError } from '../base/error.js';

/**
 * Where invocations are queued: a host or a pool.
 * @typedef {object} Queued
 * @property {() => object[] | undefined} holders the invocations of which any has to end first; undefined if something
 * else can end the wait, or nothing is known
 */

/**
 * Records where an invocation of a chain is about to be queued. Throws WAPC_REENTRANT if it would never get its turn.
 * @param {any} invocation
 * @param {Queued} queue
 */
export function requireTurn(invocation, queue) {
  if (invocation.parent === undefined) return;
  invocation.queuedAt = queue;
  if (!isBlocked(invocation)) return;
  invocation.queuedAt = undefined;
  throw new WapcError(
    'WAPC_REENTRANT',
    'this invocation would wait for itself: what it waits for waits for the host call that it is made for; use another instance',
  );
}

/** The invocations that one waits for; none if it can go on. */
function waitsFor({ queuedAt, children }) {
  if (queuedAt !== undefined) return queuedAt.holders() ?? [];
  return children === undefined ? [] : [...children.keys()];
}

/** True if an invocation cannot go on, given those that may: a queued one needs one other to go on, a running one all. */
function isStuck(invocation, others, mayGoOn) {
  if (others.length === 0) return false;
  return invocation.queuedAt === undefined ? !others.every(mayGoOn) : !others.some(mayGoOn);
}

/** True if an invocation never gets its turn: everything that could end its wait is blocked as well. */
function isBlocked(invocation) {
  const edges = new Map();
  const found = [invocation];
  for (const one of found) {
    if (edges.has(one)) continue;
    const others = waitsFor(one);
    edges.set(one, others);
    found.push(...others);
  }
  // Starts from those that wait for nothing, and adds whatever these let go on, until nothing changes.
  const goingOn = new Set();
  for (let size = -1; size !== goingOn.size;) {
    size = goingOn.size;
    for (const [one, others] of edges) if (!isStuck(one, others, (other) => goingOn.has(other))) goingOn.add(one);
  }
  return !goingOn.has(invocation);
}
