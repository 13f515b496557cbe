/** The shims between guests and the core: one instance of each for all guests of a thread. */

import { copies } from './guest.js';
import { instantiateOwn } from '../loading/own-modules.js';
import { probeForGuests } from './room.js';
import { suspendTable } from './suspension.js';

/** Exports of the shims by name. */
const shims = {};

/**
 * @param {string} name
 * @param {Uint8Array} bytes
 * @param {import('../generated/core.js').InitOutput} core the core's raw exports
 */
export const shim = (name, bytes, core) => (shims[name] ??= instantiateOwn(name, bytes, importsOf(core)));

/** The imports of every shim. `running` is the address of the running instance's number. */
export const importsOf = (core) => ({
  core,
  room: { room: probeForGuests },
  host: { ...copies, suspend_table: suspendTable(), running: core.instance_running() },
});
