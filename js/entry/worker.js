/** Script of the workers in browsers. */

import { serve } from '../worker/serve.js';

const receive = serve((message, transfer = []) => globalThis.postMessage(message, { transfer }));
globalThis.addEventListener('message', ({ data }) => receive(data));
