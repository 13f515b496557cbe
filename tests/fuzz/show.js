/** Shows one seed in full: its guest as text, its plan, and the results of each way. */

import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { guestsOf } from '../../tools/fuzz.js';
import { compare } from './compare.js';
import { oddAnswers } from './odd.js';
import { Bystander, areClosed, descriptors } from './oracles.js';

export async function showSeed(seed) {
  const [bytes] = guestsOf(seed, 1);
  const path = join(tmpdir(), `wapc-host-fuzz-${seed}.wasm`);
  writeFileSync(path, bytes);
  console.log(`${path}, ${bytes.length} bytes`);
  console.log(await textOf(bytes));
  const [oddly, bystander] = [await oddAnswers(), await Bystander.create()];
  const show = (what) => console.dir(what, { depth: 4, maxArrayLength: 40 });
  const open = descriptors();
  const { differences } = await compare(seed, bytes, { bystander, oddly, show, watch() {} });
  const complaint = await bystander.complaint();
  const isClean = await areClosed(open);
  show({ differences, bystander: complaint ?? 'answers', descriptors: `${open} before, ${descriptors()} after` });
  if (differences.length > 0 || complaint !== undefined || !isClean) process.exitCode = 1;
}

async function textOf(bytes) {
  const { default: load } = await import('wabt');
  const wabt = await load();
  try {
    const module = wabt.readWasm(bytes, { exceptions: true, threads: true, readDebugNames: false });
    return module.toText({ foldExprs: true, inlineExport: false });
  } catch (error) {
    return `no text of it: ${error.message}`;
  }
}
