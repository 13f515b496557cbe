/** `wapc-host/nats` against services written by hand, each in a process of its own, over a NATS server on loopback. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { createInbox } from '@nats-io/nats-core';
import { remote } from 'wapc-host/nats';

import { NatsServer } from '../nats/server.js';
import { LARGE } from './nats-member.js';

const script = fileURLToPath(new URL('nats-member.js', import.meta.url));
const small = new Uint8Array(32).fill(42);
/** What keeps the guest busy for 5 ms. */
const FIVE = new Uint8Array([5]);

let opened;

/** The server, the processes that serve, and a connection: started when they are first used. */
const open = () =>
  (opened ??= (async () => {
    const server = await NatsServer.start();
    const members = [];
    for (const names of ['inThread,worker,workers,bare,large,chunks,one,two', 'two']) {
      const child = fork(script, [server.url, names]);
      await once(child, 'message');
      members.push(child);
    }
    // What a caller that looks at speed would choose: else each request of the client keeps a stack.
    const connection = await server.connect({ noAsyncTraces: true });
    return { server, members, connection };
  })());

/** Ends all of them. */
export async function close() {
  if (opened === undefined) return;
  const { server, members } = await opened;
  for (const child of members) {
    child.kill();
    await once(child, 'exit');
  }
  await server.close();
}

/** `PER` requests each time, of so many callers, each with one on its way. */
const waiting = (callers, make, per) => async (times) => {
  const { connection } = await open();
  const request = make(connection);
  let left = times * per;
  const lane = async () => {
    while (left-- > 0) await request();
  };
  await Promise.all(Array.from({ length: callers }, lane));
};
const invoking = (name, operation, payload) => (connection) => {
  const guest = remote(connection, name);
  return () => guest.invoke(operation, payload);
};
const requesting = (connection) => () => connection.request('bare.echo', small, { timeout: 10_000 });

/** Chunks to an inbox, collected until an empty one comes. */
const collecting = (connection) => () =>
  new Promise((resolve, reject) => {
    const bytes = new Uint8Array(LARGE);
    const inbox = createInbox();
    let filled = 0;
    const callback = (error, { data }) => {
      if (error) reject(error);
      else if (data.length > 0) {
        bytes.set(data, filled);
        filled += data.length;
      } else {
        subscription.unsubscribe();
        resolve(bytes);
      }
    };
    const subscription = connection.subscribe(inbox, { callback });
    connection.publish('chunks.get', '', { reply: inbox });
  });

/**
 * @param {string} label
 * @param {(connection: any) => () => Promise<unknown>} ours
 * @param {(connection: any) => () => Promise<unknown>} peer
 * @param {{ target: string, callers: number, per: number, turns?: number }} how `per`: requests that are measured as one,
 * so that all callers are busy for most of the time
 * @returns {import('./table.js').Case}
 */
const against = (label, ours, peer, { target, callers, per, turns }) => ({
  label: `NATS: ${label}`,
  competitors: { ours: waiting(callers, ours, per), peer: waiting(callers, peer, per) },
  ratio: (ns) => ns.peer / ns.ours,
  target,
  per,
  turns,
  prepare: open,
});
const inThread = invoking('inThread', 'echo', small);
const inWorker = invoking('worker', 'echo', small);
const inWorkers = invoking('workers', 'echo', small);

/** @type {import('./table.js').Case[]} */
export const cases = [
  against('32 B, 100 waiting / a bare service', inThread, requesting, { target: '>= 0.85', callers: 100, per: 2_000 }),
  against('32 B, one waiting / a bare service', inThread, requesting, { target: '>= 0.9', callers: 1, per: 100 }),
  against('32 B, 100 waiting, 1 worker / in-thread', inWorker, inThread, {
    target: '>= 0.8',
    callers: 100,
    per: 2_000,
  }),
  against('32 B, 100 waiting, 2 workers / in-thread', inWorkers, inThread, {
    target: '>= 0.8',
    callers: 100,
    per: 2_000,
  }),
  against('5 ms of computing, 2 processes / 1', invoking('two', 'compute', FIVE), invoking('one', 'compute', FIVE), {
    target: '>= 1.6',
    callers: 8,
    per: 40,
    turns: 11,
  }),
  against('64 MiB response / chunks of 1 MiB by hand', invoking('large', 'call', small), collecting, {
    target: '>= 0.5',
    callers: 1,
    per: 1,
    turns: 11,
  }),
];

/** Milliseconds of processor time that a process has taken, on Linux: it counts in steps of 10. */
function cpuTime(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const COSTS = [
  ['32 B', 'echo', small, 60_000],
  ['4 KiB', 'echo', new Uint8Array(4_096).fill(42), 60_000],
  ['64 KiB', 'echo', new Uint8Array(65_536).fill(42), 6_000],
];

/** Prints the processor time of a request by process: what one core of each is good for. */
export async function costs() {
  if (process.platform !== 'linux') return;
  const { server, members, connection } = await open();
  const pids = { caller: process.pid, server: members[0].pid, 'NATS server': server.pid };
  const guest = remote(connection, 'inThread');
  console.log('\nNATS: processor time of a request, 100 waiting, us');
  for (const [label, operation, payload, count] of COSTS) {
    const run = async (left) => {
      const lane = async () => {
        while (left-- > 0) await guest.invoke(operation, payload);
      };
      await Promise.all(Array.from({ length: 100 }, lane));
    };
    await run(count / 4);
    const before = Object.values(pids).map(cpuTime);
    await run(count);
    const taken = Object.values(pids).map((pid, i) => ((cpuTime(pid) - before[i]) * 1_000) / count);
    const cells = Object.keys(pids).map((name, i) => `${name} ${taken[i].toFixed(1)}`);
    console.log(`  ${label.padEnd(6)}  ${cells.join('  ')}`);
  }
}
