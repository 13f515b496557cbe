/** Names that a module has in its data: texts that its code points to first, then whole words, then parts of them. */

const NAME = /^[A-Za-z_][\w.:/-]{1,47}$/;
const WORDS = /[A-Za-z_][\w.:/-]+/g;
const [CODE, DATA] = [10, 11];
const I32_CONST = 0x41;
/** Limits of the search: nobody waits for a module of many MiB. */
const [MOST_SEGMENTS, MOST_DATA, MOST_CODE] = [1000, 1 << 20, 4 << 20];
/** The longest part of a word that is a name by itself: compilers put texts one behind the other. */
const LONGEST_PART = 24;

/** Reads LEB128 numbers and bytes, one after the other. */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  get isAtEnd() {
    return this.at >= this.bytes.length;
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** An unsigned number of 32 bits; a negative one as its bits. */
  number() {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    return value >>> 0;
  }

  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

/** The sections of a module: their bytes, by kind. */
function sections(bytes) {
  const found = new Map();
  const reader = new Reader(bytes, 8);
  while (!reader.isAtEnd) {
    const kind = reader.byte();
    found.set(kind, reader.take(reader.number()));
  }
  return found;
}

/** The first data of a module: places in memory, and the bytes there. */
function* segments(section) {
  const reader = new Reader(section);
  const most = Math.min(reader.number(), MOST_SEGMENTS);
  let room = MOST_DATA;
  for (let left = most; left > 0 && room > 0 && !reader.isAtEnd; left--) {
    const flags = reader.number();
    if (flags === 2) reader.number();
    let offset = 0;
    if (flags !== 1) {
      // Only constants are followed.
      if (reader.byte() === I32_CONST) offset = reader.number();
      else reader.number();
      reader.byte();
    }
    const bytes = reader.take(reader.number()).subarray(0, room);
    room -= bytes.length;
    yield { offset, bytes };
  }
}

/** Bytes as text, each of them one character. */
const latin1 = (bytes) => new TextDecoder('latin1').decode(bytes);

/** Texts that code points to: two constants behind each other, an address and a length. */
function* pointedTo(code, data) {
  const end = Math.min(code.length, MOST_CODE);
  for (let at = 0; at < end; at++) {
    if (code[at] !== I32_CONST) continue;
    const reader = new Reader(code, at + 1);
    const address = reader.number();
    if (reader.byte() !== I32_CONST) continue;
    const length = reader.number();
    if (length < 2 || length > 48) continue;
    const segment = data.find(({ offset, bytes }) => address >= offset && address + length <= offset + bytes.length);
    if (segment !== undefined) {
      const start = address - segment.offset;
      yield latin1(segment.bytes.subarray(start, start + length));
    }
  }
}

/** Texts in data, as UTF-8 and as UTF-16. */
const texts = (data) =>
  data.flatMap(({ bytes }) => {
    // Compilers leave zeros at the end of data out, the last half of a text in UTF-16 among them.
    const padded = new Uint8Array(bytes.length + 2);
    padded.set(bytes);
    const wide = (from) => new TextDecoder('utf-16le').decode(padded.subarray(from));
    return [latin1(bytes), wide(0), wide(1)];
  });

/** Parts of words, the ones at their ends first. */
function* partsOf(word) {
  const longest = Math.min(LONGEST_PART, word.length - 1);
  for (let start = 0; start < word.length - 1; start++) {
    for (let length = 2; length <= longest && start + length <= word.length; length++) {
      yield word.slice(start, start + length);
    }
  }
}

/** Each name once, the likeliest first. */
export function* namesIn(bytes) {
  const found = sections(bytes);
  const data = [...segments(found.get(DATA) ?? new Uint8Array([0]))];
  const words = texts(data).flatMap((text) => text.match(WORDS) ?? []);
  const seen = new Set();
  for (const source of [pointedTo(found.get(CODE) ?? new Uint8Array(0), data), words, ...words.map(partsOf)]) {
    for (const name of source) {
      if (seen.has(name) || !NAME.test(name)) continue;
      seen.add(name);
      yield name;
    }
  }
}
