/** Script of the workers in browsers. */

import { serve } from '../worker/serve.js';

const { receive, cannotRead } = serve((message, transfer = []) => globalThis.postMessage(message, { transfer }));
globalThis.addEventListener('message', ({ data }) => receive(data));
globalThis.addEventListener('messageerror', cannotRead);
