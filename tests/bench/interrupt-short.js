/** Prints how many times as long short invocations take with `limits.interrupt`, in one process: a line for each case. */

import { readFileSync } from 'node:fs';

import { WapcHost } from 'wapc-host';

import { measure, median, sync } from './measure.js';

const bytes = readFileSync(new URL('../../testdata/bench.wasm', import.meta.url));
const payload = new Uint8Array(32).fill(42);
const hostCall = (binding, namespace, operation, received) => received;
const host = (limits) => WapcHost.instantiate(bytes, { async: false, hostCall, limits });
const [plain, ours] = [await host({}), await host({ interrupt: true, timeout: 600_000 })];

const ratios = [];
for (const operation of ['echo', 'call']) {
  const rounds = await measure({
    ours: sync(() => ours.invokeSync(operation, payload)),
    plain: sync(() => plain.invokeSync(operation, payload)),
  });
  ratios.push(median(rounds.map(({ ours, plain }) => ours / plain)));
}
console.log(JSON.stringify(ratios));
