/** Debian packages, for what npm and cargo do not have. */

import { fail, has, run, step } from './run.js';

/** Installs packages where this is Debian and the user is root; elsewhere fails and names what is missing. */
export function debian(what, names, otherwise = 'then try again') {
  if (!has('apt-get') || process.getuid?.() !== 0) fail(`${what} is missing: install it, ${otherwise}`);
  step(`installing ${what}`);
  run('apt-get', ['update', '-qq']);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  });
}
