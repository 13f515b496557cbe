/**
 * Stacks that can be suspended, kept from one invocation to the next. Making one takes longer than a short invocation;
 * waking one that waits takes half of that, but in a microtask: what it is given does not run at once.
 */

import { platform } from '../platform/platform.js';
import { ownModule } from '../loading/own-modules.js';

/** At most so many are kept. Whatever else is to run at the same time gets a stack of its own. */
const MOST = 16;

/** There is nothing to run. */
const NOTHING = -1;

/** Those that live, by their numbers, and those of them that have nothing to run. */
const coroutines = new Array(MOST).fill(undefined);
const idle = [];

/** The table of `src/instance/coroutine.wat`, and its `run`, promising. */
let table;
let run;

/** One that has nothing to run, for `guest`; undefined where there is none, or this platform does without. */
export function idleCoroutine(guest) {
  const coroutine = idle.pop() ?? (platform.keepsStacks ? create(guest.core) : undefined);
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

function link({ memory, coroutine_module: ptr, coroutine_module_len: len }) {
  const bytes = new Uint8Array(memory.buffer, ptr(), len());
  const host = {
    take: (number) => coroutines[number].take(),
    operation_len: (number) => coroutines[number].invocation.operationLength,
    payload_len: (number) => coroutines[number].invocation.payloadLength,
    end: (number, result) => coroutines[number].end(result),
    wait: new WebAssembly.Suspending((number) => coroutines[number].wait()),
  };
  const { exports } = new WebAssembly.Instance(ownModule('coroutine', bytes), { host });
  table = exports.guests;
  run = WebAssembly.promising(/** @type {Function} */ (exports.run));
}

/** Puts a guest where wasm finds it. */
function list(guest) {
  const { id } = guest;
  if (table.length <= id) table.grow(id + 1 - table.length);
  table.set(id, guest.guestCall);
  guest.isListed = true;
}

/** Lets go of the guest of that number, which is listed. */
export function unlist(id) {
  table.set(id, null);
}

class Coroutine {
  /** The invocation to run; undefined while there is none. */
  invocation;
  #number;
  #port;
  /** The guest that it runs. */
  #guest;
  #wake;

  constructor(number) {
    this.#number = number;
  }

  /** Begins to wait. In nobody's scope: a caller's would be kept for as long as it does. */
  start() {
    const begin = () => run(this.#number);
    const ended = platform.scopes === undefined ? begin() : platform.scopes.nobodys.runInAsyncScope(begin);
    ended.then(undefined, (error) => this.#fail(error));
  }

  /** Runs an invocation of `port`, as soon as it is awake. */
  give(port, invocation) {
    this.#port = port;
    this.invocation = invocation;
    this.#wake();
  }

  /** Takes it back, as long as it has not begun. */
  takeBack() {
    const { invocation } = this;
    this.#rest();
    return invocation;
  }

  /** The number of the guest to call. */
  take() {
    if (this.invocation === undefined) return NOTHING;
    this.#guest = this.#port.takeUp(this.invocation);
    if (this.#guest !== undefined) return this.#guest.id;
    this.#rest();
    return NOTHING;
  }

  /** A promise of there being something to run, or having been: it may be taken back meanwhile. */
  wait() {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** The guest has answered. */
  end(result) {
    const [port, guest, invocation] = [this.#port, this.#guest, this.invocation];
    // First: it may be given what waited for its turn, and goes on with that.
    this.#rest();
    port.endTaken(guest, invocation, result);
  }

  /** The guest has thrown, and with it the stack is gone. */
  #fail(error) {
    coroutines[this.#number] = undefined;
    this.#port.failTaken(this.#guest, this.invocation, error);
  }

  #rest() {
    this.invocation = this.#port = this.#guest = undefined;
    idle.push(this);
  }
}
