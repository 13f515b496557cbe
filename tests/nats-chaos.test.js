/** The chaos of tests/nats/chaos.js with few requests; `npm run test:cluster` makes 20,000, in both versions of Node. */

import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';

import { chaos } from './nats/chaos.js';

const TOTAL = 4_000;

test(`${TOTAL} requests while members are drained, replaced and killed, and the NATS server restarts twice`, async () => {
  const { requests, answered, lost, wrong, refused, twice } = await chaos(TOTAL);
  deepEqual({ wrong, refused, twice }, { wrong: [], refused: [], twice: [] });
  equal(requests, TOTAL);
  equal(answered + lost, TOTAL);
  ok(lost < TOTAL / 10, `${lost} were lost`);
});
