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

if (WebAssembly.validate(SIMD)) {
  test('without SIMD', { skip: process.arch !== 'x64' && 'V8 has no option for it here' }, () => {
    // It would report to the runner of this process.
    const env = { ...process.env };
    delete env.NODE_TEST_CONTEXT;
    const options = { env, encoding: 'utf8' };
    const { status, stdout } = spawnSync(
      process.execPath,
      [OPTION, '--test-reporter=tap', fileURLToPath(import.meta.url)],
      options,
    );
    equal(status, 0, stdout);
    equal(/^# pass (?!0$)/m.test(stdout), true, stdout);
  });
} else {
  for (const [name, run] of stack(environment)) test(name, run);
}
