/**
 * The package without its WebAssembly, to serve that as files, which are compiled while they load. `wapc-host` has it in its
 * JavaScript, as text.
 *
 * @example
 * ```ts
 * import { WapcHost, init } from 'wapc-host/slim';
 * await init(fetch('/wapc-host/core.wasm'));
 * ```
 *
 * @module wapc-host/slim
 */

import type { GuestSource } from './index.js';

export * from './index.js';

/**
 * Loads the core, before anything else is done with the package. It and the others have to be those of this version.
 *
 * @param core the file `wapc-host/wasm`: its bytes, a `Response`, a `WebAssembly.Module`, or a promise of one
 * @param wasi the file `wapc-host/wasi`, loaded when a guest imports WASI; without it that is WAPC_UNSUPPORTED
 * @param interrupt the file `wapc-host/interrupt`, loaded when a guest is compiled with `limits.interrupt` or `limits.fuel`;
 * without it that is WAPC_UNSUPPORTED
 * @throws {WapcError} WAPC_LOAD: the core could not be fetched, read or compiled.
 * @throws {WapcError} WAPC_ARGUMENT: `core` is missing, or none of these.
 */
export function init(core: GuestSource, wasi?: GuestSource, interrupt?: GuestSource): Promise<void>;
