/** Routed host calls, against the same answered by a `HostCall` function written by hand. */

import { readFile } from 'node:fs/promises';

import { WapcModule } from 'wapc-host';

import { sync } from './measure.js';

const module = await WapcModule.compile(await readFile(new URL('../../testdata/bench.wasm', import.meta.url)));
const host = (options) => module.instantiate({ async: false, ...options });
const payload = new Uint8Array(32).fill(42);
const json = new TextEncoder().encode('{"name":"waPC!","list":[1,2,3]}');
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

const echo = (value) => value;
const answers = [
  ['bytes', payload, {}, (bytes) => bytes],
  ['JSON', json, { codec: 'json' }, (bytes) => encoder.encode(JSON.stringify(JSON.parse(decoder.decode(bytes))))],
];

/** @type {import('./table.js').Case[]} */
export const cases = [];
for (const [kind, bytes, options, answer] of answers) {
  const routed = await host({ ...options, hostCall: { bench: { echo, other: echo }, more: { echo } } });
  const byHand = await host({
    hostCall(binding, namespace, operation, received) {
      if (namespace === 'bench' && operation === 'echo') return answer(received);
      throw new Error(`no such operation: ${namespace} ${operation}`);
    },
  });
  for (const [operation, label, per] of [
    ['call', `a routed host call of ${kind}, invokeSync`, 1],
    ['calls', `each of 100 routed host calls of ${kind}`, 100],
  ]) {
    cases.push({
      label,
      competitors: {
        ours: sync(() => routed.invokeSync(operation, bytes)),
        byHand: sync(() => byHand.invokeSync(operation, bytes)),
      },
      ratio: (ns) => ns.byHand / ns.ours,
      target: '>= 0.91',
      per,
    });
  }
}
