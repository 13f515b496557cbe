/** A running worker, and how it is reached: by messages, and by shared memory if that is available. */

import { inMicrotask } from '../base/microtask.js';
import { THE_ANSWER } from '../base/payload.js';
import { canShare } from '../platform/platform.js';
import { ANSWER, DROP, INVOKE, OFFER, READ, toSend, transferOf } from './messages.js';
import { HostRings } from './rings/host.js';
import { SendWindow } from './send-window.js';
import { Polling } from './polling.js';
import { Shared, copyOf } from './shared.js';
import { notLoadedError, startWorker } from './start.js';
import { Thread } from './thread.js';

/** In place of a number in the rings: the invocation went by a message. */
export const BY_MESSAGE = -1;

export class Channel {
  #thread;
  #shared = canShare() ? new Shared() : undefined;
  /** Invocations, and what the worker says, in shared memory; undefined without. */
  #rings = canShare() ? new HostRings() : undefined;
  /** @type {Polling | undefined} */
  #polling;
  /** @type {SendWindow | undefined} undefined where invocations go through the rings */
  #window;
  /** True while a microtask is to wake the worker. */
  #isWaking = false;

  /**
   * Starts a worker. Throws WAPC_LOAD, WAPC_ARGUMENT.
   * @param {unknown} script of the worker: a URL, a factory, or undefined for the package's own
   * @param {(channel: Channel, message: unknown) => void} receive
   * @param {(channel: Channel) => void} look called where the worker may have written to shared memory
   * @param {(channel: Channel) => void} slowed called when `isPrompt` has ended
   * @param {(channel: Channel, error: unknown) => void} died called once, unless the worker was stopped
   * @param {boolean} mayPipeline true if invocations may be sent by messages behind one that runs
   */
  constructor(script, receive, look, slowed, died, mayPipeline) {
    if (this.#rings === undefined) this.#window = new SendWindow(mayPipeline);
    const worker = startWorker(script);
    if (this.#rings !== undefined) {
      this.#polling = new Polling(
        this.#rings,
        () => look(this),
        () => slowed(this),
      );
    }
    try {
      this.#thread = new Thread(
        worker,
        (message) => receive(this, message),
        (error) => died(this, error),
      );
    } catch (error) {
      // The caller's factory returned an object that only looks like a worker.
      throw notLoadedError(error);
    }
  }

  /** The memory shared with the worker; undefined without shared memory. */
  get memory() {
    return this.#shared?.buffer;
  }

  /** The rings; undefined without shared memory. */
  get rings() {
    return this.#rings?.buffer;
  }

  /** Sends a request. The worker keeps the process alive until `becomeIdle` is called. */
  send(message, transfer) {
    this.#thread.ref();
    if (this.#rings !== undefined) {
      this.#rings.mail();
      this.#rings.wake();
    }
    try {
      this.#thread.send(message, transfer);
    } catch (error) {
      this.#rings?.notMailed();
      throw error;
    }
  }

  /**
   * Sends an invocation. Its payload is copied, since the array is the caller's. Throws WAPC_ARGUMENT if its length has
   * changed. Returns its number in the rings, or `BY_MESSAGE`.
   */
  sendInvocation(invocation) {
    const rings = this.#rings;
    if (rings === undefined) return this.#sendByMessage(invocation);
    const number = this.#writeTo(rings, invocation);
    if (number < 0) return this.#sendByMessage(invocation);
    try {
      this.#wake(rings);
    } catch (error) {
      // No worker waits for it: that would have been woken otherwise.
      this.takeBack(number);
      throw error;
    }
    return number;
  }

  /**
   * Sends an invocation to a worker that has `count` others: its number in the rings or `BY_MESSAGE`, or undefined where
   * it has to wait. Throws WAPC_ARGUMENT.
   * @param {import('./request.js').Offered} offered
   * @param {number} count
   */
  offer(offered, count) {
    const { invocation } = offered;
    if (this.#rings === undefined) {
      return this.#window?.allows(count, offered) ? this.#sendByMessage(invocation) : undefined;
    }
    const number = this.#writeTo(this.#rings, invocation);
    if (number < 0) return undefined;
    if (!this.#rings.isAwake) this.#wakeSoon(this.#rings);
    return number;
  }

  #sendByMessage({ operation, payload, payloadLength }) {
    // `copyOf` instead of `slice`: that of a Buffer would share its memory.
    const sent = copyOf(payload, payloadLength, 'payload');
    this.send([INVOKE, operation, toSend(sent)], transferOf(sent));
    return BY_MESSAGE;
  }

  /** Writes an invocation to the rings: its number there, or -1 where there is no room for it. */
  #writeTo(rings, invocation) {
    const number = rings.offer(invocation);
    if (number < 0) return number;
    this.#thread.ref();
    this.#polling?.begin();
    return number;
  }

  /** Wakes the worker. Throws where a message cannot be sent. */
  #wake(rings) {
    if (!rings.wake()) this.send([OFFER]);
  }

  /**
   * Wakes the worker in a microtask, once for all that is offered until then: waking takes this thread as long as it takes
   * to offer several invocations, and the worker would block again before the next one is there (docs/DECISIONS.md).
   */
  #wakeSoon(rings) {
    if (this.#isWaking) return;
    this.#isWaking = true;
    inMicrotask(() => {
      if (!this.#isWaking) return;
      this.#isWaking = false;
      try {
        this.#wake(rings);
      } catch (error) {
        this.#thread.die(error);
      }
    });
  }

  /**
   * Call when the guest waits for a host call that is answered later, with the number of invocations that the worker has:
   * those behind it are dropped, and no others are sent meanwhile. False where they are in the rings, and stay there. The
   * worker does not keep the process alive until the answer.
   */
  waits(count) {
    this.#thread.waits();
    if (this.#window === undefined) return false;
    this.#window.close();
    if (count > 1) this.#thread.send([DROP]);
    return true;
  }

  /** Takes an invocation back that has not begun. False if it has, or if it went by a message. */
  takeBack(number) {
    return number >= 0 && this.#rings !== undefined && this.#rings.takeBack(number);
  }

  /** True once the worker has run the invocation of that number, if that is known: its response is on the way. */
  hasEnded(number) {
    return number >= 0 && this.#rings !== undefined && this.#rings.hasEnded(number);
  }

  /** Call when an invocation begins, as far as is known here. */
  begins() {
    this.#window?.begins();
  }

  /** Call when the invocation of that number has ended. */
  ended(number) {
    this.#polling?.responded();
    if (number >= 0) this.#rings?.ended(number);
    else this.#window?.ended();
  }

  /** Counts a message from the worker. Call before it is handled, and after what came before it in shared memory. */
  receive() {
    this.#rings?.receive();
  }

  /**
   * Calls `handle` with each message that the worker has written to shared memory so far, as long as no message that was
   * sent comes before it. `handle` returns false if it is the last one to be handled.
   * @param {() => { write(view: Uint8Array, ptr: number, length: number): void } | undefined} into
   * @param {(message: unknown[]) => boolean} handle
   * @returns {boolean} true if there was one
   */
  read(into, handle) {
    const rings = this.#rings;
    if (rings === undefined) return false;
    const end = rings.written;
    let hasRead = false;
    let goesOn = true;
    while (goesOn && rings.hasRecord(end)) {
      hasRead = true;
      goesOn = handle(rings.takeMessage(into()));
    }
    return hasRead;
  }

  /** True while the worker's responses come about as soon as this thread polls for them. */
  get isPrompt() {
    return this.#polling?.isPrompt === true;
  }

  /** Call after `read`, with what it returned, and true if the worker will say more. */
  watch(hasRead, isAwaited) {
    this.#polling?.watch(hasRead, isAwaited);
  }

  /** Call when the worker has sent a message because it has written to shared memory. */
  woken() {
    this.#polling?.wake();
  }

  /** Call when all requests have settled: the worker does not keep the process alive until the next one. */
  becomeIdle() {
    // The worker needs no waking: each invocation that it was offered has been run, or taken back.
    this.#isWaking = false;
    this.#thread.unref();
  }

  /**
   * Sends the outcome of a host call: the answer, or the error text if `answered` is false. Over `limit` bytes, only
   * the length is sent, which is all that the worker needs. Throws if the bytes cannot be copied.
   */
  answer(answered, { answer, answerLength }, limit) {
    const isOver = answerLength > limit;
    this.#thread.goesOn();
    if (this.#shared !== undefined) this.#shared.answer(answered, isOver ? undefined : answer, answerLength);
    else this.#thread.send([ANSWER, answered, isOver ? answerLength : copyOf(answer, answerLength, THE_ANSWER)]);
    this.#polling?.begin();
  }

  /** Sends the next part of a long answer. */
  answerMore() {
    this.#shared?.more();
  }

  /** Reports `size` more bytes of log lines or output as read. */
  acknowledge(size) {
    if (this.#shared === undefined) this.#thread.send([READ, size]);
    else this.#shared.read(size);
  }

  /** Terminates the worker (`Thread.stop`). Later messages are ignored. */
  stop() {
    this.#isWaking = false;
    this.#rings?.stop();
    this.#shared?.stop();
    this.#thread.stop();
  }
}
