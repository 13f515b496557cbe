/** The rewriter of `limits.interrupt`, gzipped: a separate file, loaded when a guest is compiled with that. */

import { base64 } from '../generated/interrupt-gzipped.js';
import { rewriterOf } from '../interrupt/rewriter.js';
import { compileGzipped } from '../loading/inlined.js';

export const load = async () => rewriterOf(await compileGzipped(base64));
