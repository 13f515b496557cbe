/** Script of the workers in Node, Deno and Bun. */

import fs from 'node:fs';
import { parentPort } from 'node:worker_threads';

import { platform } from '../platform/platform.js';
import { serve } from '../worker/serve.js';

platform.fs = fs;

const { receive, cannotRead } = serve((message, transfer) =>
  parentPort.postMessage(message, /** @type {ArrayBuffer[]} */ (transfer)),
);
parentPort.on('message', receive);
parentPort.on('messageerror', cannotRead);
