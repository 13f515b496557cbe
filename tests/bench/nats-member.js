/** A process that serves what `nats.js` measures: `node nats-member.js URL NAME,NAME…`. */

import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

import { connect } from '@nats-io/transport-node';
import { Svcm } from '@nats-io/services';
import { WapcModule, WapcPool } from 'wapc-host';
import { serve } from 'wapc-host/nats';

/** Bytes of the large response, and of a chunk of it by hand. */
export const LARGE = 64 << 20;
const CHUNK = 1 << 20;

const service = (pool) => async (connection, name, module) =>
  serve(connection, await WapcPool.create(module, { async: false, ...pool }), { name, version: '1.0.0' });

const MAKERS = {
  inThread: service({ size: 2 }),
  workers: service({ size: 2, workers: true }),
  one: service({ size: 1 }),
  worker: service({ size: 1, workers: true }),
  two: service({ size: 1 }),
  large: service({ size: 1, hostCall: () => new Uint8Array(LARGE) }),
  async bare(connection) {
    const own = await new Svcm(connection).add({ name: 'bare', version: '1.0.0' });
    own.addEndpoint('echo', { subject: 'bare.echo', handler: (error, message) => message.respond(message.data) });
  },
  chunks(connection) {
    const bytes = new Uint8Array(LARGE);
    const callback = (error, { reply }) => {
      for (let at = 0; at < LARGE; at += CHUNK) connection.publish(reply, bytes.subarray(at, at + CHUNK));
      connection.publish(reply);
    };
    connection.subscribe('chunks.get', { callback });
  },
};

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , url, names] = process.argv;
  const module = await WapcModule.compile(await readFile(new URL('../../testdata/bench.wasm', import.meta.url)));
  const connection = await connect({ servers: url });
  for (const name of names.split(',')) await MAKERS[name](connection, name, module);
  await connection.flush();
  // It ends with whoever measures.
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}
