/** The parts of a module that grow, memories and tables: https://webassembly.github.io/spec/core/binary/modules.html */

import { skipConstantExpression } from './constant-expression.js';
import { EXN, Refused, encode } from './module-reader.js';

// Flags of limits.
const HAS_MAXIMUM = 1;
const IS_SHARED = 2;
const IS_64 = 4;
/** Proposed: https://github.com/WebAssembly/custom-page-sizes */
const HAS_PAGE_SIZE = 8;

/** Bytes of a page, as a power of two. */
const PAGE = 16;
/** Bytes of a table's entry. */
const ENTRY = 8n;

// Maxima of memories and tables that name none, as engines have them: a module that names more is refused.
// https://webassembly.github.io/spec/js-api/#limits
const MOST_BYTES = 2n ** 32n;
const MOST_BYTES_64 = 2n ** 34n;
const MOST_ENTRIES = 2n ** 32n - 1n;

/** A memory or table. */
class Growable {
  /** @type {bigint} in units; what it may grow to where none is named */
  maximum;

  /**
   * @param {Uint8Array} head the bytes in front of its limits
   * @param {number} flags of its limits
   */
  constructor(head, flags) {
    this.head = head;
    this.flags = flags;
  }

  /** Its parts: the limits with a maximum, the rest as it was. */
  encode() {
    const { head, flags, minimum, maximum, tail } = this;
    return [head, [flags | HAS_MAXIMUM], encode(minimum), encode(maximum), tail];
  }
}

export function readMemories(reader) {
  return reader.entries(() => {
    const memory = readLimits(reader, reader.at, HAS_MAXIMUM | IS_SHARED | IS_64 | HAS_PAGE_SIZE);
    const { flags } = memory;
    // A maximum of the host's would make it valid.
    if (flags & IS_SHARED && !(flags & HAS_MAXIMUM)) throw reader.unknown('a shared memory without a maximum');
    const start = reader.at;
    const page = flags & HAS_PAGE_SIZE ? reader.u32() : PAGE;
    if (page !== 0 && page !== PAGE) throw reader.unknown('a page size');
    memory.tail = reader.since(start);
    memory.unit = 1n << BigInt(page);
    // The same.
    if (memory.maximum > addressable(flags & IS_64) / memory.unit) throw reader.unknown('a maximum over all addresses');
    memory.maximum ??= mostPages(flags & IS_64, memory.unit);
    return memory;
  });
}

/** Bytes that addresses reach, and thereby the highest maximum that is valid. */
const addressable = (is64) => 2n ** (is64 ? 64n : 32n);

function mostPages(is64, page) {
  const most = (is64 ? MOST_BYTES_64 : MOST_BYTES) / page;
  // Has to fit into 32 bits, with pages of one byte as well.
  return !is64 && most === MOST_BYTES ? most - 1n : most;
}

const WITH_INITIALIZER = 0x40;

export function readTables(reader) {
  return reader.entries(() => {
    const start = reader.at;
    const isInitialized = reader.bytes[start] === WITH_INITIALIZER;
    if (isInitialized) {
      reader.byte();
      if (reader.byte() !== 0) throw reader.unknown('a table');
    }
    if (reader.referenceType() === EXN) throw new Refused('it has a table of exceptions, which are not bounded');
    const table = readLimits(reader, start, HAS_MAXIMUM | IS_64);
    const rest = reader.at;
    if (isInitialized) skipConstantExpression(reader);
    table.tail = reader.since(rest);
    table.unit = ENTRY;
    table.maximum ??= MOST_ENTRIES;
    return table;
  });
}

/** Reads the limits of what begins at `start`. */
function readLimits(reader, start, known) {
  const head = reader.since(start);
  const flags = reader.byte();
  if (flags & ~known) throw reader.unknown('a kind of memory or table');
  const growable = new Growable(head, flags);
  const bits = flags & IS_64 ? 64n : 32n;
  growable.minimum = reader.unsigned(bits);
  if (flags & HAS_MAXIMUM) growable.maximum = reader.unsigned(bits);
  return growable;
}
