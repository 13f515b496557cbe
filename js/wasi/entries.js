/** Entries of a directory of the file system: names and kinds. */

import { strict } from '../base/encoding.js';
import { filetype } from '../generated/wasi-constants.js';

/** WASI's `filetype` of a stat or directory entry. */
export function kindOf(stat) {
  if (stat.isFile()) return filetype.REGULAR_FILE;
  if (stat.isDirectory()) return filetype.DIRECTORY;
  if (stat.isSymbolicLink()) return filetype.SYMBOLIC_LINK;
  if (stat.isCharacterDevice()) return filetype.CHARACTER_DEVICE;
  if (stat.isBlockDevice()) return filetype.BLOCK_DEVICE;
  return stat.isSocket() ? filetype.SOCKET_STREAM : filetype.UNKNOWN;
}

/** Node decodes bytes that are not UTF-8 to U+FFFD, which a name may also really contain. */
const BROKEN = '\ufffd';

/** Names and kinds of a directory's entries. Names that are not UTF-8 are left out: guests cannot pass them. */
export function entriesIn(fs, path) {
  const entries = fs
    .readdirSync(path, { withFileTypes: true })
    .map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
  if (!entries.some(({ name }) => name.includes(BROKEN))) return entries;
  const said = new Set(fs.readdirSync(path, { encoding: 'buffer' }).flatMap(textOf));
  return entries.filter(({ name }) => said.delete(name));
}

/** A name as an array of one string; empty if the name is not UTF-8. */
function textOf(bytes) {
  try {
    return [strict.decode(bytes)];
  } catch {
    return [];
  }
}
