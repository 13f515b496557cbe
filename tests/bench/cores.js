/**
 * Which core a thread runs on, where the system lets us say: a thread that is woken on the core that woke it takes 15 us
 * for a round trip, on another one 150, and which of the two it is would be the scheduler's mood.
 */

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cpus } from 'node:os';

const pin = (thread, cores) => spawnSync('taskset', ['-cp', cores, String(thread)], { stdio: 'ignore' });
const threads = () => (process.platform === 'linux' ? readdirSync('/proc/self/task') : []);

/** This thread on a core of its own. What it starts from now on inherits that. */
export const pinCaller = () => pin(process.pid, '0');

/** Anywhere again. */
export const unpinCaller = () => pin(process.pid, `0-${cpus().length - 1}`);

/** What `make` makes, its threads on the next core. */
export async function onOtherCore(make) {
  const before = new Set(threads());
  const made = await make();
  for (const thread of threads()) if (!before.has(thread)) pin(thread, '1');
  return made;
}
