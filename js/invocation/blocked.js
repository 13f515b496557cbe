/**
 * Finds invocations that would wait for themselves. Invocations and queues are nodes of a graph of who waits for what:
 *
 * - A running invocation waits for all of its children (`chain.js`).
 * - A pending one waits for its queue: that of a host or a pool.
 * - An invocation that has left the queue of its host may wait for the start of a new instance (`duringStart`). That start,
 *   or the renewal of an instance of a pool, is a queue here, too.
 * - A queue waits for any of those that hold what it is for: invocations, starts, and for a pool the queues of its hosts.
 *
 * An invocation is blocked if nothing in that graph can go on that would end its wait.
 */

import { WapcError } from '../base/error.js';
import { inMicrotask } from '../base/microtask.js';

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
  inMicrotask(rejectBlocked);
}

function rejectBlocked() {
  isRechecking = false;
  // `holders` of a host that waits for room notes it again: the search reads all hosts that pending ones wait for.
  isShort = false;
  for (;;) {
    const search = new Search();
    const blocked = [...pending].find(([invocation]) => !search.canGoOn(invocation));
    if (blocked === undefined) {
      search.readAll();
      return;
    }
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

/**
 * Runs `work`, the start of the instance that an invocation is to run on. Resolves with its result. Such a start is the
 * invocation's own: only a child of the start can close a circle.
 * @template T
 * @param {any} invocation one that has left the queue of its host
 * @param {Queue} start what it waits for
 * @param {() => Promise<T>} work
 */
export async function duringStart(invocation, start, work) {
  // Only chains are searched for circles.
  if (invocation.parent === undefined) return work();
  invocation.start = start;
  try {
    return await work();
  } finally {
    invocation.start = undefined;
  }
}

/** The nodes that a node waits for; none if it can go on. */
function waitsFor(node) {
  if (node.holders !== undefined) return node.holders() ?? [];
  const queue = node.queuedAt ?? node.start;
  return queue === undefined ? [...(node.children?.keys() ?? [])] : [queue];
}

const isBlocked = (invocation) => !new Search().canGoOn(invocation);

/** A search for nodes that can go on. It reads each node once, and no more of them than it needs. */
class Search {
  /**
   * Nodes that were found, each with what is known of it: `missing`, how many of those that it waits for have to go on
   * first, and `waiting`, the nodes that wait for it.
   */
  #known = new Map();
  /** Nodes that were found, and whose holders or children have not been read. */
  #unread = [];

  /** True if a node can go on. */
  canGoOn(node) {
    const known = this.#find(node);
    while (!known.goesOn && this.#unread.length > 0) this.#read(this.#unread.pop());
    return known.goesOn;
  }

  /** Reads all nodes that are left, since hosts that wait for room are noted when they are read. */
  readAll() {
    while (this.#unread.length > 0) this.#read(this.#unread.pop());
  }

  #find(node) {
    let known = this.#known.get(node);
    if (known === undefined) {
      known = { node, goesOn: false, missing: 0, waiting: [] };
      this.#known.set(node, known);
      this.#unread.push(known);
    }
    return known;
  }

  /** Finds what a node waits for. */
  #read(known) {
    const { node } = known;
    const others = waitsFor(node);
    known.missing = node.holders === undefined ? others.length : Math.min(1, others.length);
    if (known.missing === 0) this.#goesOn(known);
    for (const other of others) {
      const found = this.#find(other);
      if (!found.goesOn) found.waiting.push(known);
      else if (--known.missing === 0) this.#goesOn(known);
    }
  }

  /** A node can go on: so can those that wait for no other. A loop, since the stack may be too short for a long chain. */
  #goesOn(known) {
    const going = [known];
    for (const one of going) {
      one.goesOn = true;
      for (const other of one.waiting) if (--other.missing === 0) going.push(other);
    }
  }
}
