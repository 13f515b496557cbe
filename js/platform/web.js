/** The platform of a page: workers. */

import { platform } from './platform.js';

// Written out as bundlers look for it: they put the worker where this address finds it.
const startPackaged = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });

if (typeof Worker === 'function') {
  platform.startWorker = (script) => (script === undefined ? startPackaged() : new Worker(script, { type: 'module' }));
}

// Only Chromium has `userAgentData`. It wakes a stack in half the time that it takes to make one; Firefox would lose by it.
platform.keepsStacks = globalThis.navigator?.userAgentData !== undefined;
