/** Instances that are renewed: invocations that wait for them, and chains (`from`) that they wait for. */

import { equal, fails, rootOf, string, words } from './assert.js';
import { Later, TRAPPING, relay, through } from './routes.js';
import { patient, poolsThatWait } from './ways.js';

/** The text of a response, or the code of an error's innermost cause. */
const outcomeOf = (invoked) =>
  invoked.then(string, (error) => {
    const { code, name } = rootOf(error);
    return code ?? name;
  });

export function* renewing(environment) {
  const { WapcHost, WapcPool, guest, canSuspend } = environment;

  for (const [name, make] of servers(environment)) {
    yield [
      `${name}: a chain that waits for an instance whose start waits for the chain`,
      async () => {
        let calls = true;
        let server, outer;
        const codes = [];
        const note = async (invoked) => void codes.push(await outcomeOf(invoked));
        const hostCall = async (binding, namespace, operation, payload, from) => {
          if (calls) await note(outer.invoke('echo', 'x', { from }));
        };
        outer = await WapcHost.instantiate(await guest('wat/relay'), {
          async hostCall(binding, namespace, operation, payload, from) {
            await note(server.invoke('?', '', { from }));
            await note(server.invoke('x', '', { from }));
          },
        });
        calls = false;
        const made = await make(await guest('wat/starting'), { hostCall });
        server = made.server;
        calls = true;
        await outer.invoke('relay', relay('a', 'b'));
        equal(codes.includes('WAPC_REENTRANT'), true, codes.join());
        equal(string(await outer.invoke('echo', 'again')), 'again');
        equal((await server.invoke('x')).length, 4);
        outer.close();
        made.close();
      },
    ];
  }

  for (const [kind, options] of poolsThatWait(environment)) {
    const poolOf = async (name, given) => WapcPool.create(await guest(name), { ...options, size: 1, ...given });

    yield [
      `${kind}: all that waits behind a trap is answered, where \`initialize\` invokes the new instance`,
      async () => {
        let renews = false;
        const pool = await poolOf('wat/relay', {
          hostCall: async () => '',
          initialize: async (host) => void (renews && (await host.invoke('relay', relay('a', 'b')))),
        });
        const server = await pool.get();
        renews = true;
        const outcomes = [
          server.invoke('relay', TRAPPING),
          ...['1', '2', '3'].map((text) => server.invoke('echo', text)),
        ];
        equal(await Promise.all(outcomes.map(outcomeOf)), ['RuntimeError', '1', '2', '3']);
        equal(string(await server.invoke('echo', 'later')), 'later');
        pool.destroy();
      },
    ];

    yield [
      `${kind}: what waits behind a trap is answered while the instance waits to be replaced`,
      async () => {
        const { hostCall, called } = patient();
        const pool = await poolOf('wat/relay', { hostCall });
        const server = await pool.get();
        const before = [
          server.invoke('relay', relay('a', 'b')),
          server.invoke('relay', TRAPPING),
          server.invoke('echo', 'behind'),
        ];
        const { resolve } = await called(0);
        await pool.replace(await guest('wat/relay'));
        const after = server.invoke('echo', 'after');
        resolve('answer');
        const outcomes = await Promise.all([...before, after].map(outcomeOf));
        equal(outcomes, ['answer', 'RuntimeError', 'behind', 'after']);
        pool.destroy();
      },
    ];

    yield [
      `${kind}: an invocation that waits for itself, since its instance is to be replaced`,
      async () => {
        let server;
        const pool = await poolOf('wat/relay', {
          async hostCall(binding, namespace, operation, payload, from) {
            await pool.replace(await guest('wat/relay'));
            return server.invoke('echo', 'x', { from });
          },
        });
        server = await pool.get();
        equal(await outcomeOf(server.invoke('relay', relay('a', 'b'))), 'WAPC_REENTRANT');
        equal(string(await server.invoke('echo', 'again')), 'again');
        pool.destroy();
      },
    ];

    yield [
      `${kind}: a chain that comes to wait for a renewal which waits for it already`,
      async () => {
        const source = await guest('wat/relay');
        const { hostCall, called } = patient();
        let outer;
        let initialized;
        let renews = false;
        const waits = new Promise((resolve) => (initialized = resolve));
        const pool = await poolOf('wat/relay', {
          hostCall(binding, namespace, operation, payload, from) {
            initialized();
            return outer.invoke('echo', 'x', { from });
          },
          initialize: async (host) => void (renews && (await host.invoke('relay', relay('a', 'b')))),
        });
        const server = await pool.get();
        outer = await WapcHost.instantiate(source, {
          async hostCall(...call) {
            await hostCall(...call);
            return outcomeOf(server.invoke('echo', 'x', { from: call[4] }));
          },
        });
        const chain = outer.invoke('relay', relay('a', 'b'));
        const { resolve } = await called(0);
        renews = true;
        equal(await outcomeOf(server.invoke('relay', TRAPPING)), 'RuntimeError');
        const other = server.invoke('echo', 'other');
        await waits;
        resolve();
        equal(string(await chain), 'WAPC_REENTRANT');
        equal(string(await other), 'other');
        outer.close();
        pool.destroy();
      },
    ];

    yield [
      `${kind}: a pool that grows for a chain, whose start waits for that, while another guest starts`,
      async () => {
        const { hostCall, called } = patient();
        let grows = false;
        let outer;
        let refused;
        const pool = await poolOf('wat/starting', {
          min: 0,
          async hostCall(...call) {
            if (!grows) return hostCall(...call);
            refused = outcomeOf(outer.invoke('echo', 'x', { from: call[4] }));
            await refused;
          },
        });
        outer = await WapcHost.instantiate(await guest('wat/relay'), {
          hostCall: async (binding, namespace, operation, payload, from) => pool.invoke('x', '', { from }),
        });
        const replaced = pool.replace(await guest('wat/starting'));
        const { resolve } = await called(0);
        grows = true;
        equal(await outer.invoke('relay', relay('a', 'b')), words(1));
        equal(await refused, 'WAPC_REENTRANT');
        resolve('');
        await replaced;
        outer.close();
        pool.destroy();
      },
    ];

    yield [
      `${kind}: a chain that waits for a pool whose instance is being replaced by one that waits for the chain`,
      async () => {
        let outer;
        let refused;
        let replaces = false;
        const pool = await poolOf('wat/starting', {
          async hostCall(binding, namespace, operation, payload, from) {
            if (!replaces) return;
            refused = outcomeOf(outer.invoke('echo', 'x', { from }));
            await refused;
          },
        });
        const held = await pool.get();
        await pool.replace(await guest('wat/starting'));
        outer = await WapcHost.instantiate(await guest('wat/relay'), {
          async hostCall(binding, namespace, operation, payload, from) {
            const invoked = pool.invoke('x', '', { from });
            pool.return(held);
            return invoked;
          },
        });
        replaces = true;
        equal(await outer.invoke('relay', relay('a', 'b')), words(1));
        equal(await refused, 'WAPC_REENTRANT');
        outer.close();
        pool.destroy();
      },
    ];

    yield [
      `a pool of ${kind}: a chain that waits for a renewed instance whose \`initialize\` waits for the chain`,
      async () => {
        const source = await guest('wat/relay');
        const later = new Later();
        const codes = [];
        let renews = false;
        const pool = await WapcPool.create(source, {
          ...options,
          size: 1,
          hostCall: { later },
          async initialize(host) {
            if (renews) codes.push(await outcomeOf(host.invoke('relay', relay('later', 'echo'))));
          },
        });
        const server = await pool.get();
        const outer = await WapcHost.instantiate(source, {
          async hostCall(binding, namespace, operation, payload, from) {
            await fails('WAPC_TRAP', () => server.invoke('relay', TRAPPING, { from }));
            codes.push(await outcomeOf(server.invoke('echo', 'x', { from })));
          },
        });
        later.target = outer;
        renews = true;
        await outer.invoke('relay', relay('a', 'b'));
        equal(codes, ['WAPC_REENTRANT', 'x']);
        outer.close();
        pool.destroy();
      },
    ];

    for (const phase of ['starts', 'is initialized']) {
      yield [
        `a pool of ${kind}: a chain that waits for itself while an instance that takes over ${phase}`,
        async () => {
          const later = new Later();
          const { hostCall, called } = patient();
          let isNext = false;
          const pool = await WapcPool.create(await guest('wat/relay'), {
            ...options,
            size: 1,
            initialize: async () => void (isNext && phase === 'is initialized' && (await hostCall())),
            hostCall: (...call) =>
              isNext && call[2] === '' ? hostCall(...call) : later.invoke(call[2], call[3], { from: call[4] }),
          });
          later.target = pool;
          isNext = true;
          const replaced = pool.replace(await guest(phase === 'starts' ? 'wat/starting' : 'wat/relay'));
          const { resolve } = await called(0);
          const error = await fails('WAPC_GUEST', () => pool.invoke('relay', through('later')));
          equal(rootOf(error).code, 'WAPC_REENTRANT');
          resolve('');
          await replaced;
          await pool.close();
        },
      ];
    }
  }

  if (canSuspend) {
    yield [
      'a host that has trapped is renewed for a chain, while the start of its successor waits for the chain',
      async () => {
        const { hostCall, called } = patient();
        let outer;
        let starts;
        const started = new Promise((resolve) => (starts = resolve));
        const server = await WapcHost.instantiate(await guest('wat/relay'), {
          async hostCall(binding, namespace, operation, payload, from) {
            starts();
            await outer.invoke('echo', 'x', { from });
          },
        });
        outer = await WapcHost.instantiate(await guest('wat/relay'), {
          async hostCall(...call) {
            await hostCall(...call);
            return server.invoke('echo', 'y', { from: call[4] });
          },
        });
        const chain = outer.invoke('relay', relay('a', 'b'));
        const { resolve } = await called(0);
        await fails('WAPC_TRAP', () => server.invoke('relay', TRAPPING));
        const replaced = server.replace(await guest('wat/starting'));
        await started;
        resolve();
        equal(string(await chain), 'y');
        await replaced;
        outer.close();
        server.close();
      },
    ];
  }
}

/** Makers of hosts and of what stands for one: pairs of a name, and a function that resolves with it and its end. */
function* servers(environment) {
  const { WapcHost, WapcPool, canSuspend, hasWorkers } = environment;
  if (canSuspend || hasWorkers) {
    yield [
      'a host',
      async (source, options) => {
        const server = await WapcHost.instantiate(source, options);
        return { server, close: () => server.close() };
      },
    ];
  }
  for (const [kind, options] of poolsThatWait(environment)) {
    const make = (source, given) => WapcPool.create(source, { ...options, ...given, size: 1 });
    for (const min of [0, 1]) {
      yield [
        `a pool of ${kind}${min === 0 ? ' that grows' : ''}`,
        async (source, given) => {
          const server = await make(source, { ...given, min });
          return { server, close: () => server.destroy() };
        },
      ];
    }
    yield [
      `an acquired instance of a pool of ${kind}`,
      async (source, given) => {
        const pool = await make(source, given);
        return { server: await pool.get(), close: () => pool.destroy() };
      },
    ];
  }
}
