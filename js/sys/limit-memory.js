/**
 * `limits.memory`: a guest's memory gets a maximum of its own, so that growing past it fails as the specification has
 * it, with no check on the way. Written into the module's bytes, here where they are: the core would have to copy them.
 */

import { WapcError } from '../error.js';

/** Bytes of a page. */
const PAGE = 65536;

// Of the binary format: https://webassembly.github.io/spec/core/binary/modules.html
const MEMORY_SECTION = 5;
const HAS_MAXIMUM = 1;
const IS_64 = 4;
const PREAMBLE = 8;

/**
 * A copy of a module whose memories can't grow over so many bytes, or the same bytes where they can't anyway. What is no
 * valid module is left to the compiler. Throws WAPC_LIMIT where a memory begins with more.
 * @param {Uint8Array} bytes
 * @param {number} limit bytes
 */
export function limitMemory(bytes, limit) {
  const section = findSection(bytes, MEMORY_SECTION);
  if (section === undefined) return bytes;
  const pages = Math.floor(limit / PAGE);
  const reader = new Reader(bytes, section.content);
  const limited = [...encode(reader.number())];
  while (reader.at < section.end) {
    const flags = reader.number();
    // Sizes of pages are a proposal that a compiler refuses or knows better.
    if (flags > (HAS_MAXIMUM | 2 | IS_64)) return bytes;
    const minimum = reader.number();
    const maximum = flags & HAS_MAXIMUM ? reader.number() : Infinity;
    if (minimum > pages) {
      const size = minimum * PAGE;
      throw new WapcError('WAPC_LIMIT', `the guest's memory of ${size} bytes is over the limit of ${limit} bytes`);
    }
    limited.push(...encode(flags | HAS_MAXIMUM), ...encode(minimum), ...encode(Math.min(maximum, pages)));
  }
  const length = encode(limited.length);
  const before = bytes.subarray(0, section.start + 1);
  const after = bytes.subarray(section.end);
  const whole = new Uint8Array(before.length + length.length + limited.length + after.length);
  [before, length, limited, after].reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

/** Where a section is: its number, its content, its end. */
function findSection(bytes, number) {
  for (const reader = new Reader(bytes, PREAMBLE); reader.at < bytes.length;) {
    const start = reader.at++;
    const length = reader.number();
    const section = { start, content: reader.at, end: reader.at + length };
    if (bytes[start] === number) return section.end <= bytes.length ? section : undefined;
    reader.at = section.end;
  }
  return undefined;
}

class Reader {
  constructor(bytes, at) {
    this.bytes = bytes;
    this.at = at;
  }

  /** An unsigned LEB128; not exact over 2^53, which is more pages than there can be. */
  number() {
    let value = 0;
    for (let factor = 1; this.at < this.bytes.length; factor *= 128) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * factor;
      if (byte < 128) break;
    }
    return value;
  }
}

function encode(number) {
  const bytes = [];
  for (let rest = number; ; rest = Math.floor(rest / 128)) {
    const byte = rest % 128;
    if (rest < 128) return [...bytes, byte];
    bytes.push(byte | 128);
  }
}
