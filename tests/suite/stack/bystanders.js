/** Guests that are not involved in what happens at the stack's end, and counts of all that is alive. */

import { equal, string } from '../assert.js';

/** Things that are closed at the end of a test, however it ends. */
class Opened {
  #all = [];

  /** @template T @param {T} made @returns {T} */
  add(made) {
    this.#all.push(made);
    return made;
  }

  async close() {
    for (const made of this.#all.reverse()) await made.close();
  }
}

/**
 * Runs `work`, then checks that other guests still answer, and that no more is alive than before.
 * @param {(ask: () => Promise<void>, opened: Opened) => Promise<void>} work
 */
export async function among({ WapcHost, WapcPool, guest, canSuspend, counts, wasiCounts }, work) {
  const hostCall = (binding, namespace, operation, payload) => payload;
  const options = { async: false, logger() {}, hostCall };
  const bytes = await guest('hello');
  const before = counts();
  const held = await wasiCounts();
  const host = await WapcHost.instantiate(bytes, options);
  const pool = await WapcPool.create(bytes, { ...options, size: 1 });
  const suspending = canSuspend
    ? await WapcHost.instantiate(bytes, { ...options, async: true, hostCall: async (...call) => hostCall(...call) })
    : undefined;
  const alive = counts();
  const opened = new Opened();
  let greetings = 0;
  /** Checks that all of them answer, to the byte. */
  const ask = async () => {
    const name = `${greetings++}`;
    equal(string(host.invokeSync('hello', name)), `Hello, ${name}`, 'a bystander');
    equal(string(await host.invoke('hello', name)), `Hello, ${name}`, 'a bystander, awaited');
    equal(string(await pool.invoke('hello', name)), `Hello, ${name}`, 'a bystander in a pool');
    if (suspending === undefined) return;
    equal(string(await suspending.invoke('hello', name)), `Hello, ${name}`, 'a bystander that suspends');
  };
  try {
    try {
      await work(ask, opened);
    } finally {
      await opened.close();
    }
    await ask();
    equal(
      { ...pool.stats, invocations: 0 },
      { size: 1, idle: 1, busy: 0, waiting: 0, invocations: 0, failures: 0, replaced: 0 },
    );
    equal(counts(), alive, 'what lives');
  } finally {
    host.close();
    await pool.close();
    suspending?.close();
  }
  equal(counts(), before, 'what lives after all');
  equal(await wasiCounts(), held, 'what guests hold through WASI');
}
