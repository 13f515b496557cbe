/** `features`: what this engine supports. */

import { canSuspend } from '../invocation/suspension.js';
import { canShare, platform } from '../platform/platform.js';

/** The optional features that this engine supports. */
export const features = () =>
  Object.freeze({
    jspi: canSuspend(),
    sharedMemory: canShare(),
    workers: platform.startWorker !== undefined && !platform.forbidsWorkers?.(),
    directories: platform.fs !== undefined,
  });
