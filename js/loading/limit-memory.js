/**
 * `limits.memory`: a guest's memories and tables get maxima of the host's, so that growing past them fails as the
 * specification has it, with no check on the way. They are written into the module's bytes, here where those are: the
 * core would have to copy them.
 *
 * Of the binary format: https://webassembly.github.io/spec/core/binary/modules.html
 */

import { WapcError } from '../base/error.js';
import { readMemories, readTables } from './growables.js';
import { checkGlobals, checkTags, readTypes } from './heap-types.js';
import { ModuleReader, Refused, encode } from './module-reader.js';

const TYPES = 1;
const TABLES = 4;
const MEMORIES = 5;
const GLOBALS = 6;
const TAGS = 13;

/**
 * A copy of a module whose memories and tables together cannot grow over `limit` bytes. Bytes that are no valid module
 * come back as they are: the compiler says what is wrong with them. Throws WAPC_LIMIT where the guest begins with
 * more, WAPC_UNSUPPORTED where it could fill memory by other means, or is not understood.
 * @param {Uint8Array} bytes which nobody else has
 * @param {number} limit bytes, finite
 */
export function limitMemory(bytes, limit) {
  try {
    return limited(bytes, BigInt(Math.floor(limit)));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (!WebAssembly.validate(bytes)) return bytes;
    throw new WapcError('WAPC_UNSUPPORTED', `\`limits.memory\` cannot bound this guest: ${error.message}`);
  }
}

function limited(bytes, limit) {
  const sections = new Map();
  for (const section of new ModuleReader(bytes).sections()) sections.set(section.id, section);
  const read = (id, entries) => (sections.has(id) ? entries(new ModuleReader(bytes, sections.get(id))) : []);
  const carriable = read(TYPES, readTypes);
  read(TAGS, (reader) => checkTags(reader, carriable));
  read(GLOBALS, checkGlobals);
  const [tables, memories] = [read(TABLES, readTables), read(MEMORIES, readMemories)];
  share([...memories, ...tables], limit);
  // In the order in which they stand.
  return replaceSections(bytes, [
    [sections.get(TABLES), tables],
    [sections.get(MEMORIES), memories],
  ]);
}

/** Gives each its maximum: what can grow shares what the beginnings leave, the first one first. */
function share(growables, limit) {
  const beginnings = growables.reduce((sum, { minimum, unit }) => sum + minimum * unit, 0n);
  if (beginnings > limit) {
    const what = `the guest's memories and tables begin with ${beginnings} bytes`;
    throw new WapcError('WAPC_LIMIT', `${what}, which is over \`limits.memory\`, ${limit} bytes`);
  }
  let room = limit - beginnings;
  for (const growable of growables) {
    const { minimum, maximum, unit } = growable;
    const [wanted, possible] = [maximum - minimum, room / unit];
    const granted = wanted < possible ? wanted : possible;
    growable.maximum = minimum + granted;
    room -= granted * unit;
  }
}

/** A copy of a module with other entries in some of its sections. */
function replaceSections(bytes, replacements) {
  let parts = [];
  let copied = 0;
  for (const [section, entries] of replacements) {
    if (section === undefined) continue;
    const content = [encode(entries.length), ...entries.flatMap((entry) => entry.encode())];
    const length = content.reduce((sum, part) => sum + part.length, 0);
    // No arguments of a call: of 100,000 tables there are more than a stack holds.
    parts = [...parts, bytes.subarray(copied, section.start), [section.id], encode(length), ...content];
    copied = section.end;
  }
  parts.push(bytes.subarray(copied));
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}
