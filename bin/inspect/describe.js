/** Describes a guest: what `wapc-host inspect --json` prints. */

import { basename } from 'node:path';

import { WapcModule } from 'wapc-host';

import { languageOf } from './language.js';
import { refusalsOf } from './provided.js';
import { importsOf, memoriesOf, sectionsOf } from './reader.js';
import { unusualOf } from './unusual.js';
import { exportUse, useOf } from './uses.js';

/**
 * @param {string} guest its path or URL
 * @param {Uint8Array} bytes
 * @throws {import('wapc-host').WapcError} it is no guest: WAPC_COMPILE, WAPC_NOT_A_GUEST, whose messages begin with `guest`
 */
export async function describe(guest, bytes) {
  const module = await WapcModule.compile(bytes, { name: guest });
  const { info } = module;
  module.close();
  const sections = sectionsOf(bytes);
  const refusals = await refusalsOf(guest, bytes);
  const imports = info.imports.map((one, index) => importOf(one, refusals[index]));
  const memories = memoriesIn(sections);
  return {
    guest: basename(guest),
    size: bytes.length,
    sections: sizesOf(sections),
    ...languageOf(info),
    wasi: info.wasi,
    memories: memories.map(memoryOf),
    imports,
    exports: info.exports.map((one) => ({ ...one, use: exportUse(one) })),
    unusual: await unusualOf({ bytes, sections, info, imports, memories }),
  };
}

/** `use` of an import that the host provides, `refused` of one that it does not. */
const importOf = (one, refused) => (refused === undefined ? { ...one, use: useOf(one) } : { ...one, refused });

/** The memories, those that are imported first. */
function memoriesIn(sections) {
  return sections.flatMap(({ kind, content }) => {
    if (kind === 'import') return importsOf(content).flatMap(({ memory }) => memory ?? []);
    return kind === 'memory' ? memoriesOf(content) : [];
  });
}

const memoryOf = ({ initial, maximum, pageSize, shared, wide }) => ({
  initialBytes: initial * pageSize,
  maximumBytes: maximum === undefined ? undefined : maximum * pageSize,
  shared,
  addressBits: wide ? 64 : 32,
});

/** Bytes of code, data, custom sections, and of all else together. */
function sizesOf(sections) {
  const sizes = { code: 0, data: 0, custom: 0, other: 0 };
  for (const { kind, content } of sections) sizes[kind in sizes ? kind : 'other'] += content.length;
  return sizes;
}
