/**
 * Entry point for Node, Deno and Bun. Contains the core; guests may be files, and workers are those of
 * `node:worker_threads`.
 */

import '../platform/node.js';
import './channels.js';
import './inspect.js';

import { base64 } from '../generated/core-inlined.js';
import { compileInlined } from '../loading/inlined.js';
import { platform } from '../platform/platform.js';

platform.core = () => compileInlined(base64);
// Loaded on demand: most guests do without.
platform.wasi = () => import('./wasi-node.js');
platform.interrupt = async () => (await import('./interrupt-node.js')).load();

export * from './exports.js';
