/** A NATS server, three servers of a guest and a client, of which one server is killed: `npm start -- SECONDS`. */

import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { connect } from '@nats-io/transport-node';
import { remote } from 'wapc-host/nats';

const SERVERS = 3;
/** Requests that are on their way at once. */
const LANES = 50;
/** Seconds before one of them is killed, and after that. */
const seconds = Number(process.argv[2] ?? 5);
const range = '20000..20500';

/** Starts a NATS server on a free port: the process, and its address. */
function startNats() {
  const program = process.env.NATS_SERVER ?? 'nats-server';
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
  const own = spawn(program, ['-a', '127.0.0.1', '-p', '-1'], { stdio: ['ignore', 'ignore', 'pipe'], env });
  return new Promise((resolve, reject) => {
    let said = '';
    own.once('error', reject);
    own.once('exit', () => reject(new Error(`it ended, and said: ${said}`)));
    // Read to its end: a server that cannot write its log would wait.
    own.stderr.setEncoding('utf8').on('data', (chunk) => {
      said += chunk;
      const [, port] = /connections on 127\.0\.0\.1:(\d+)/.exec(said) ?? [];
      if (port !== undefined && said.includes('Server is ready')) resolve({ own, url: `nats://127.0.0.1:${port}` });
    });
  });
}

/** Starts a server of the guest: the process and the service's id. */
async function startServer(url) {
  const child = fork(fileURLToPath(new URL('server.js', import.meta.url)), [url]);
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`a server ended with ${code} before it served`);
  });
  const [id] = await Promise.race([once(child, 'message'), ended]);
  return { child, id };
}

let nats;
try {
  nats = await startNats();
} catch (error) {
  console.error(`nats-server cannot be run (${error.message}): install it, or set NATS_SERVER to its path`);
  process.exit(1);
}
const servers = await Promise.all(Array.from({ length: SERVERS }, () => startServer(nats.url)));
const connection = await connect({ servers: nats.url });

// Counting primes twice does no harm, so that another server may run what a dead one has left.
const primes = remote(connection, 'primes', { codec: 'text', timeout: 30_000, retries: 5, idempotent: true });
const counts = { answered: 0, failed: 0 };
let isOver = false;
const lanes = Array.from({ length: LANES }, async () => {
  while (!isOver) {
    try {
      await primes.call('count', range);
      counts.answered++;
    } catch (error) {
      counts.failed++;
      console.error(error.message);
    }
  }
});

/** How many requests each server has answered by now. */
async function answered() {
  const by = new Map();
  const asked = await connection.requestMany('$SRV.STATS.primes', '', { maxWait: 200, maxMessages: servers.length });
  for await (const message of asked) {
    const { id, endpoints } = message.json();
    by.set(id, endpoints[0].num_requests);
  }
  return by;
}

const begun = performance.now();
/** Prints a line a second: of all servers, and of each. */
async function show(times) {
  for (let time = 0; time < times; time++) {
    const [before, from, { answered: first }] = [await answered(), performance.now(), { ...counts }];
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const [after, to] = [await answered(), performance.now()];
    const rate = (number) => Math.round((number * 1_000) / (to - from)).toLocaleString('en');
    const each = [...after].map(
      ([id, number]) => `${id.slice(-5)} ${rate(number - (before.get(id) ?? 0)).padStart(6)}`,
    );
    const at = `${Math.round((from - begun) / 1_000)} s`.padStart(5);
    const all = rate(counts.answered - first).padStart(7);
    console.log(
      `${at}  ${servers.length} servers  ${all} requests/s  ${each.sort().join('  ')}  failed ${counts.failed}`,
    );
  }
}

await show(seconds);
const [killed] = servers.splice(0, 1);
killed.child.kill('SIGKILL');
console.log('       one of them is killed');
await show(seconds);
isOver = true;
await Promise.all(lanes);
for (const { child } of servers) child.kill('SIGTERM');
const codes = await Promise.all(servers.map(async ({ child }) => (await once(child, 'exit'))[0]));
await connection.close();
nats.own.kill();
console.log(
  `${counts.answered.toLocaleString('en')} answered, ${counts.failed} failed; the others ended with ${codes.join(' and ')}`,
);
