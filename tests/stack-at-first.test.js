/** The stack's end in the first calls of a process, where engines have compiled nothing yet, and in later ones. */

import { equal, match } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The numbers of imports in testdata/wat/edge.wat. */
const [REQUEST, HOST_CALL] = [0, 3];

/**
 * The program of a thread. It tells its parent, by a message, how many levels of recursion there are until the stack ends, and what came of invocations
 * at the last levels from there on, first where the stack is shortest: of the first invocations, and of later ones. Then how
 * deep a guest may be on the stack in its imports.
 */
const PROGRAM = `
  import { readFileSync } from 'node:fs';
  import { parentPort } from 'node:worker_threads';
  import { WapcHost } from '${new URL('../dist/node.js', import.meta.url)}';
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
  // A guest calls an import at the deepest level where that works: one that asks for no room, and one that does.
  const edge = await WapcHost.instantiate(readFileSync('testdata/wat/edge.wasm'), { hostCall() {}, async: false });
  const fits = (number, levels) => {
    try {
      edge.invokeSync('e', new Uint8Array(new Uint32Array([number, levels - 1, levels, 0]).buffer));
      return true;
    } catch {
      return false;
    }
  };
  const depthOf = (number) => {
    let depth = 0;
    for (let step = 1 << 16; step > 0; step >>= 1) if (fits(number, depth + step)) depth += step;
    return depth;
  };
  // The guest's frames are of another size once it is optimized, which another thread does at any time.
  let depths;
  do depths = [depthOf(${REQUEST}), depthOf(${HOST_CALL})];
  while (depthOf(${REQUEST}) !== depths[0]);
  parentPort.postMessage([first, atTheEnd(), depths, invoke()]);
  // The thread stays until all are done: V8 drops the code that they share with the last one.
  parentPort.on('message', () => {});`;

/**
 * The program of the process: runs that of a thread in one thread after the other, which share the code that V8 has made, and prints what they tell. Node
 * reserves 192 KiB of a thread's stack.
 */
const THREADS = `
  import { once } from 'node:events';
  import { Worker } from 'node:worker_threads';
  const program = new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(PROGRAM)}));
  const [workers, told] = [[], []];
  for (let thread = 0; thread < 4; thread++) {
    const worker = new Worker(program, { resourceLimits: { stackSizeMb: 1 } });
    workers.push(worker);
    told.push((await once(worker, 'message'))[0]);
  }
  for (const worker of workers) await worker.terminate();
  console.log(JSON.stringify(told));`;

/** The size of the stack in KiB. */
const STACK = 1024 - 192;

for (const [when, flags] of [
  ['as usual', []],
  ['soon', ['--wasm-tiering-budget=1']],
  ['at once', ['--no-liftoff']],
]) {
  test(`near the stack’s end, in threads whose functions are optimized ${when}, invocations are refused or answer`, () => {
    const args = [...flags, '--input-type=module', '--eval', THREADS];
    const threads = JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }));
    for (const [first, later, [deepest, deepestWithRoom], last] of threads) {
      // Liftoff, the first of V8's compilers, makes frames that are larger than what lives in them.
      for (const [[levels, told], most] of /** @type {const} */ ([
        [first, 84],
        [later, 72],
      ])) {
        match(told.join(' '), /^(RangeError )*(WAPC_LIMIT )+(a ?)+$/);
        const refused = told.filter((outcome) => outcome === 'WAPC_LIMIT').length;
        const asked = (refused * STACK) / levels;
        equal(asked > 60 && asked < most, true, `64 KiB are asked for, not ${asked}`);
      }
      const asked = ((deepest - deepestWithRoom) * STACK) / deepest;
      equal(asked > 60 && asked < 84, true, `64 KiB are asked for when a guest calls its host, not ${asked}`);
      equal(last, 'a');
    }
  });
}
