/**
 * Guests that allocate outside their memories and tables are refused: engines keep garbage-collected objects and exceptions
 * in a heap of their own, which nothing bounds for one guest; V8 ends the process when it is full.
 *
 * Of the binary format: https://webassembly.github.io/spec/core/binary/types.html
 */

import { skipConstantExpression } from './constant-expression.js';
import { EXN, Refused } from './module-reader.js';

const ARRAY = 0x5e;
const STRUCT = 0x5f;
const FUNCTION = 0x60;
const RECURSIVE = 0x4e;
const SUBTYPE_FINAL = 0x4f;
const SUBTYPE = 0x50;

/**
 * Values that an exception may carry. A guest holds as many exceptions as fit on its stack, one of 1,000 values takes 32
 * KB of V8's heap: 4 GB on a stack of 1 MB. With 16 of them it is about 90 MB; compilers use one.
 */
const PAYLOAD = 16;

/**
 * Reads the type section: for each type, all of them functions, whether an exception may carry its parameters. Throws for
 * types of any other kind.
 * @returns {boolean[]}
 */
export function readTypes(reader) {
  const carriable = [];
  reader.entries(() => {
    if (!skip(reader, RECURSIVE)) carriable.push(readType(reader));
    else reader.vector(() => carriable.push(readType(reader)));
  });
  return carriable;
}

function readType(reader) {
  if (skip(reader, SUBTYPE) || skip(reader, SUBTYPE_FINAL)) reader.vector(() => reader.u32());
  const kind = reader.byte();
  if (kind === STRUCT || kind === ARRAY) {
    throw new Refused(
      'it declares garbage-collected types, and what it makes of them is not bounded; build it for linear memory, or ' +
        'leave the limit out and run it in a process of its own',
    );
  }
  if (kind !== FUNCTION) throw reader.unknown('a kind of type');
  const parameters = reader.vector(() => reader.valueType());
  reader.vector(() => reader.valueType());
  return parameters.length <= PAYLOAD && parameters.every(({ isNumeric }) => isNumeric);
}

/** Reads the tag section, the kinds of exceptions. Throws for those that carry what they may not. */
export function checkTags(reader, carriable) {
  reader.entries(() => {
    if (reader.byte() !== 0) throw reader.unknown('a tag');
    if (carriable[reader.u32()] === true) return;
    throw new Refused(
      `its exceptions carry references or more than ${PAYLOAD} values, and are not bounded; build it with smaller ones, ` +
        'or leave the limit out and run it in a process of its own',
    );
  });
}

/** Reads the global section. Throws for globals that keep exceptions: a module may have a million of them. */
export function checkGlobals(reader) {
  reader.entries(() => {
    const { heap } = reader.valueType();
    if (heap === EXN) throw new Refused('it has a global of exceptions, which are not bounded');
    if (reader.byte() > 1) throw reader.unknown('a kind of global');
    skipConstantExpression(reader);
  });
}

/** Reads over the next byte if it is this one, and tells so. */
function skip(reader, byte) {
  if (reader.bytes[reader.at] !== byte) return false;
  reader.byte();
  return true;
}
