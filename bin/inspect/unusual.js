/** Remarks on a guest, for its author and users: faults, costs, surprises. */

import { WapcModule } from 'wapc-host';

import { messageOf } from './message.js';

const MIB = 2 ** 20;
/** Bytes from which on a memory is large to begin with: each instance takes it. */
const LARGE = 64 * MIB;

/**
 * @param {{ bytes: Uint8Array, sections: { kind: string, name: string, content: Uint8Array }[],
 *   info: import('wapc-host').ModuleInfo, imports: { module: string, name: string, refused?: string }[],
 *   memories: any[] }} guest
 * @returns {Promise<string[]>}
 */
export async function unusualOf({ bytes, sections, info, imports, memories }) {
  return [
    ...linking(imports),
    ...memory(memories),
    ...starting(sections, info),
    ...old(info),
    ...weight(bytes, sections),
    ...(await limiting(bytes)),
  ];
}

function linking(imports) {
  const refused = imports.filter((one) => one.refused !== undefined);
  const names = refused.map(({ module, name }) => `${module}.${name}`).join(', ');
  const isSilent = !imports.some(({ module, name }) => module === 'wapc' && name === '__guest_response');
  return [
    ...(refused.length > 0 ? [`cannot be instantiated (WAPC_LINK): the host does not provide ${names}`] : []),
    ...(isSilent ? ['never answers: it does not import wapc.__guest_response'] : []),
  ];
}

function memory(memories) {
  const [first] = memories;
  const begins = first === undefined ? 0 : first.initial * first.pageSize;
  return [
    ...(memories.length > 1
      ? [`has ${memories.length} memories: the host uses the one that is exported as "memory"`]
      : []),
    ...(begins >= LARGE ? [`begins with ${Math.round(begins / MIB)} MiB of memory, which each instance takes`] : []),
    ...(memories.some(({ shared }) => shared) ? ['its memory is shared between threads'] : []),
    ...(memories.some(({ wide }) => wide) ? ['its memory has addresses of 64 bits'] : []),
  ];
}

function starting(sections, { exports }) {
  const has = (name) => exports.some((one) => one.name === name);
  return [
    ...(sections.some(({ kind }) => kind === 'start') ? ['has a start function, which runs while it is linked'] : []),
    ...(has('_start') && has('_initialize') ? ['exports both _start and _initialize'] : []),
  ];
}

function old({ wasi }) {
  if (wasi === 'none' || wasi === 'wasi_snapshot_preview1') return [];
  return [`imports WASI by an older name, ${wasi}`];
}

/** Custom sections that outweigh the rest: names and debug information. */
function weight(bytes, sections) {
  const custom = sections.filter(({ kind }) => kind === 'custom');
  const total = custom.reduce((sum, { content }) => sum + content.length, 0);
  if (total * 2 < bytes.length) return [];
  const share = Math.round((100 * total) / bytes.length);
  const largest = custom.sort((a, b) => b.content.length - a.content.length)[0].name;
  return [`${share}% of it are custom sections (${largest} above all), which strip removes`];
}

/** Guests that `limits.memory` cannot bound, as the package judges. */
async function limiting(bytes) {
  try {
    (await WapcModule.compile(bytes, { limits: { memory: Number.MAX_SAFE_INTEGER } })).close();
    return [];
  } catch (error) {
    return [`cannot be run with --memory (limits.memory): ${messageOf(error)}`];
  }
}
