/** Assembles guests from parts that text assemblers do not know yet, or refuse to write. */

/** An unsigned LEB128. */
export function unsigned(number) {
  const bytes = [];
  for (let rest = BigInt(number); ; rest >>= 7n) {
    const byte = Number(rest & 0x7fn);
    if (rest < 0x80n) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}

export const vector = (entries) => [unsigned(entries.length), entries];

export function section(id, content) {
  const flat = content.flat(Infinity);
  return [id, unsigned(flat.length), flat];
}

export const assemble = (...sections) => Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat(Infinity)]);

export const name = (text) => vector([...text].map((letter) => letter.charCodeAt(0)));

const [I32, FUNCREF] = [0x7f, 0x70];
const REQUEST = [0x60, vector([I32, I32]), vector([])];
const GUEST_CALL = [0x60, vector([I32, I32]), vector([I32])];

/** The number of types that `growing` puts in front of the given ones; the first is a function of two numbers. */
export const OWN_TYPES = 2;

/** `ref.null func`, and a reference to the guest's function. */
const NULL = [0xd0, FUNCREF];
export const FUNCTION = [0xd2, 2];

/** A memory: its flags and sizes, as in the binary format. */
export const memory = (flags, ...sizes) => ({ bytes: [flags, sizes.map(unsigned)], is64: (flags & 4) !== 0 });

/**
 * A table of a type. `value` is the instruction for the value it grows with, and for its entries if it is initialized.
 */
export function table(type, flags, sizes, { value = NULL, isInitialized = false } = {}) {
  const limits = [type, flags, sizes.map(unsigned)];
  const bytes = isInitialized ? [0x40, 0, limits, value, 0x0b] : limits;
  return { bytes, is64: (flags & 4) !== 0, value };
}

/**
 * A guest that grows on demand. Its payload is two words: which memory or table (memories first), and by how much; it
 * answers with one word, the result. `globals` are triples of a type, the instruction for the value, and 1 if mutable.
 * The first memory is exported, and has 32-bit addresses.
 */
export function growing({ memories = [memory(0, 1)], tables = [], types = [], tags = [], globals = [] }) {
  const grow = [
    ...memories.map((of, index) => [delta(of), 0x40, unsigned(index), result(of)]),
    ...tables.map((of, index) => [of.value, delta(of), 0xfc, 0x0f, unsigned(index), result(of)]),
  ];
  const body = [
    [1, 1, I32],
    [i32(0), i32(WHICH), 0x10, 0],
    grow.map((instructions, index) => [i32(WHICH), LOAD, i32(index), 0x46, 0x04, 0x40, instructions, 0x21, 2, 0x0b]),
    [i32(ANSWER), 0x20, 2, 0x36, 2, 0],
    [i32(ANSWER), i32(4), 0x10, 1],
    [i32(1), 0x0b],
  ].flat(Infinity);
  return assemble(
    section(1, vector([REQUEST, GUEST_CALL, ...types])),
    section(2, vector(['__guest_request', '__guest_response'].map((field) => [name('wapc'), name(field), 0, 0]))),
    section(3, vector([1])),
    tables.length > 0 ? section(4, vector(tables.map(({ bytes }) => bytes))) : [],
    section(5, vector(memories.map(({ bytes }) => bytes))),
    tags.length > 0 ? section(13, vector(tags.map((type) => [0, unsigned(type)]))) : [],
    globals.length > 0
      ? section(6, vector(globals.map(([type, value, mutable = 1]) => [type, mutable, value, 0x0b])))
      : [],
    section(
      7,
      vector([
        [name('memory'), 2, 0],
        [name('__guest_call'), 0, 2],
      ]),
    ),
    section(10, vector([[unsigned(body.length), body]])),
  );
}

// Addresses of the words.
const [WHICH, BY, ANSWER] = [64, 68, 72];

const LOAD = [0x28, 2, 0];
/** `i32.const` of a number that fits into a signed LEB128 of two bytes. */
const i32 = (number) => [0x41, (number & 0x7f) | 0x80, number >> 7];
const delta = ({ is64 }) => [i32(BY), LOAD, is64 ? 0xad : []];
const result = ({ is64 }) => (is64 ? 0xa7 : []);
