/**
 * Finds invocations that would wait for themselves. Invocations and queues are nodes of a graph of who waits for what:
 *
 * - A running invocation waits for all of its children (`chain.js`).
 * - A pending one waits for its queue: that of a host or a pool.
 * - A queue waits for any of those that hold what it is for: invocations, and for a pool the queues of its hosts.
 *
 * An invocation is blocked if nothing in that graph can go on that would end its wait.
 */

import { WapcError } from '../base/error.js';

/**
 * The queue of a host or a pool.
 * @typedef {object} Queue
 * @property {() => object[] | undefined} holders the nodes of which any has to go on first; undefined if something else
 * can end the wait, or if that is unknown
 */

/**
 * The invocations of chains that are pending, and what rejects each with an error.
 * @type {Map<object, (error: Error) => void>}
 */
const pending = new Map();

/**
 * Records that an invocation of a chain, which has a parent, is pending. Returns the error WAPC_REENTRANT if it would never
 * get its turn; undefined if it may.
 * @param {any} invocation
 * @param {Queue} queue
 * @param {(error: Error) => void} cancel rejects the invocation: called if it is found to be blocked later
 */
export function queueInChain(invocation, queue, cancel) {
  const { parent } = invocation;
  pending.set(invocation, cancel);
  parent.queues ??= new Map();
  const others = parent.queues.get(queue) ?? 0;
  parent.queues.set(queue, others + 1);
  invocation.queuedAt = queue;
  // Another child of the same parent is pending there and was not refused: this one adds nothing to the graph.
  if (others > 0 || !isBlocked(invocation)) return undefined;
  leaveQueue(invocation);
  return reentrantError();
}

const reentrantError = () =>
  new WapcError(
    'WAPC_REENTRANT',
    'this invocation would wait for itself: all that could end its wait waits for the host call that it is made for; ' +
      'use another instance, or a larger pool or `limits.suspensions`',
  );

/** True if a host was found that waits for room, since too many guests are suspended. */
let isShort = false;
let isRechecking = false;

/** Called where a host is found that waits for room. */
export const noteShortage = () => void (isShort = true);

/** Called when a host may wait for room, or for others that are suspended: rejects the invocations that are blocked now. */
export function recheckRoom() {
  if (isShort) recheckPending();
}

/** Called where pending invocations wait for others than before: rejects those that are blocked now. */
export function recheckPending() {
  if (isRechecking || pending.size === 0) return;
  isRechecking = true;
  queueMicrotask(rejectBlocked);
}

function rejectBlocked() {
  isRechecking = false;
  // `holders` notes it again for a host that waits for room.
  isShort = false;
  for (;;) {
    const goingOn = allGoingOn(pending.keys());
    const blocked = [...pending].find(([invocation]) => !goingOn.has(invocation));
    if (blocked === undefined) return;
    const [invocation, cancel] = blocked;
    leaveQueue(invocation);
    cancel(reentrantError());
  }
}

/** Records that an invocation of a chain is not pending any more. */
export function leaveQueue(invocation) {
  const { parent, queuedAt } = invocation;
  if (queuedAt === undefined) return;
  invocation.queuedAt = undefined;
  pending.delete(invocation);
  const others = parent.queues.get(queuedAt) - 1;
  if (others === 0) parent.queues.delete(queuedAt);
  else parent.queues.set(queuedAt, others);
}

/** The nodes that a node waits for; none if it can go on. */
function waitsFor(node) {
  if (node.holders !== undefined) return node.holders() ?? [];
  if (node.queuedAt !== undefined) return [node.queuedAt];
  return [...(node.children?.keys() ?? [])];
}

const isBlocked = (invocation) => !allGoingOn([invocation]).has(invocation);

/** The nodes that can go on, of all that `nodes` wait for and of themselves. */
function allGoingOn(nodes) {
  const edges = new Map();
  const found = [...nodes];
  for (const node of found) {
    if (edges.has(node)) continue;
    const others = waitsFor(node);
    edges.set(node, others);
    for (const other of others) found.push(other);
  }
  // Begins with the nodes that wait for nothing, and adds those that these let go on, until nothing changes.
  const goingOn = new Set();
  const canGoOn = (other) => goingOn.has(other);
  for (let size = -1; size !== goingOn.size;) {
    size = goingOn.size;
    for (const [node, others] of edges) {
      const isAny = node.holders !== undefined && others.length > 0;
      if (isAny ? others.some(canGoOn) : others.every(canGoOn)) goingOn.add(node);
    }
  }
  return goingOn;
}
