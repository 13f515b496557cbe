/** The rewriter of `limits.interrupt`, uncompressed: for Node, Deno and Bun. */

import { base64 } from '../generated/interrupt-inlined.js';
import { rewriterOf } from '../interrupt/rewriter.js';
import { compileInlined } from '../loading/inlined.js';

export const load = async () => rewriterOf(await compileInlined(base64));
