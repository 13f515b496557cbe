/** The entries of a directory of the machine: names and kinds. */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** WASI's number of a kind of file. */
export function kindOf(stat) {
  if (stat.isFile()) return 4;
  if (stat.isDirectory()) return 3;
  if (stat.isSymbolicLink()) return 7;
  if (stat.isCharacterDevice()) return 2;
  if (stat.isBlockDevice()) return 1;
  return stat.isSocket() ? 6 : 0;
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
    return [decoder.decode(bytes)];
  } catch {
    return [];
  }
}
