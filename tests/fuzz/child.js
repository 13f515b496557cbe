/**
 * `node child.js FROM COUNT`: runs seeds one after the other, and reports on standard output, a line of JSON each. Each
 * seed is reported before it runs, so that a reader knows which one a process has died of.
 */

import { writeSync } from 'node:fs';

import { guestsOf } from '../../tools/fuzz.js';
import { compare } from './compare.js';
import { oddAnswers } from './odd.js';
import { Bystander, Callbacks, areClosed, descriptors, treeRoom } from './oracles.js';

const [from, count] = process.argv.slice(2).map(Number);
let seed = from;

/** Writes all of it before anything else runs: a pipe that is full takes only a part, or nothing (EAGAIN). */
function say(line) {
  let rest = Buffer.from(`${JSON.stringify(line)}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}
const differs = (kind, detail) => say({ seed, kind, detail: String(detail).slice(0, 2000) });

for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error) => {
    differs(event, error?.stack ?? error);
    process.exit(3);
  });
}

const bystander = await Bystander.create();
const oddly = await oddAnswers();
const room = await treeRoom();
const callbacks = new Callbacks();
const watch = (callback) => callbacks.watch(seed, callback);

for (const bytes of guestsOf(from, count)) {
  say({ seed });
  const open = descriptors();
  const { differences, ...figures } = await compare(seed, bytes, { bystander, oddly, watch });
  for (const { kind, detail } of differences) differs(kind, detail);
  const complaint = await bystander.complaint();
  if (!(await areClosed(open))) differs('descriptors', `${open} before, ${descriptors()} after`);
  say({ seed, figures });
  if (complaint !== undefined) {
    differs('bystander', complaint);
    // Every guest that follows would report the same.
    process.exit(3);
  }
  seed++;
}
seed--;
for (const leaking of await callbacks.left()) differs('an instance is left', `of seed ${leaking}`);
const left = await treeRoom();
if (left !== room) differs('tree quota', `after the seeds from ${from} on: ${room} bytes before, ${left} after`);
