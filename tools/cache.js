/** The cache that builds and clones share, for things that take long to make. */

import { homedir } from 'node:os';
import { join } from 'node:path';

const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');

/** A folder of the cache. Its name has to change with its content, by versions. */
export const cache = (...names) => join(base, 'wapc-host', ...names);
