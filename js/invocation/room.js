/**
 * Room on the engine's stack. Whoever calls us may do so where the stack is about to end, and what has begun there could be
 * unwound in the middle: so each way in makes sure first that there is room to finish, or fails before it has changed anything.
 */

import { WapcError } from '../base/error.js';
import { ownModule } from '../loading/own-modules.js';
import { canSuspend } from './suspension.js';

/** Throws where there is no room for what begins or ends an invocation. Before the core is there nothing needs any. */
let ample = () => {};

/**
 * Throws where there is no room for what a guest calls, which may run on a stack of its own.
 * @type {(() => void) | undefined}
 */
export let roomOfGuests;

/** The core is there. */
export async function openProbes(core) {
  const bytes = new Uint8Array(core.memory.buffer, core.room_module(), core.room_module_len());
  const never = () => {};
  const { exports } = new WebAssembly.Instance(ownModule('room', bytes), { host: { values: never, keep: never } });
  const probes = /** @type {{ ample: () => void, scarce: () => void }} */ (/** @type {unknown} */ (exports));
  ({ ample } = probes);
  roomOfGuests = (await hasShortStacks()) ? probes.scarce : probes.ample;
}

/** True where a stack that can be suspended is too short for `ample` from the first. */
async function hasShortStacks() {
  if (!canSuspend()) return false;
  try {
    await WebAssembly.promising(ample)();
    return false;
  } catch {
    return true;
  }
}

/** True where there is room for what begins or ends an invocation. */
export function hasRoom() {
  try {
    ample();
    return true;
  } catch {
    return false;
  }
}

const MESSAGE =
  "the caller's stack has no room left; call from less deep, or from a fresh stack (await Promise.resolve() first)";

/**
 * For rejections that come soon: engines and platforms call back where a promise is rejected that nobody handles yet, for which
 * there may be no room now. Its `then` is called with a function that is compiled only when it runs.
 */
const soon = Promise.resolve();

/** A rejection that comes soon. */
export const rejectSoon = (error) =>
  soon.then(() => {
    throw error;
  });

/** Kept for where there is no room to make another one. */
const kept = new WapcError('WAPC_LIMIT', MESSAGE);

/** WAPC_LIMIT where there is none. Every public function begins with it, and nothing else calls it. */
export function requireRoom() {
  try {
    ample();
  } catch {
    let error = kept;
    try {
      error = new WapcError('WAPC_LIMIT', MESSAGE);
    } catch {
      // Nothing more can be called here.
    }
    throw error;
  }
}
