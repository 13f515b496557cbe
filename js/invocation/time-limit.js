/** Time limits of a guest that can be interrupted (`limits.interrupt`), while it computes, sleeps or calls its host. */

import { OWN_EXPORTS } from '../generated/constants.js';
import { startTimeoutError, timeoutError } from './timeout.js';

/** @typedef {import('./guest.js').Guest} Guest */

/**
 * Lets a guest call the refill of the shim, which is in `imports`, and begin each invocation with `quantum` instructions.
 * False if it was not rewritten, and only has an export of that name: its invocation has the error then.
 * @param {Guest} guest
 * @param {any} exports
 * @param {any} imports
 * @param {number} quantum
 */
export function attachRefill(guest, exports, imports, quantum) {
  const [table, initial, , left] = OWN_EXPORTS;
  const { refill } = imports.wapc;
  try {
    exports[table].set(0, refill);
    exports[initial].value = quantum;
  } catch (error) {
    guest.invocation.thrown = error;
    return false;
  }
  guest.quantum = exports[initial];
  guest.left = exports[left];
  // The name of an exported function is its index.
  guest.refill = Number(refill.name);
  guest.isInterruptible = true;
  guest.hostCall = withinTime(guest, guest.hostCall);
  guest.invocation.endBy(guest.suspension.deadline);
  return true;
}

/**
 * Milliseconds until the running invocation has to end; Infinity if it has not. On the caller's stack, `limits.timeout`
 * counts from the first call of this, which is soon after the guest was called.
 * @param {Guest} guest
 */
export function timeLeft({ invocation: running, suspension }) {
  const invocation = /** @type {any} */ (running);
  const { endsAt = Infinity } = invocation;
  invocation.deadline ??= suspension.newDeadline();
  const deadline = Math.min(invocation.deadline, endsAt);
  return deadline === Infinity ? Infinity : deadline - performance.now();
}

/**
 * The error of an invocation, or a start, whose time is over.
 * @param {{ invocation: any, deadline: number, startLimit: number | undefined, timeout: number | undefined }} limited the
 * invocation, and the limits of its guest
 */
export function overdueError({ invocation, deadline, startLimit, timeout }) {
  const { endsAt, overdue } = /** @type {any} */ (invocation);
  // Its own time, if that was over before the host's limit.
  return endsAt <= deadline ? overdue() : limitError(invocation, startLimit, timeout);
}

/** The error of an invocation that has exceeded `limits.timeout`, or of a start, which nobody has called for. */
export const limitError = ({ owner }, startLimit, timeout) =>
  owner === undefined ? startTimeoutError(startLimit) : timeoutError(timeout);

/**
 * True if the running invocation, whose host call has just failed, has to end: its time may have been over before the
 * failure, while this thread was busy and no timer ran.
 * @param {{ invocation: any, deadline: number }} guest
 */
export const isLate = ({ invocation, deadline }) => invocation.isOverdue() || deadline <= performance.now();

/**
 * Blocks this thread by `block` for a time in ms, but not beyond the time by which the guest has to end. False if it must stop
 * then.
 * @param {Guest} guest
 * @param {number} milliseconds
 * @param {(milliseconds: number) => boolean} block
 */
export function sleepWithinTime(guest, milliseconds, block) {
  if (!guest.isInterruptible) return block(milliseconds);
  const left = timeLeft(guest);
  if (milliseconds < left) return block(milliseconds);
  if (left > 0 && !block(left)) return false;
  guest.core.instance_overdue(guest.id);
  return false;
}

/**
 * `hostCall` for a guest that counts little itself, since it mostly waits for its callback: once its time is over, it is
 * stopped instead. Reading the clock takes a tenth of a host call, so an invocation's first one is not preceded by it.
 * @param {Guest} guest
 * @param {import('../api/index.js').HostCall} hostCall
 * @returns {import('../api/index.js').HostCall}
 */
function withinTime(guest, hostCall) {
  return (binding, namespace, operation, payload, context) => {
    if (guest.invocation.answer !== undefined && isSeenLate(guest)) return undefined;
    if (payload.length >= LONG && !spend(guest, payload.length)) return undefined;
    try {
      return hostCall(binding, namespace, operation, payload, context);
    } catch (error) {
      // Stops the guest if its time is over, which may have caused the failure.
      isOverdue(guest, timeLeft(guest));
      throw error;
    }
  };
}

/** Bytes from which on a copy counts: shorter ones take no longer than the call that asks for them. */
export const LONG = 65_536;

/** Bytes from which on a text counts: decoding one that is broken takes many times as long as copying its bytes. */
export const LONG_TEXT = 1024;

/** Bytes that count for an instruction, as a power of two; and the lowest that a quantum is brought to. */
const BYTES = 6;
const LOWEST = -(2 ** 29);

/**
 * Counts bytes that the package copies for a guest. False if its time is over: it is stopped then.
 * @param {Guest} guest
 * @param {number} length
 */
export function spend(guest, length) {
  const { left } = guest;
  left.value = Math.max(LOWEST, left.value - (length >>> BYTES));
  return !isOverdue(guest, timeLeft(guest));
}

/** True if no time is left: the guest is stopped then, and traps at the next instructions that it counts. */
function isOverdue(guest, left) {
  if (left > 0) return false;
  guest.left.value = LOWEST;
  guest.core.instance_overdue(guest.id);
  return true;
}

/** Calls of the host, those of WASI included, that take fewer ms than these together: the clock is read half as often then. */
const QUICK = 0.25;
/** The most calls of the host for one look at the clock. */
const SELDOM = 8;

/**
 * True if the time of the running invocation is over, as far as that is looked at: the guest is stopped then.
 * @param {Guest} guest one that can be interrupted
 */
export function isSeenLate(guest) {
  const invocation = /** @type {any} */ (guest.invocation);
  const look = (invocation.look ??= { calls: 0, every: 1, left: Infinity });
  if (++look.calls < look.every) return false;
  const left = timeLeft(guest);
  look.every = look.left - left > QUICK ? 1 : Math.min(2 * look.every, SELDOM);
  look.calls = 0;
  look.left = left;
  return isOverdue(guest, left);
}
