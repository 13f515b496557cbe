/** The package in a browser, and anywhere else without files of its own: with the core in it, gzipped. */

import '../platform/web.js';

import { base64 } from '../generated/core-gzipped.js';
import { compileGzipped } from '../loading/inlined.js';
import { platform } from '../platform/platform.js';

platform.core = () => compileGzipped(base64);
// Most guests do without.
platform.wasi = () => import('./wasi.js');

export * from './exports.js';
