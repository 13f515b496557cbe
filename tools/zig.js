/** Zig, which compiles C as well: a package of Python, installed into the cache. */

import { cache } from './cache.js';
import { python } from './python.js';
import { run } from './run.js';

const VERSION = '0.17.1';

/** The command of Zig, and its environment; installs it where it is missing. */
export const zigCommand = () => ({
  command: [python('zig', `ziglang==${VERSION}`, 'ziglang'), '-m', 'ziglang'],
  env: { ZIG_GLOBAL_CACHE_DIR: cache('zig-cache'), ZIG_LOCAL_CACHE_DIR: cache('zig-cache') },
});

/** Runs Zig. */
export function runZig(...args) {
  const { command, env } = zigCommand();
  run(command[0], [...command.slice(1), ...args], { env });
}
