/** Entries of a directory of the file system: names and kinds. */

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

/** Engines decode bytes that are not UTF-8 to U+FFFD, which a name may also really contain. */
const BROKEN = '\ufffd';

/** Names and kinds of a directory's entries. Names that are not UTF-8 are left out: guests cannot pass them. */
export function entriesIn(fs, path) {
  const entries = fs
    .readdirSync(path, { withFileTypes: true })
    .map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
  if (!entries.some(isDoubtful)) return entries;
  return [...entries.filter((entry) => !isDoubtful(entry)), ...found(fs, path, entries.filter(isDoubtful))];
}

const isDoubtful = ({ name }) => name.includes(BROKEN);

/**
 * Those of the entries that have the very name that was decoded, once each. They are looked up: Deno decodes the names also
 * where their bytes are asked for.
 */
function found(fs, path, entries) {
  return [...new Set(entries.map(({ name }) => name))].flatMap((name) => {
    const stat = fs.lstatSync(`${path}/${name}`, { throwIfNoEntry: false });
    return stat === undefined ? [] : [{ name, kind: kindOf(stat) }];
  });
}
