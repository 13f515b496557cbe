/** Entry point for service workers, which refuse `import()`. WASI is imported statically. */

import { platform } from '../platform/platform.js';
import { Wasi, compile } from './wasi.js';

export * from './index.js';

platform.wasi = async () => ({ Wasi, compile });
