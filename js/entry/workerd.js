/**
 * Entry point for workerd (Cloudflare Workers), which cannot compile at run time: all modules are imported compiled.
 */

import assemblyscript from './assemblyscript.wasm';
import core from './core.wasm';
import room from './room.wasm';
import shim from './shim.wasm';
import signature from './signature.wasm';
import suspend from './suspend.wasm';
import wasiShim from './wasi-shim.wasm';
import wasi from './wasi.wasm';

import { WapcError } from '../base/error.js';
import { platform } from '../platform/platform.js';
import { Wasi } from '../wasi/wasi.js';

Object.assign(platform.modules, { assemblyscript, core, room, shim, signature, suspend, wasi, 'wasi-shim': wasiShim });
platform.wasi = async () => ({ Wasi });
platform.interrupt = async () => {
  throw new WapcError(
    'WAPC_UNSUPPORTED',
    'workerd compiles nothing at run time: `limits.interrupt` rewrites guests then',
  );
};

export * from './exports.js';
