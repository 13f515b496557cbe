/** Where what takes long to make is kept between builds and clones. */

import { homedir } from 'node:os';
import { join } from 'node:path';

const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');

/** A folder of the cache, by names that change with what is in it. */
export const cache = (...names) => join(base, 'wapc-host', ...names);
