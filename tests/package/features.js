/**
 * Tests the package's features where it was installed or built into. Every environment runs it, with guests of its own.
 */

const text = (bytes) => new TextDecoder().decode(bytes);
const sync = (binding, namespace, operation, payload) => payload;
const later = (...call) => new Promise((resolve) => setTimeout(resolve, 1, sync(...call)));
const silent = { logger() {}, stdout() {}, stderr() {} };

/**
 * For each feature 'yes', or the error that stands against it. `workers` is the option's value, for environments that
 * need a script's address.
 */
export async function features({ WapcHost, WapcPool }, guest, wasiGuest, workers = true) {
  const found = {};
  const attempt = async (feature, work) => {
    try {
      found[feature] = (await work()) ? 'yes' : 'no';
    } catch (error) {
      found[feature] = error.code ?? String(error);
    }
  };
  const hello = async (host, name) => text(await host.invoke('hello', name)) === `Hello, ${name}`;
  const withPool = async (options, work) => {
    const pool = await WapcPool.create(guest, { size: 2, ...silent, ...options });
    try {
      return await work(pool);
    } finally {
      await pool.close();
    }
  };
  await attempt('hello', async () => {
    // Text, whose encoder is of another realm in jest with jsdom.
    const hostCall = (...call) => text(sync(...call));
    return hello(await WapcHost.instantiate(guest, { ...silent, hostCall }), 'hello');
  });
  await attempt('later', async () =>
    hello(await WapcHost.instantiate(guest, { ...silent, hostCall: later, async: true }), 'later'),
  );
  await attempt('pool', () => withPool({ hostCall: sync }, (pool) => hello(pool, 'pool')));
  await attempt('workers', () => withPool({ hostCall: later, workers }, (pool) => hello(pool, 'workers')));
  await attempt('WASI', async () => {
    const wasi = { preopens: { '/data': { 'a.txt': 'a file' } } };
    const host = await WapcHost.instantiate(wasiGuest, { ...silent, hostCall: sync, wasi });
    return text(await host.invoke('exercise')).includes('read: a file');
  });
  await attempt('interrupt', async () => {
    const limits = { interrupt: true, fuel: 1e9 };
    return hello(await WapcHost.instantiate(guest, { ...silent, hostCall: sync, limits }), 'interrupt');
  });
  return found;
}
