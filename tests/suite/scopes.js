/**
 * Callbacks run in the caller's `AsyncLocalStorage` context, however long the invocation waited and wherever it runs.
 */

import { A_DAY, equal } from './assert.js';

const STORES = ['first', 'second', 'third', 'fourth', 'fifth'];

export function* scopes({ WapcHost, WapcPool, guest, AsyncLocalStorage, hasWorkers, canSuspend }) {
  if (AsyncLocalStorage === undefined) return;

  for (const [what, make, options] of [
    ['a host that cannot be suspended', WapcHost.instantiate, { async: false }],
    ['a host', WapcHost.instantiate, {}],
    ['a pool', WapcPool.create, { size: 2 }],
    ...(hasWorkers ? [['a pool of workers', WapcPool.create, { size: 2, workers: true }]] : []),
  ]) {
    for (const [when, invokeAll] of [
      [
        'one after the other',
        async (invoke) => STORES.reduce((before, store) => before.then(() => invoke(store)), Promise.resolve()),
      ],
      ['all at once', async (invoke) => Promise.all(STORES.map((store) => invoke(store)))],
      [
        'all at once, each with a deadline',
        async (invoke) => Promise.all(STORES.map((store) => invoke(store, { timeout: A_DAY }))),
      ],
    ]) {
      yield [
        `${what}: ${when}`,
        async () => {
          const storage = new AsyncLocalStorage();
          const found = {};
          const find = (callback) => {
            const store = storage.getStore();
            (found[callback] ??= {})[store] ??= 0;
            found[callback][store]++;
            return store;
          };
          let later = false;
          const host = await make(await guest('zig/wasi'), {
            ...options,
            logger: () => find('logger'),
            stdout: () => find('stdout'),
            stderr: () => find('stderr'),
            hostCall(binding, namespace, operation, payload) {
              const store = find('hostCall');
              return later && store === 'third' ? Promise.resolve(payload) : payload;
            },
          });
          for (later of options.async === false ? [false] : [false, canSuspend]) {
            for (const operation of ['hello', 'exercise']) {
              await invokeAll((store, given) => storage.run(store, () => host.invoke(operation, 'x', given)));
            }
          }
          for (const callback of ['logger', 'stdout', 'stderr', 'hostCall']) {
            equal(Object.keys(found[callback]).sort(), [...STORES].sort(), callback);
            equal(new Set(Object.values(found[callback])).size, 1, `${callback}: as often for each`);
          }
          await host.close();
        },
      ];
    }
  }
}
