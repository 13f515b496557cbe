/** Pools whose guest is replaced while they are used. */

import { equal, fails, string, turn, until } from './assert.js';
import { patient } from './ways.js';

const encoder = new TextEncoder();

/** A guest that answers with `name`, of 8 bytes. */
async function version(guest, name) {
  const bytes = (await guest('wat/version')).slice();
  const marker = encoder.encode('version0');
  const at = bytes.findIndex((_, index) => marker.every((byte, offset) => bytes[index + offset] === byte));
  bytes.set(encoder.encode(name), at);
  return bytes;
}

const versionName = (number) => `v${String(number).padStart(7, '0')}`;

/** The answers of all instances of a pool, each once. */
async function allAnswers(pool, size) {
  const held = await Promise.all(Array.from({ length: size }, () => pool.get()));
  const answers = await Promise.all(held.map(async (host) => string(await host.invoke('v'))));
  for (const host of held) pool.return(host);
  return answers;
}

export function* replacing({ WapcModule, WapcPool, guest, hasWorkers, canSuspend, counts }) {
  yield [
    'a guest that does not compile or start, or that `initialize` refuses, leaves the old one everywhere',
    async () => {
      const before = counts();
      const refusal = new Error('refused');
      let refuseAfter = Infinity;
      let initialized = 0;
      const initialize = async (host) => {
        await host.invoke('v');
        if (++initialized > refuseAfter) throw refusal;
      };
      const module = await WapcModule.compile(await version(guest, 'version1'));
      const pool = await WapcPool.create(module, { size: 3, initialize });
      for (const [code, source] of [
        ['WAPC_COMPILE', new Uint8Array(8)],
        ['WAPC_NOT_A_GUEST', await guest('wat/no-guest-call')],
        ['WAPC_LINK', await guest('wat/unknown-imports')],
        ['WAPC_INIT', await version(guest, 'init0000')],
        ['WAPC_ARGUMENT', 5],
      ]) {
        await fails(code, () => pool.replace(source));
        equal(await allAnswers(pool, 3), Array(3).fill('version1'), code);
      }
      await fails('WAPC_ARGUMENT', () => pool.replace(module, { intgrity: null }));
      // The first, and after one and two that took over.
      for (const refused of [0, 1, 2]) {
        [initialized, refuseAfter] = [0, refused];
        const error = await pool.replace(await version(guest, 'version2')).catch((error) => error);
        equal(error === refusal, true);
        refuseAfter = Infinity;
        equal(await allAnswers(pool, 3), Array(3).fill('version1'), `refused after ${refused}`);
        equal(pool.info.exports.length, module.info.exports.length);
      }
      initialized = 0;
      await pool.replace(await version(guest, 'version3'));
      equal(initialized, 3, 'each new instance is initialized');
      equal(await allAnswers(pool, 3), Array(3).fill('version3'));
      await pool.close();
      module.close();
      equal(counts(), before);
    },
  ];

  for (const workers of hasWorkers ? [false, true] : [false]) {
    yield [
      `a borrowed instance${workers ? ' in a worker' : ''} is replaced between its borrower's invocations, and not waited for`,
      async () => {
        const pool = await WapcPool.create(await version(guest, 'version1'), { size: 2, workers });
        const held = await pool.get();
        equal(string(await held.invoke('v')), 'version1');
        await pool.replace(await version(guest, 'version2'));
        equal(string(await pool.invoke('v')), 'version2');
        equal((await Promise.all([held.invoke('v'), held.invoke('v')])).map(string), ['version2', 'version2']);
        await pool.replace(await version(guest, 'version3'));
        // Returned before it was used again.
        pool.return(held);
        equal(await allAnswers(pool, 2), ['version3', 'version3']);
        await pool.close();
      },
    ];
  }

  yield [
    'an instance that is returned while a replacement waits for another one, which is being renewed, is replaced as well',
    async () => {
      let initialized = 0;
      let open;
      // The gate holds the initialization of the fifth instance, which takes the place of the first.
      const gate = new Promise((resolve) => (open = resolve));
      const initialize = () => (++initialized === 5 ? gate : undefined);
      const pool = await WapcPool.create(await version(guest, 'version1'), { size: 2, initialize });
      const [first, second] = [await pool.get(), await pool.get()];
      await pool.replace(await version(guest, 'version2'));
      equal([string(await second.invoke('v')), initialized], ['version2', 4]);
      const renewed = first.invoke('v');
      pool.return(first);
      await until(() => initialized === 5);
      const replaced = pool.replace(await version(guest, 'version3'));
      await until(() => initialized === 6);
      await turn();
      pool.return(second);
      open();
      await replaced;
      equal(string(await renewed), 'version3');
      equal(await allAnswers(pool, 2), ['version3', 'version3']);
      await pool.close();
    },
  ];

  yield [
    'several replacements apply in the order of their calls',
    async () => {
      const pool = await WapcPool.create(await version(guest, 'version0'), { size: 2 });
      let provide;
      const slow = new Promise((resolve) => (provide = resolve));
      const order = [];
      const done = [
        pool.replace(slow).then(() => order.push(1)),
        fails('WAPC_COMPILE', () => pool.replace(new Uint8Array(8))).then(() => order.push(2)),
        pool.replace(await version(guest, 'version3')).then(() => order.push(3)),
      ];
      // The first source comes last.
      provide(await version(guest, 'version1'));
      await Promise.all(done);
      equal(order, [1, 2, 3]);
      equal(await allAnswers(pool, 2), ['version3', 'version3']);
      await pool.close();
    },
  ];

  yield [
    'a pool that ends while the source of a guest is awaited: WAPC_CLOSED, also for the replacements behind it',
    async () => {
      const before = counts();
      for (const end of ['close', 'destroy']) {
        const pool = await WapcPool.create(await version(guest, 'version0'), { size: 1 });
        const module = await WapcModule.compile(await version(guest, 'version1'));
        let provide;
        const slow = new Promise((resolve) => (provide = resolve));
        const ends = [slow, module, new Uint8Array(8)].map((source) =>
          fails('WAPC_CLOSED', () => pool.replace(source)),
        );
        await pool[end]();
        await Promise.all(ends);
        module.close();
        provide(await version(guest, 'version2'));
      }
      // The modules whose sources came after their pools had ended are released.
      await until(() => JSON.stringify(counts()) === JSON.stringify(before));
    },
  ];

  if (canSuspend || hasWorkers) {
    yield [
      'what runs ends on the old guest, what is asked meanwhile is answered',
      async () => {
        const { hostCall, called } = patient();
        const pool = await WapcPool.create(await version(guest, 'version1'), {
          size: 1,
          hostCall,
          workers: !canSuspend,
        });
        const runs = pool.invoke('call');
        const call = await called(0);
        const replaced = pool.replace(await version(guest, 'version2'));
        const waits = pool.invoke('v');
        call.resolve();
        equal(string(await runs), 'version1');
        await replaced;
        equal(['version1', 'version2'].includes(string(await waits)), true);
        equal(string(await pool.invoke('v')), 'version2');
        await pool.close();
      },
    ];

    yield [
      'a pool that is closed or destroyed while its guest is replaced',
      async () => {
        const before = counts();
        for (const end of ['close', 'destroy']) {
          const { hostCall, called } = patient();
          const options = { size: 1, hostCall, workers: !canSuspend };
          const pool = await WapcPool.create(await version(guest, 'version1'), options);
          const runs = pool.invoke('call').then(string, ({ code }) => code);
          const call = await called(0);
          const replaced = pool.replace(await version(guest, 'version2')).then(
            () => 'replaced',
            ({ code }) => code,
          );
          const ended = pool[end]();
          call.resolve();
          equal(await runs, end === 'close' ? 'version1' : 'WAPC_CLOSED');
          await ended;
          // A pool that is closed may replace its guest before the invocation has ended that it waits for.
          equal([...(end === 'close' ? ['replaced'] : []), 'WAPC_CLOSED'].includes(await replaced), true);
          await fails('WAPC_CLOSED', () => pool.replace(new Uint8Array(8)));
          await fails('WAPC_CLOSED', () => pool.info);
        }
        equal(counts(), before);
      },
    ];
  }
}

/** Replacements while a pool is as busy as it can be. */
export function* replacingUnderLoad({ WapcModule, WapcPool, guest, hasWorkers, counts }) {
  /**
   * A guest whose start traps and versions 0 to 25, compiled once and before any pool is busy: in JavaScriptCore a compilation that begins later may never
   * settle. So these rows are the last of the suite.
   */
  let versions;
  const compiled = () =>
    (versions ??= Promise.all(
      ['init0000', ...Array.from({ length: 26 }, (_, number) => versionName(number))].map(async (name) =>
        WapcModule.compile(await version(guest, name)),
      ),
    ));

  const rows = [
    ['on this thread', { size: 4 }, 10_000],
    ['of one, that lets none wait', { size: 1, maxQueue: 0 }, 1000, 1],
    ['elastic', { size: 4, min: 0 }, 1000],
  ];
  if (hasWorkers) rows.push(['in workers', { size: 2, workers: true }, 2000]);
  for (const [name, options, invocations, atOnce = 32] of rows) {
    yield [
      `a pool ${name}: ${invocations} invocations over 20 replacements, all answered`,
      async () => {
        const before = counts();
        let newest = 0;
        let settled = 0;
        const [, ...modules] = await compiled();
        const pool = await WapcPool.create(modules[0], options);
        let left = invocations;
        const caller = async () => {
          while (left-- > 0) {
            const least = settled;
            const answer = Number(string(await pool.invoke('v')).slice(1));
            // Never one that was gone when it was asked, nor one that is still to come.
            equal(answer >= least && answer <= newest, true, `${answer} of ${least} to ${newest}`);
          }
        };
        const callers = Promise.all(Array.from({ length: atOnce }, caller));
        for (let number = 1; number <= 20; number++) {
          newest = number;
          await pool.replace(modules[number]);
          settled = number;
        }
        equal(string(await pool.invoke('v')), versionName(20));
        await callers;
        equal([pool.stats.failures, pool.stats.busy, pool.stats.waiting], [0, 0, 0]);
        equal(await allAnswers(pool, options.size), Array(options.size).fill(versionName(20)));
        await pool.close();
        equal(counts(), before);
      },
    ];
  }

  for (const [name, options] of [
    ['kept instances', { size: 3 }],
    ['instances that are evicted at once', { size: 3, min: 0, idleTimeout: 0 }],
  ]) {
    yield [
      `${name}: traps, borrowers and aborts during replacements: all settle, and nothing is left`,
      async () => {
        const before = counts();
        const [initFails, ...modules] = await compiled();
        const pool = await WapcPool.create(modules[0], { ...options, hostCall() {} });
        const outcomes = [];
        let isOver = false;
        const settle = (promise) =>
          promise
            .then(string, ({ name, code }) => (name === 'AbortError' ? name : code))
            .then((outcome) => outcomes.push(outcome));
        const caller = async (operation) => {
          while (!isOver) {
            await settle(pool.invoke(operation));
            await turn();
          }
        };
        const borrower = async () => {
          while (!isOver) {
            const held = await pool.get();
            const controller = new AbortController();
            const { signal } = controller;
            const all = [held.invoke('v'), held.invoke('crash'), held.invoke('call', '', { signal }), held.invoke('v')];
            controller.abort();
            const settled = Promise.all(all.map(settle));
            if (outcomes.length % 2 === 0) await settled;
            pool.return(held);
            await settled;
            await turn();
          }
        };
        const work = Promise.all([caller('v'), caller('crash'), caller('call'), borrower(), borrower()]);
        for (let number = 1; number <= 25; number++) {
          const replaced = [pool.replace(modules[number])];
          if (number % 5 === 0) replaced.push(fails('WAPC_INIT', () => pool.replace(initFails)));
          await Promise.all(replaced);
        }
        isOver = true;
        await work;
        const kinds = new Set(outcomes.filter((outcome) => !/^v\d+$/.test(outcome)));
        equal([...kinds].sort(), ['AbortError', 'WAPC_TRAP']);
        equal(await allAnswers(pool, 3), Array(3).fill(versionName(25)));
        await pool.close();
        equal(counts(), before);
      },
    ];
  }
}
