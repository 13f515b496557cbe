/** The outcomes of odd answers, which the protocol leaves open, as the package itself has them. */

import { readFileSync } from 'node:fs';

import { WapcHost } from 'wapc-host';

import { odd } from './callbacks.js';

const guest = (name) => readFileSync(new URL(`../../testdata/${name}.wasm`, import.meta.url));

/**
 * The outcomes of callbacks' odd answers, by callback: `{ bytes }` or `{ error }`. They are observed with harmless
 * guests.
 */
export async function oddAnswers() {
  const answers = new Map();
  for (const { answer } of odd) answers.set(answer, await outcomeOf(answer));
  return ({ answer }) => answers.get(answer);
}

async function outcomeOf(answer) {
  const host = await WapcHost.instantiate(guest('wat/probe'), { async: false, hostCall: () => answer() });
  const call = new Uint8Array(Uint32Array.of(512, 1, 512, 1, 512, 1, 512, 1, 4096).buffer);
  const [hasAnswered, length] = new Uint32Array(host.invokeSync('h', call).buffer);
  const beginning = host.invokeSync('r', call);
  host.close();
  // Padded with zeros where there are fewer bytes than the length says.
  return hasAnswered
    ? { bytes: Uint8Array.from({ length }, (_, index) => beginning[index] ?? 0) }
    : { error: await errorOf(answer) };
}

async function errorOf(answer) {
  const host = await WapcHost.instantiate(guest('hello'), { async: false, logger() {}, hostCall: () => answer() });
  try {
    return `it answered with ${host.invokeSync('hello').length} bytes`;
  } catch (error) {
    return error.cause.message;
  } finally {
    host.close();
  }
}
