/** The rewriter of `limits.interrupt`: a separate file, loaded when a guest is compiled with that. */

import { hex } from '../generated/interrupt-inlined.js';
import { rewriterOf } from '../interrupt/rewriter.js';
import { compileInlined } from '../loading/inlined.js';

export const load = async () => rewriterOf(await compileInlined(hex));
