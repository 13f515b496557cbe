/**
 * Suspendable stacks, reused from one invocation to the next. Creating one takes longer than a short invocation.
 * Resuming one takes half of that, but happens in a microtask, so an invocation given to it does not begin
 * synchronously.
 */

import { platform } from '../platform/platform.js';
import { bytesIn, instantiateOwn } from '../loading/own-modules.js';
import { returned, threw } from './stack.js';

/** Most stacks kept. Further concurrent invocations each get a new stack. */
const MOST = 16;

/** Result of `take`: there is no invocation to run. */
const NOTHING = -1;

/** Live coroutines by number, and the idle ones among them. */
const coroutines = new Array(MOST).fill(undefined);
const idle = [];

/** The table of `src/instance/coroutine.wat`, and its export `run`, wrapped in `WebAssembly.promising`. */
let table;
let run;

/** An idle coroutine for `guest`; undefined if all are in use, or the platform does not keep stacks. */
export function idleCoroutine(guest) {
  const coroutine = idle.pop() ?? (platform.isV8 ? create(guest.core) : undefined);
  if (coroutine !== undefined && !guest.isListed) list(guest);
  return coroutine;
}

function create(core) {
  const number = coroutines.indexOf(undefined);
  if (number < 0) return undefined;
  if (run === undefined) link(core);
  const coroutine = new Coroutine(number);
  coroutines[number] = coroutine;
  coroutine.start();
  return coroutine;
}

function link(core) {
  const host = {
    take: (number) => coroutines[number].take(),
    wait: new WebAssembly.Suspending((number, hasEnded, result) => coroutines[number].wait(hasEnded, result)),
  };
  const exports = instantiateOwn('coroutine', bytesIn(core, 'coroutine'), { core, host });
  table = exports.guests;
  run = WebAssembly.promising(/** @type {Function} */ (exports.run));
}

/** Puts a guest's `__guest_call` into the table. */
function list(guest) {
  const { id } = guest;
  if (table.length <= id) table.grow(id + 1 - table.length);
  table.set(id, guest.guestCall);
  guest.isListed = true;
}

/** Removes a listed guest from the table, by its number. */
export function unlist(id) {
  table.set(id, null);
}

class Coroutine {
  /** The invocation to run; undefined while idle. */
  invocation;
  #number;
  /** The port's invocations on suspendable stacks (`suspendable-calls.js`): told of what becomes of the invocation. */
  #calls;
  /** The guest that the invocation runs on. */
  #guest;
  #wake;

  constructor(number) {
    this.#number = number;
  }

  /**
   * Starts the stack, which then waits for an invocation. Runs in nobody's scope: a caller's would be kept alive for as
   * long as the stack waits.
   */
  start() {
    const begin = () => run(this.#number);
    const ended = platform.scopes === undefined ? begin() : platform.scopes.nobodys.runInAsyncScope(begin);
    ended.then(undefined, (error) => this.#fail(error));
  }

  /** Gives an invocation of `calls` to the stack; it begins in a microtask. */
  give(calls, invocation) {
    this.#calls = calls;
    this.invocation = invocation;
    this.#wake();
  }

  /** Takes an invocation back that has not begun. */
  takeBack() {
    const { invocation } = this;
    this.#becomeIdle();
    return invocation;
  }

  /** Called from wasm: the number of the guest to call, or NOTHING. */
  take() {
    if (this.invocation === undefined) return NOTHING;
    this.#guest = this.#calls.takeUp(this.invocation);
    if (this.#guest !== undefined) return this.#guest.id;
    this.#becomeIdle();
    return NOTHING;
  }

  /**
   * Called from wasm: ends the invocation whose guest has returned `result`, if `hasEnded` is 1. Resolves when `give` is
   * called; no promise if that has happened meanwhile, so that the stack goes on at once. The invocation may have been
   * taken back by then.
   */
  wait(hasEnded, result) {
    if (hasEnded !== 0) this.#end(result);
    if (this.invocation !== undefined) return undefined;
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #end(result) {
    const [calls, guest, invocation] = [this.#calls, this.#guest, this.invocation];
    // Idle first: `endTaken` may begin a pending invocation, which can reuse this stack.
    this.#becomeIdle();
    calls.endTaken(guest, invocation, returned(result));
  }

  /** The guest threw, which unwound the stack: the coroutine is gone. */
  #fail(error) {
    coroutines[this.#number] = undefined;
    this.#calls.endTaken(this.#guest, this.invocation, threw(this.invocation, error));
  }

  #becomeIdle() {
    this.invocation = this.#calls = this.#guest = undefined;
    idle.push(this);
  }
}
