/** A NATS server of Debian for tests: on loopback, on ports that are free, with its files in a folder of its own. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { connect } from '@nats-io/transport-node';

import { findNatsServer } from '../../tools/nats.js';

/** A port that was free just now. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export class NatsServer {
  #folder = mkdtempSync(join(tmpdir(), 'wapc-nats-'));
  #process;
  /** Its configuration, but for its `settings`. */
  #lines;
  #connections = [];
  /** The server's standard error since its last start. */
  said = '';

  /**
   * Starts one.
   * @param {{ jetstream?: boolean, webSocket?: boolean, settings?: string }} [options] `settings`: more lines of its
   * configuration
   */
  static async start({ jetstream = false, webSocket = false, settings = '' } = {}) {
    const server = new NatsServer();
    // Where a test ends before it closes it.
    process.once('exit', () => {
      server.#process?.kill('SIGKILL');
      rmSync(server.#folder, { recursive: true, force: true });
    });
    server.port = await freePort();
    const lines = [`host: 127.0.0.1`, `port: ${server.port}`];
    if (jetstream) lines.push(`jetstream { store_dir: ${JSON.stringify(join(server.#folder, 'store'))} }`);
    if (webSocket) {
      server.webSocketPort = await freePort();
      lines.push(`websocket { host: 127.0.0.1, port: ${server.webSocketPort}, no_tls: true }`);
    }
    server.#lines = lines;
    server.#configure(settings);
    await server.run();
    return server;
  }

  #configure(settings) {
    writeFileSync(join(this.#folder, 'nats.conf'), [...this.#lines, settings].join('\n'));
  }

  /** Has it read its configuration again, with other `settings`. Resolves once it has. */
  async reload(settings) {
    this.#configure(settings);
    this.said = '';
    this.#process.kill('SIGHUP');
    while (!this.said.includes('Reloaded server configuration')) await once(this.#process.stderr, 'data');
  }

  /** The id of its process. */
  get pid() {
    return this.#process.pid;
  }

  get url() {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Runs it, at first or after it was killed. Resolves when it takes connections. */
  async run() {
    const own = spawn(findNatsServer(), ['-c', join(this.#folder, 'nats.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#process = own;
    this.said = '';
    await new Promise((resolve, reject) => {
      own.once('error', reject);
      own.once('exit', (code) => reject(new Error(`nats-server ended with ${code}: ${this.said}`)));
      own.stderr.setEncoding('utf8').on('data', (text) => {
        this.said += text;
        if (this.said.includes('Server is ready')) resolve(undefined);
      });
    });
    own.removeAllListeners('exit');
    own.once('exit', (code, signal) => this.#ended(own, signal ?? code));
  }

  /** Ends this process where the server has ended by itself: a test would wait for it until the runner's watchdog ends it. */
  #ended(own, how) {
    if (this.#process !== own) return;
    this.#process = undefined;
    console.error(`nats-server has ended with ${how} while tests were using it: ${this.said}`);
    process.exit(1);
  }

  /** Ends it, as a crash would. */
  async kill(signal = 'SIGKILL') {
    const own = this.#process;
    if (own === undefined) return;
    this.#process = undefined;
    const ended = once(own, 'exit');
    own.kill(signal);
    await ended;
  }

  /** A connection that is closed with the server. */
  async connect(options = {}) {
    const connection = await connect({
      servers: this.url,
      reconnectTimeWait: 50,
      maxReconnectAttempts: -1,
      ...options,
    });
    this.#connections.push(connection);
    return connection;
  }

  /** Closes the connections, ends the server and removes its files. */
  async close() {
    for (const connection of this.#connections) await connection.close();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
