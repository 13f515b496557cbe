/** The core as a part of the package, which then works wherever JavaScript does; WASI as a file of its own beside it. */

import { bytesOf } from './base64.js';
import { base64 } from './generated/inlined.js';
import { platform } from './platform.js';

platform.core = () => WebAssembly.compile(bytesOf(base64));
// Most guests do without.
platform.wasi = () => import('./wasi.js');
