/** The service on a port: `PORT=8080 npm start`. */

import { serve } from './service.js';

const service = await serve({ port: Number(process.env.PORT ?? 8080), workers: Number(process.env.WORKERS ?? 2) });
console.log(`POST orders to ${service.address}order`);

// Takes no new requests, and lets those that run finish.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => service.close());
