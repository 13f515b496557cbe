/** Platform of browsers: workers. */

import { platform } from './platform.js';

// In the literal form that bundlers look for: they emit the worker script and rewrite its URL.
const startPackaged = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });

if (typeof Worker === 'function') {
  platform.startWorker = (script) => (script === undefined ? startPackaged() : new Worker(script, { type: 'module' }));
}

// True in Chromium, the only engine with `userAgentData`: resuming a stack takes half as long as creating one. Firefox
// would be slower.
platform.isV8 = globalThis.navigator?.userAgentData !== undefined;
