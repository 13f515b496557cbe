/** A way to a NATS server that can be cut: connections through it are lost, and others are not. */

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * Starts one on loopback.
 * @param {number} to the port of the NATS server
 */
export async function startProxy(to) {
  const sockets = new Set();
  const server = createServer((from) => {
    const onward = connect(to, '127.0.0.1');
    from.pipe(onward).pipe(from);
    for (const [socket, other] of [
      [from, onward],
      [onward, from],
    ]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  /** Ends what it has of connections, and takes no more. */
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return { url: `nats://127.0.0.1:${port}`, cut, restore: () => void server.listen(port, '127.0.0.1'), close: cut };
}
