/** Modules that the rewriter of `limits.interrupt` does not know: it is given them by itself, since no engine here runs one. */

import { rejects } from 'node:assert/strict';
import { test } from 'node:test';

import { WapcError } from 'wapc-host';

import { load } from '../dist/interrupt.js';

test('a section that the rewriter does not know is WAPC_UNSUPPORTED, also where there is no TextDecoder', async (t) => {
  const { compileRewritten } = await load();
  const module = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 99, 0]);
  const { TextDecoder } = globalThis;
  t.after(() => (globalThis.TextDecoder = TextDecoder));
  for (const present of [TextDecoder, undefined]) {
    globalThis.TextDecoder = present;
    await rejects(compileRewritten(module, WapcError), { code: 'WAPC_UNSUPPORTED' });
  }
});
