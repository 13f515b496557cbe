/** Reads the binary format of a module that an engine has found valid: what `WebAssembly.Module` does not tell. */

import { Failure } from '../output/failure.js';

/** An error of what engines know and this reader does not: proposals that change sections. */
const unknown = (what) => new Failure('WAPC_UNSUPPORTED', `inspect cannot read the module: it has ${what}`);

/** Reads numbers and names from bytes, from a position on. */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    if (this.at >= this.bytes.length) throw unknown('a section that ends early');
    return this.bytes[this.at++];
  }

  /** An unsigned number in LEB128. */
  number() {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  name() {
    const length = this.number();
    this.at += length;
    return new TextDecoder().decode(this.bytes.subarray(this.at - length, this.at));
  }

  /** The items of a vector. */
  *vector(read) {
    for (let count = this.number(); count > 0; count--) yield read();
  }

  valueType() {
    // A reference with its heap type, a number of its own.
    if ([0x63, 0x64].includes(this.byte())) this.number();
  }

  limits() {
    const flags = this.byte();
    const initial = this.number();
    const maximum = flags & 1 ? this.number() : undefined;
    const pageSize = flags & 8 ? 2 ** this.number() : 65_536;
    return { initial, maximum, pageSize, shared: (flags & 2) !== 0, wide: (flags & 4) !== 0 };
  }
}

const KINDS = ['function', 'table', 'memory', 'global', 'tag'];
const SECTIONS = {
  1: 'type',
  2: 'import',
  3: 'function',
  5: 'memory',
  7: 'export',
  8: 'start',
  10: 'code',
  11: 'data',
};

/**
 * The sections of a module.
 * @param {Uint8Array} bytes
 * @returns {{ kind: string, name: string, content: Uint8Array }[]} `name` of custom ones
 */
export function sectionsOf(bytes) {
  const reader = new Reader(bytes, 8);
  const sections = [];
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const length = reader.number();
    const content = bytes.subarray(reader.at, reader.at + length);
    const name = id === 0 ? new Reader(content).name() : '';
    sections.push({ kind: id === 0 ? 'custom' : (SECTIONS[id] ?? `section ${id}`), name, content });
    reader.at += length;
  }
  return sections;
}

/**
 * The imports of an import section, each with its bytes, and with its limits where it is a memory.
 * @param {Uint8Array} content
 */
export function importsOf(content) {
  const reader = new Reader(content);
  const read = () => {
    const from = reader.at;
    const [module, name, kind] = [reader.name(), reader.name(), KINDS[reader.byte()]];
    if (kind === undefined) throw unknown(`an import of a kind of its own, ${module}.${name}`);
    const memory = typeOf(reader, kind);
    return { module, name, kind, memory, bytes: content.subarray(from, reader.at) };
  };
  return [...reader.vector(read)];
}

/** Reads the type of an import: its limits, where it is a memory. */
function typeOf(reader, kind) {
  if (kind === 'memory') return reader.limits();
  if (kind === 'tag' || kind === 'global') reader[kind === 'tag' ? 'byte' : 'valueType']();
  if (kind === 'table') {
    reader.valueType();
    reader.limits();
  } else {
    // The type's index, or whether a global is mutable.
    reader.number();
  }
  return undefined;
}

/** The limits of the memories of a memory section. */
export function memoriesOf(content) {
  const reader = new Reader(content);
  return [...reader.vector(() => reader.limits())];
}

/** The index of an exported function, from an export section; undefined where there is none. */
export function functionNamed(content, name) {
  const reader = new Reader(content);
  const read = () => ({ name: reader.name(), kind: reader.byte(), index: reader.number() });
  return [...reader.vector(read)].find((found) => found.name === name && found.kind === 0)?.index;
}

/** The types of the functions of a function section, as indices. */
export function typesOf(content) {
  const reader = new Reader(content);
  return [...reader.vector(() => reader.number())];
}
