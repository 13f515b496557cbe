/** The stack's end in the first calls of a process, where engines have compiled nothing yet, and in later ones. */

import { equal, match } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Recurses to the stack's end, and invokes the guest at the last levels from there on. Prints how many levels there are, and
 * what came of each invocation, first where the stack is shortest.
 */
const PROGRAM = `
  import { readFileSync } from 'node:fs';
  import { WapcHost } from 'wapc-host';
  const host = await WapcHost.instantiate(readFileSync('testdata/wat/echo.wasm'), { async: false });
  const names = Array.from({ length: 240 }, (_, index) => 'v' + index);
  const wide = new Function('act', 'let ' + names.map((name) => name + ' = act').join() + '; act(); return [' + names + ']');
  const decoder = new TextDecoder();
  const invoke = () => {
    try {
      return decoder.decode(host.invokeSync('echo', 'a'));
    } catch (error) {
      return error.code ?? error.name;
    }
  };
  const atTheEnd = () => {
    const told = [];
    let levels = 0;
    const recurse = () => {
      levels++;
      try {
        wide(recurse);
      } catch {
        // The stack ends here.
      }
      if (told.length < 45) told.push(invoke());
    };
    recurse();
    return [levels, told];
  };
  // This first call compiles the function: compiling takes 40 KiB of stack, which the last levels do not have.
  invoke();
  const first = atTheEnd();
  for (let i = 0; i < 200; i++) host.invokeSync('echo', 'a');
  console.log(JSON.stringify([first, atTheEnd(), invoke()]));`;

/** The size of the stack in KiB. */
const STACK = 900;

test('an invocation near the stack’s end is refused or answers, the first one of a process too', () => {
  const args = [`--stack-size=${STACK}`, '--input-type=module', '--eval', PROGRAM];
  const [first, later, last] = JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }));
  for (const [levels, told] of [first, later]) {
    match(told.join(' '), /^(RangeError )*(WAPC_LIMIT )+(a ?)+$/);
    const refused = told.filter((outcome) => outcome === 'WAPC_LIMIT').length;
    const asked = (refused * STACK) / levels;
    equal(asked > 60 && asked < 72, true, `64 KiB are asked for, not ${asked}`);
  }
  equal(last, 'a');
});
