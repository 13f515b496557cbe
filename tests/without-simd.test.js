/** The probes of the stack's end in an engine without SIMD. This file runs itself again in such a Node. */

import { equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { environment } from './environments/node.js';
import { stack } from './suite/stack/index.js';

/** A module that has the type `v128`. */
const SIMD = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b);

/** V8 has SIMD on processors with SSE 4.1 only. */
const OPTION = '--no-enable-sse4-1';

if (process.execArgv.includes(OPTION)) {
  test('the engine runs without SIMD', () => equal(WebAssembly.validate(SIMD), false));
  for (const [name, run] of stack(environment)) test(name, run);
} else {
  test(
    'without SIMD the tests of the end of the stack hold as well',
    { skip: process.arch !== 'x64' && 'V8 has no option for it here' },
    () => {
      const env = { ...process.env };
      // With NODE_TEST_CONTEXT the child would report to the test runner of this process.
      delete env.NODE_TEST_CONTEXT;
      const args = [OPTION, '--test-reporter=tap', fileURLToPath(import.meta.url)];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' });
      equal(status, 0, stdout + stderr);
      equal(/^# pass (?!0$)/m.test(stdout), true, stdout);
    },
  );
}
