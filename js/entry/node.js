/**
 * Entry point for Node, Deno and Bun. Contains the core; guests may be files, and workers are those of
 * `node:worker_threads`.
 */

import '../platform/node.js';
import './channels.js';
import './inspect.js';

import { hex } from '../generated/core-inlined.js';
import { compileInlined } from '../loading/inlined.js';
import { platform } from '../platform/platform.js';

platform.core = () => compileInlined(hex);
// Loaded on demand: most guests do without.
platform.wasi = () => import('./wasi.js');
platform.interrupt = async () => (await import('./interrupt.js')).load();

export * from './exports.js';
