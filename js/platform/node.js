/** Platform of Node, Deno and Bun: files, directories, and the workers of `node:worker_threads`. */

import { AsyncResource } from 'node:async_hooks';
import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers';
import { Worker } from 'node:worker_threads';

import { platform } from './platform.js';

// The global `process` is taken: importing `node:process` reads all its properties, standard input and output as well,
// which takes 2 ms.
const { process } = globalThis;

/** Milliseconds that a worker has to close the files of its guest. */
const CLOSING = 100;

platform.fs = fs;
platform.readFile = fs.promises.readFile;
platform.resolve = resolve;
platform.parallelism = availableParallelism;
// That of `node:timers`: tests may replace the global one by a clock of theirs, and what workers say would not arrive.
platform.nextTurn = setImmediate;
// In a variable: webpack treats `new URL('…', import.meta.url)` as an asset, whose URL in Next.js is no file URL. It is
// undefined in a bundle that esbuild has made CommonJS of, whose workers need an absolute `workers.url`.
const HERE = import.meta.url;
// `.mjs`, since Next.js copies the script to a directory without the package.json that declares modules.
const packaged = () => new URL('./worker-node.mjs', HERE);
// `execArgv` is empty: flags of this process that set its program would apply to the worker. `Reflect.construct`
// instead of `new`: for a `new Worker` with a variable URL, Next.js traces every file of the package, and its build
// fails at the typings.
platform.startWorker = (script) =>
  Reflect.construct(Worker, [script === undefined ? packaged() : new URL(script, HERE), { execArgv: [] }]);
// With `--permission`, and without `--allow-worker`. Asked each time: a process can drop permissions.
platform.forbidsWorkers = () => process.permission?.has('worker') === false;
/** A path that could also name a file of a package: `wapc-host/hello.wasm`, `@scope/package/guest.wasm`. */
const OF_PACKAGE = /^(?!node_modules\/)(@[\w.-]+\/)?\w[\w.-]*\//;
// `fetch` of Node says only in its error's cause why it failed: as the message, or as the code of several errors.
platform.causeOf = (error) => {
  try {
    const { path, cause } = error;
    if (error.code === 'ENOENT' && OF_PACKAGE.test(path))
      return `; if a package has it: import.meta.resolve('${path}')`;
    const { message, code } = cause;
    return `: ${message || code || cause}`;
  } catch {
    return '';
  }
};
// Bun leaves open what a worker has opened. By the timer of `node:timers`, as `nextTurn`: the global one may stand still.
if (process.versions.bun !== undefined) {
  platform.terminateLater = (terminate) => void setTimeout(terminate, CLOSING).unref();
}
// In Bun, resuming a stack takes three times as long as creating one.
platform.isV8 = process.versions.bun === undefined;

// The defaults, spelled out: V8 then finds them at once.
const ORDINARY = { triggerAsyncId: undefined, requireManualDestroy: false };
const scope = () => new AsyncResource('WapcHost', ORDINARY);
const nobodys = scope();
// This scope is destroyed at once, or tools that list open resources (`jest --detectOpenHandles`) would name it. It can still
// run functions.
nobodys.emitDestroy();
platform.scopes = { nobodys, callers: scope };
