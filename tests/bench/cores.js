/**
 * Pins threads to cores, where the system allows it. A round trip takes 15 us with a thread that is woken on the same
 * core, 150 us on another one, and the scheduler would choose between them at random.
 */

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';

const pin = (thread, cores) => spawnSync('taskset', ['-cp', cores, String(thread)], { stdio: 'ignore' });
const threads = () => (process.platform === 'linux' ? readdirSync('/proc/self/task') : []);

/** Pins this thread to a core of its own. Threads started from now on inherit that. */
export const pinCaller = () => pin(process.pid, '0');

/** Lets this thread run on any core again. */
export const unpinCaller = () => pin(process.pid, `0-${cpus().length - 1}`);

/** Calls `make`, and pins the threads that it starts to the next core. */
export async function onOtherCore(make) {
  const before = new Set(threads());
  const made = await make();
  for (const thread of threads()) if (!before.has(thread)) pin(thread, '1');
  return made;
}
