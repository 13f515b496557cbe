/** Greets by a guest: `npm start -- NAME`. */

import { fileURLToPath } from 'node:url';

import { WapcError, WapcHost } from 'wapc-host';

const guest = fileURLToPath(new URL('../guests/target/wasm32-unknown-unknown/release/greeter.wasm', import.meta.url));
const words = { de: 'Hallo', en: 'Hello', fr: 'Bonjour' };

/** Host callback: the guest may ask which word greets, in the language of the environment. */
const hostCall = { words: { greeting: () => words[process.env.LANG?.slice(0, 2)] ?? words.en } };

const logger = (line) => console.error(`the guest: ${line}`);
const host = await WapcHost.instantiate(guest, { hostCall, codec: 'text', logger });
try {
  console.log(await host.call('hello', process.argv[2] ?? 'waPC'));
} catch (error) {
  // What the guest answers "no" to is no fault of this program: its text, and no stack.
  if (!(error instanceof WapcError && error.code === 'WAPC_GUEST')) throw error;
  console.error(`refused: ${error.message}`);
  process.exitCode = 1;
} finally {
  host.close();
}
