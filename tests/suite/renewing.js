/** Instances that are renewed: invocations that wait for them, and chains (`from`) that they wait for. */

import { equal, fails, string, words } from './assert.js';
import { relay } from './routes.js';
import { patient } from './ways.js';

/** A request that makes `wat/relay` trap: its first name does not end in the guest's memory. */
const TRAPPING = new Uint8Array(0x3fc00).fill(1);

/** The code of the innermost cause, or the text of the response. */
const outcomeOf = (invoked) =>
  invoked.then(string, (error) => {
    while (error.cause !== undefined) error = error.cause;
    return error.code ?? error.name;
  });

export function* renewing(environment) {
  const { WapcHost, WapcPool, guest, canSuspend, hasWorkers } = environment;

  for (const options of [...(canSuspend ? [{}] : []), ...(hasWorkers ? [{ workers: true }] : [])]) {
    const kind = options.workers ? 'workers' : 'guests that suspend';
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
