/** Generated guests, half of them in a Node with JSPI where there is one; and generated modules, rewritten. */

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';

import { nodeWithJspi } from '../tools/engines.js';
import { guestsOf } from '../tools/fuzz.js';
import { compareInNode } from './fuzz/rewritten-runs.js';
import { runSeeds } from './fuzz/batches.js';
import { summaryOf } from './fuzz/summary.js';

test('a seed has the same guest, whichever others are made with it', () => {
  const guests = guestsOf(0, 8);
  deepEqual(guestsOf(7, 1), [guests[7]]);
  equal(new Set(guests.map(String)).size, 8);
});

test('generated guests, against the reference and each other', async () => {
  const began = performance.now();
  const summaries = await Promise.all([
    runSeeds(process.execPath, 0, 1000),
    runSeeds(nodeWithJspi() ?? process.execPath, 1000, 1000),
  ]);
  const summary = summaryOf(summaries, performance.now() - began);
  equal(summaries.flatMap(({ differences }) => differences).length, 0, summary);
  // A process that ended early counts as a difference; this catches one that ran no seeds.
  equal(
    summaries.reduce((total, { seeds }) => total + seeds, 0),
    2000,
    summary,
  );
});

for (const node of new Set([process.execPath, nodeWithJspi() ?? process.execPath])) {
  test(`modules of all features, rewritten so that they can be interrupted: ${node}`, async () => {
    const { same, skipped, invalid, differences } = await compareInNode(node, 0, 500);
    deepEqual(differences, []);
    equal(same + skipped + invalid, 500);
    // An engine that knows few of the features still has a good part of them.
    equal(same > 200, true, `${same} compared`);
  });
}
