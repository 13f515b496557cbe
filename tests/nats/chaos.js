/**
 * Four processes that serve one guest, two callers, and everything that can happen to them: members are drained, replaced
 * and killed, the NATS server restarts twice. Every request has to settle once, with its own answer or an error that it
 * may have.
 */

import { remote } from 'wapc-host/nats';

import { startMember } from './members.js';
import { NatsServer } from './server.js';
import { testdata, text, until } from './setup.js';

const MEMBERS = 4;
const CALLERS = 2;
/** Requests of one caller that are on their way at once. */
const LANES = 25;
/** Milliseconds between two requests of a lane: else all of them are over before anything has happened. */
const PACE = 10;
/** Bytes of a message: some payloads are longer. */
const MOST = 65_536;
/** Each so many requests, one that is longer than a message. */
const LONG_EACH = 97;

/** What an operation that may run once may fail with, while members are killed or the NATS server restarts. */
const ALLOWED = ['WAPC_UNREACHABLE', 'WAPC_TIMEOUT'];

/** Runs all of it with `total` requests. Resolves with what has happened. */
export async function chaos(total) {
  const server = await NatsServer.start({ settings: `max_payload: ${MOST}` });
  const run = new Run(server, total);
  try {
    return await run.all();
  } finally {
    await run.end();
    await server.close();
  }
}

class Run {
  #server;
  #total;
  #members = [];
  #callers = [];
  #issued = 0;
  /** How many may have been issued by now. */
  #quota = 0;
  /** Runs by payload, of operations that may run once. */
  #ran = new Map();
  /** Times when requests may be lost: each begins and ends. */
  #harsh = [];
  report = { requests: 0, answered: 0, lost: 0, wrong: [], refused: [], twice: [] };

  constructor(server, total) {
    this.#server = server;
    this.#total = total;
  }

  async all() {
    this.#members = await Promise.all(Array.from({ length: MEMBERS }, () => this.#start()));
    this.#callers = await Promise.all(Array.from({ length: CALLERS }, () => this.#server.connect()));
    const requests = this.#callers.map((connection, index) => this.#call(connection, index));
    // Each event has its share of the requests; the first and the last share are calm.
    const share = Math.floor(this.#total / (this.#events().length + 2));
    this.#quota = share;
    for (const event of this.#events()) {
      await until(() => this.#issued >= this.#quota);
      this.#quota += share;
      await event();
    }
    this.#quota = this.#total;
    await Promise.all(requests);
    for (const [payload, runs] of this.#ran) if (runs > 1) this.report.twice.push(payload);
    return this.report;
  }

  #events() {
    const kill = (index) => () =>
      this.#harshly(async () => {
        await this.#members[index].kill();
        this.#members[index] = await this.#start();
      });
    const restart = () =>
      this.#harshly(async () => {
        await this.#server.kill();
        await this.#server.run();
        await until(() => this.#areBack());
      });
    const drain = (index) => async () => {
      const code = await this.#members[index].drain();
      if (code !== 0) this.report.wrong.push(`a drained member ended with ${code}`);
      this.#members[index] = await this.#start();
    };
    const replace = () => Promise.all(this.#members.map((member) => member.replace(testdata('bench'))));
    return [drain(0), replace, kill(1), restart, drain(2), kill(3), replace, restart];
  }

  /** True once callers and members are connected again. */
  async #areBack() {
    try {
      await Promise.all(this.#callers.map((connection) => connection.flush()));
      const ids = new Set();
      for await (const answer of await this.#callers[0].requestMany('$SRV.PING.chaos', '', {
        maxWait: 200,
        maxMessages: MEMBERS,
      }))
        ids.add(answer.json().id);
      return ids.size === MEMBERS;
    } catch {
      return false;
    }
  }

  /** Remembers the time of something that requests may be lost by. */
  async #harshly(act) {
    const time = { from: performance.now(), to: Infinity };
    this.#harsh.push(time);
    await act();
    time.to = performance.now();
  }

  #start() {
    const settings = { url: this.#server.url, name: 'chaos', guest: testdata('bench'), pool: { async: false } };
    return startMember(settings, (payload) => this.#ran.set(payload, (this.#ran.get(payload) ?? 0) + 1));
  }

  async #call(connection, caller) {
    // Tried again as long as it takes where nobody has run it.
    const once = remote(connection, 'chaos', { retries: 1_000, timeout: 8_000 });
    const again = remote(connection, 'chaos', { retries: 1_000, timeout: 60_000, idempotent: ['echo'] });
    const lane = async () => {
      while (this.#issued < this.#total) {
        if (this.#issued >= this.#quota) {
          await new Promise((resolve) => setTimeout(resolve, PACE));
          continue;
        }
        const number = this.#issued++;
        const own = `${caller}.${number}.`;
        const payload = number % LONG_EACH === 0 ? own.padEnd(MOST * 2.5, 'x') : own.padEnd(40, 'x');
        if (number % 2 === 0) await this.#request(() => again.invoke('echo', payload), payload, []);
        // Its guest calls the host, which counts it.
        else await this.#request(() => once.invoke('call', payload), payload, ALLOWED);
        await new Promise((resolve) => setTimeout(resolve, PACE));
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  }

  async #request(invoke, payload, allowed) {
    const { report } = this;
    const begun = performance.now();
    report.requests++;
    try {
      const answer = text(await invoke());
      report.answered++;
      if (answer !== payload) report.wrong.push(`${payload.slice(0, 40)} got ${answer.slice(0, 40)}`);
    } catch (error) {
      const isHarsh = this.#harsh.some(({ from, to }) => begun <= to && performance.now() >= from);
      if (isHarsh && allowed.includes(error.code)) report.lost++;
      else report.refused.push(`${payload.slice(0, 40)}: ${error.code} ${error.message}`);
    }
  }

  async end() {
    await Promise.all(this.#members.map((member) => member.kill()));
  }
}
