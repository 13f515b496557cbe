/** Sources of the core and of WASI for builds that do not contain them. */

import { core as load } from './core.js';
import { WapcError, argumentError } from '../base/error.js';
import { once } from '../base/once.js';
import { platform } from '../platform/platform.js';
import { compileOwn } from '../loading/compile.js';
import { load as loadSource } from '../loading/load.js';
import { rewriterOf } from '../interrupt/rewriter.js';
import { Wasi } from '../wasi/wasi.js';

/** The modules that `init` takes: what they are in messages, their entry, and an export that other modules lack. */
const CORE = { what: 'core', from: 'wapc-host/wasm', known: 'host_admit' };
const WASI = { what: 'WASI', from: 'wapc-host/wasi', known: 'fd_prestat_dir_name' };
const INTERRUPT = { what: 'rewriter', from: 'wapc-host/interrupt', known: 'interrupt_rewrite' };

const missing = (what) => async () => {
  throw new WapcError('WAPC_UNSUPPORTED', `${what} was not given to \`init\` of wapc-host/slim`);
};

platform.core = missing('the core (wapc-host/wasm)');
platform.wasi = missing('WASI (wapc-host/wasi)');
platform.interrupt = missing('the rewriter of `limits.interrupt` (wapc-host/interrupt)');

/**
 * Loads the core. WASI is loaded when a guest imports it, and the rewriter when one is compiled with `limits.interrupt`.
 * @param {import('./index.js').GuestSource} core `wapc-host/wasm`, in any form that a guest may have
 * @param {import('./index.js').GuestSource} [wasi] `wapc-host/wasi`, likewise
 * @param {import('./index.js').GuestSource} [interrupt] `wapc-host/interrupt`, likewise
 */
export async function init(core, wasi, interrupt) {
  if (core === undefined)
    throw argumentError('core', 'bytes, a Response, a WebAssembly.Module or a promise of one', core);
  // A rejection is reported when a guest first needs the module. Until then it would end a Node process as unhandled.
  for (const optional of [wasi, interrupt]) if (optional instanceof Promise) optional.catch(() => {});
  const given = once('the core', () => compile(core, CORE));
  platform.core = given;
  if (wasi !== undefined) platform.wasi = async () => ({ Wasi, compile: () => compile(wasi, WASI) });
  if (interrupt !== undefined) platform.interrupt = async () => rewriterOf(await compile(interrupt, INTERRUPT));
  // Also if a core is loaded: a source that cannot be loaded is reported to its own caller.
  await given();
  // The load of a source that another call has given may be under way, and fail.
  await load(given).catch(() => load(given));
}

/**
 * Compiles one of the package's own modules.
 * @param {import('./index.js').GuestSource} source
 * @param {typeof CORE} own the module that was expected
 * @throws {WapcError} WAPC_LOAD: it is another module
 */
async function compile(source, { what, from, known }) {
  const { module: compiled, bytes, failure } = await loadSource(source, undefined, true);
  if (failure !== undefined) throw failure;
  const module = compiled ?? (await compileOwn(bytes));
  if (WebAssembly.Module.exports(module).some(({ name }) => name === known)) return module;
  throw new WapcError('WAPC_LOAD', `\`init\` was given a module that is not wapc-host's ${what}: that is \`${from}\``);
}
