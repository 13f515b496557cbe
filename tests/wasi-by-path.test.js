/** Runs wasi.test.js where directories are known only by their paths, as on macOS and Windows. */

import fs from 'node:fs';

const { existsSync, linkSync } = fs;
fs.existsSync = (path) => path !== '/proc/self/fd' && existsSync(path);
// A hard link to a symbolic link becomes one to its target, as on macOS.
fs.linkSync = (path, newPath) => linkSync(fs.realpathSync(path), newPath);

await import('./wasi.test.js');
