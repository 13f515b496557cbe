/** The platform of Node, Deno and Bun: files, directories, and the workers of `node:worker_threads`. */

import { AsyncResource } from 'node:async_hooks';
import fs from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import process from 'node:process';
import { Worker } from 'node:worker_threads';

import { platform } from './platform.js';

platform.fs = fs;
platform.readFile = fs.promises.readFile;
platform.resolve = resolve;
platform.parallelism = availableParallelism;
// Not with the flags of this process: those that say what its program is would be the worker's.
platform.startWorker = (script = './worker-node.js') => new Worker(new URL(script, import.meta.url), { execArgv: [] });
// Bun takes three times as long to wake a stack as to make one.
platform.keepsStacks = process.versions.bun === undefined;

// Those that it has by default, where V8 finds them at once.
const ORDINARY = { triggerAsyncId: undefined, requireManualDestroy: false };
const scope = () => new AsyncResource('WapcHost', ORDINARY);
platform.scopes = { nobodys: scope(), callers: scope };
