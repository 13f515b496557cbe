/**
 * Reads what a module is made of: https://webassembly.github.io/spec/core/binary/values.html and `types.html` beside it.
 * As strict as an engine: what one of them refuses must not be read as something else here.
 */

/** Thrown for bytes that are no valid module, or a guest that cannot be bounded. The engine says which of the two it is. */
export class Refused extends Error {}

const PREAMBLE = 8;
const CUSTOM = 0;

const NUMERIC_FIRST = 0x7b;
const NUMERIC_LAST = 0x7f;
const REFERENCE = 0x64;
const REFERENCE_OR_NULL = 0x63;
/** The heap types without a number, as signed numbers of one byte: from `exn` to `noexn`. */
const HEAP_FIRST = 0x69 - 0x80;
const HEAP_LAST = 0x74 - 0x80;
/** The heap type of caught exceptions. */
export const EXN = HEAP_FIRST;

export class ModuleReader {
  /**
   * @param {Uint8Array} bytes
   * @param {{ content: number, end: number }} range
   */
  constructor(bytes, { content, end } = { content: PREAMBLE, end: bytes.length }) {
    this.bytes = bytes;
    this.at = content;
    this.end = end;
  }

  /** Where each section is, custom ones apart: its identifier, its content, its end. */
  *sections() {
    for (let last = new Set(); this.at < this.end;) {
      const start = this.at;
      const id = this.byte();
      const length = this.u32();
      const section = { id, start, content: this.at, end: this.at + length };
      this.skip(length);
      if (id === CUSTOM) continue;
      if (last.has(id)) throw this.unknown(`a second section ${id}`);
      last.add(id);
      yield section;
    }
  }

  /** The entries of a section: a vector that ends where the section does. */
  entries(read) {
    const entries = this.vector(read);
    if (this.at !== this.end) throw this.unknown('what follows the last entry');
    return entries;
  }

  vector(read) {
    const entries = [];
    for (let left = this.u32(); left > 0; left--) entries.push(read());
    return entries;
  }

  byte() {
    if (this.at >= this.end) throw this.unknown('an end');
    return this.bytes[this.at++];
  }

  skip(length) {
    if (length > this.end - this.at) throw this.unknown('an end');
    this.at += length;
  }

  /** The bytes that were read since `start`. */
  since(start) {
    return this.bytes.subarray(start, this.at);
  }

  u32() {
    return Number(this.unsigned(32n));
  }

  /** An unsigned LEB128 of so many bits, as a BigInt. */
  unsigned(bits) {
    let value = 0n;
    for (let shift = 0n; shift < bits; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      if (value >> bits !== 0n) break;
      return value;
    }
    throw this.unknown(`a number of more than ${bits} bits`);
  }

  /** A signed LEB128 of so many bits, as a BigInt. */
  signed(bits) {
    let value = 0n;
    for (let shift = 0n; shift < bits; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte >= 0x80) continue;
      const signed = BigInt.asIntN(Number(shift) + 7, value);
      if (BigInt.asIntN(Number(bits), signed) !== signed) break;
      return signed;
    }
    throw this.unknown(`a number of more than ${bits} bits`);
  }

  /** A type of values: whether it is of numbers (vectors too), else its heap type. */
  valueType() {
    const code = this.byte();
    if (code >= NUMERIC_FIRST && code <= NUMERIC_LAST) return { isNumeric: true, heap: undefined };
    return { isNumeric: false, heap: this.#referenceType(code) };
  }

  /** A type of references: its heap type. */
  referenceType() {
    return this.#referenceType(this.byte());
  }

  #referenceType(code) {
    if (code === REFERENCE || code === REFERENCE_OR_NULL) return this.heapType();
    return this.#abstractHeapType(code - 0x80);
  }

  /** A heap type: the number of a type, or below 0 one that has none. */
  heapType() {
    const heap = Number(this.signed(33n));
    return heap >= 0 ? heap : this.#abstractHeapType(heap);
  }

  #abstractHeapType(heap) {
    if (heap < HEAP_FIRST || heap > HEAP_LAST) throw this.unknown('a type');
    return heap;
  }

  unknown(what) {
    return new Refused(
      `it has ${what} at byte ${this.at} that is not known here; build it without newer features of WebAssembly`,
    );
  }
}

/** A number as an unsigned LEB128. */
export function encode(number) {
  const bytes = [];
  for (let rest = BigInt(number); ; rest >>= 7n) {
    const byte = Number(rest & 0x7fn);
    if (rest < 0x80n) return [...bytes, byte];
    bytes.push(byte | 0x80);
  }
}
