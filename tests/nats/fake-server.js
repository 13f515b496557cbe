/** A NATS server that does as it is told, for what a real one does only while it fails. */

import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/**
 * Starts one on loopback.
 * @param {(line: string, socket: import('node:net').Socket) => void} onLine gets each line that a client sends
 * @returns {Promise<{ url: string, close: () => void }>} `close` ends what it has of connections, and takes no more
 */
export async function fakeServer(onLine) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.write('INFO {"server_id":"fake","version":"2.10.0","proto":1,"headers":true,"max_payload":1048576}\r\n');
    createInterface({ input: socket })
      .on('error', () => {})
      .on('line', (line) => onLine(line, socket));
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: `nats://127.0.0.1:${server.address().port}`, close };
}
