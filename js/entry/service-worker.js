/** The package in a service worker, where `import()` is refused: with WASI in it from the beginning. */

import { platform } from '../platform/platform.js';
import { Wasi, compile } from './wasi.js';

export * from './index.js';

platform.wasi = async () => ({ Wasi, compile });
