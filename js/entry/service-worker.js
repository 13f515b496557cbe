/** Entry point for service workers, which refuse `import()`. WASI and the rewriter are imported statically. */

import { platform } from '../platform/platform.js';
import { load } from './interrupt.js';
import { Wasi, compile } from './wasi.js';

export * from './index.js';

platform.wasi = async () => ({ Wasi, compile });
platform.interrupt = load;
