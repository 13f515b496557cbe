/** The imports of a guest that the host provides, found by linking them: none of the guest's own code runs. */

import { WapcHost } from 'wapc-host';

import { messageOf } from './message.js';
import { functionNamed, importsOf, sectionsOf, typesOf } from './reader.js';

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const CALL = '__guest_call';

/**
 * Says of each import why it is refused, in the order of `WebAssembly.Module.imports`; undefined where it is provided.
 * @param {string} guest its path or URL
 * @param {Uint8Array} bytes
 * @returns {Promise<(string | undefined)[]>}
 * @throws {import('wapc-host').WapcError} WAPC_NOT_A_GUEST, whose message begins with `guest`: its `__guest_call` has another signature
 */
export async function refusalsOf(guest, bytes) {
  const sections = sectionsOf(bytes);
  const content = (kind) => sections.find((section) => section.kind === kind)?.content;
  const imports = content('import') === undefined ? [] : importsOf(content('import'));
  const functions = imports.filter(({ kind }) => kind === 'function').length;
  const type = typesOf(content('function') ?? [0])[functionNamed(content('export'), CALL) - functions];
  // Its own error says that `__guest_call` has another signature, before imports are blamed for it.
  (await WapcHost.instantiate(linkedWith([], content('type'), type), { name: guest })).close();
  const refusal = (some) => refusalOf(linkedWith(some, content('type'), type));
  // Most guests link: one module with all of its imports says so.
  if ((await refusal(imports)) === undefined) return imports.map(() => undefined);
  return Promise.all(imports.map((one) => refusal([one])));
}

async function refusalOf(bytes) {
  try {
    (await WapcHost.instantiate(bytes)).close();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * A guest with these imports that does nothing.
 * @param {{ kind: string, bytes: Uint8Array }[]} imports
 * @param {Uint8Array} types the type section that the imports refer to
 * @param {number} type the index of the type of `__guest_call`
 */
function linkedWith(imports, types, type) {
  const count = (kind) => imports.filter((one) => one.kind === kind).length;
  const name = (text) => [text.length, ...Buffer.from(text)];
  const memory = [5, [count('memory') === 0 ? 1 : 0, ...(count('memory') === 0 ? [0, 1] : [])]];
  const exported = [2, ...name(CALL), 0, ...unsigned(count('function')), ...name('memory'), 2, 0];
  const sections = [
    [1, types],
    [2, [...unsigned(imports.length), ...imports.flatMap(({ bytes }) => [...bytes])]],
    [3, [1, ...unsigned(type)]],
    memory,
    [7, exported],
    // One function, of no locals: unreachable.
    [10, [1, 3, 0, 0, 0x0b]],
  ];
  return Uint8Array.from([...HEADER, ...sections.flatMap(([id, content]) => sectionOf(id, content))]);
}

const sectionOf = (id, content) => [id, ...unsigned(content.length), ...content];

/** LEB128. */
function unsigned(number) {
  const bytes = [];
  for (; number > 0x7f; number = Math.floor(number / 128)) bytes.push((number % 128) | 0x80);
  return [...bytes, number];
}
