/** Generated guests: 2,000 seeds, half of them in a Node with JSPI where there is one. */

import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';

import { nodeWithJspi } from '../tools/engines.js';
import { guestsOf } from '../tools/fuzz.js';
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
