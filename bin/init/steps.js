/** Steps as they are typed into a shell. */

import { posix, win32 } from 'node:path';

/** For each kind of shell: paths that need no quotes, the separator of paths, and a path in quotes. */
const SHELLS = {
  posix: { plain: /^[\w./:-]+$/, sep: posix.sep, quote: (path) => `'${path.replaceAll("'", `'\\''`)}'` },
  // cmd.exe takes no single quotes; names of files have no double ones.
  windows: { plain: /^[\w./\\:-]+$/, sep: win32.sep, quote: (path) => `"${path}"` },
};

/**
 * The step into a folder: for sh, on Windows for cmd.exe and PowerShell.
 * @param {string} folder a path, not empty
 * @param {NodeJS.Platform} [platform]
 */
export function enter(folder, platform = process.platform) {
  const { plain, sep, quote } = platform === 'win32' ? SHELLS.windows : SHELLS.posix;
  // `cd` takes what begins with "-" for an option.
  const path = folder.startsWith('-') ? `.${sep}${folder}` : folder;
  // `cd` of cmd.exe stays on its drive.
  const step = platform === 'win32' && win32.isAbsolute(path) ? 'pushd' : 'cd';
  return `${step} ${plain.test(path) ? path : quote(path)}`;
}
