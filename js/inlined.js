/** The core as a part of the package, which then works wherever JavaScript does; WASI as a file of its own beside it. */

import { base64 } from './generated/inlined.js';
import { platform } from './platform.js';

platform.core = () => WebAssembly.compile(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
// Most guests do without.
platform.wasi = () => import('./wasi.js');
