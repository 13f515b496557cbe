/**
 * Room on the engine's stack. Callers may call this package close to the stack's end, where running out could unwind an
 * operation halfway. So each entry point first checks that there is room to finish, and fails before it has changed
 * anything.
 */

import { WapcError } from '../base/error.js';
import { bytesIn, ownModule } from '../loading/own-modules.js';
import { platform } from '../platform/platform.js';
import { canSuspend } from './suspension.js';

/** Throws if there is no room to begin or end an invocation. Before the core is loaded, nothing needs room. */
let probeStack = () => {};

/**
 * Throws if there is no room for a function that a guest calls, perhaps on a suspendable stack.
 * @type {(() => void) | undefined}
 */
export let probeForGuests;

/** Instantiates the probes, once the core is loaded. */
export async function openProbes(core) {
  const { exports } = new WebAssembly.Instance(moduleOf(core));
  const { left, first, later, scarce } = /** @type {any} */ (exports);
  probeStack = () => {
    // `first` would only call `later` from now on.
    if (left.value === 0) probeStack = later;
    first();
  };
  probeForGuests = !platform.isV8 && (await isTooMuch(first)) ? scarce : first;
}

function moduleOf(core) {
  try {
    return ownModule('room', bytesIn(core, 'room', 1));
  } catch {
    // JavaScriptCore has no SIMD on processors without AVX.
    return ownModule('room', bytesIn(core, 'room', 0));
  }
}

/** True if even an empty suspendable stack is too short for a probe. Those of V8 have a megabyte, as other stacks. */
async function isTooMuch(probe) {
  if (!canSuspend()) return false;
  const suspendable = WebAssembly.promising(probe);
  try {
    await suspendable();
    return false;
  } catch {
    return true;
  }
}

/** True if there is room to begin or end an invocation. */
export function hasRoom() {
  try {
    probeStack();
    return true;
  } catch {
    return false;
  }
}

const MESSAGE = "the caller's stack has no room left: call from less deep, or after `await Promise.resolve()`";

/**
 * Base of deferred rejections. Engines and platforms call back when a promise without handler is rejected, for which
 * there may be no room now. The function passed to `then` is compiled only when it runs.
 */
const soon = Promise.resolve();

/** A promise that rejects in a microtask. */
export const rejectSoon = (error) =>
  soon.then(() => {
    throw error;
  });

/** Allocated early, for when there is no room to make another. */
const kept = new WapcError('WAPC_LIMIT', MESSAGE);

/** Throws WAPC_LIMIT if there is no room. Every public function calls this first; nothing else does. */
export function requireRoom() {
  try {
    probeStack();
  } catch {
    let error = kept;
    try {
      error = new WapcError('WAPC_LIMIT', MESSAGE);
    } catch {
      // There is no room to construct an error either.
    }
    throw error;
  }
}
