/**
 * Room on the engine's stack. Whoever calls us may do so where the stack is about to end, and what has begun there could be
 * unwound in the middle: so each way in makes sure first that there is room to finish, or fails before it has changed anything.
 */

import { WapcError } from '../error.js';
import { ownModule } from './own-modules.js';

/**
 * The exports of `src/imports/room.wat`, once the core is there.
 * @type {{ room: () => void, ample: () => void } | undefined}
 */
export let probes;

/** Throws where there is no room for what begins or ends an invocation. Before the core is there nothing needs any. */
let ample = () => {};

/** The core is there. */
export function openProbes(core) {
  const bytes = new Uint8Array(core.memory.buffer, core.room_module(), core.room_module_len());
  const never = () => {};
  probes = new WebAssembly.Instance(ownModule('room', bytes), { host: { values: never, keep: never } }).exports;
  ({ ample } = probes);
}

/** Whether there is room for what begins or ends an invocation. */
export function hasRoom() {
  try {
    ample();
    return true;
  } catch {
    return false;
  }
}

/** WAPC_LIMIT where there is none. Every way into the package begins with it. */
export function requireRoom() {
  try {
    ample();
  } catch {
    throw noRoomError();
  }
}

const MESSAGE =
  "the caller's stack has no room left; call from less deep, or from a fresh stack (await Promise.resolve() first)";

/** Kept for where there is no room to make another one. */
const kept = new WapcError('WAPC_LIMIT', MESSAGE);

function noRoomError() {
  try {
    return new WapcError('WAPC_LIMIT', MESSAGE);
  } catch {
    return kept;
  }
}
