/** The entries of a directory of the machine: names and kinds. */

import { strict } from '../base/encoding.js';
import { filetype } from '../generated/wasi-constants.js';

/** WASI's number of a kind of file. */
export function kindOf(stat) {
  if (stat.isFile()) return filetype.REGULAR_FILE;
  if (stat.isDirectory()) return filetype.DIRECTORY;
  if (stat.isSymbolicLink()) return filetype.SYMBOLIC_LINK;
  if (stat.isCharacterDevice()) return filetype.CHARACTER_DEVICE;
  if (stat.isBlockDevice()) return filetype.BLOCK_DEVICE;
  return stat.isSocket() ? filetype.SOCKET_STREAM : filetype.UNKNOWN;
}

/** U+FFFD in a name stands for bytes that are not UTF-8, or for itself. */
const BROKEN = '\ufffd';

/** Names and kinds of what is in a directory. Names that a guest cannot say, which are not UTF-8, are left out. */
export function entriesIn(fs, path) {
  const entries = fs
    .readdirSync(path, { withFileTypes: true })
    .map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
  if (!entries.some(({ name }) => name.includes(BROKEN))) return entries;
  const said = new Set(fs.readdirSync(path, { encoding: 'buffer' }).flatMap(textOf));
  return entries.filter(({ name }) => said.delete(name));
}

/** A name as a guest can say it, or nothing. */
function textOf(bytes) {
  try {
    return [strict.decode(bytes)];
  } catch {
    return [];
  }
}
