/** Greets by a guest: `npm start -- NAME`. */

import { fileURLToPath } from 'node:url';

import { WapcError, WapcHost } from 'wapc-host';

const guest = fileURLToPath(new URL('../guests/target/wasm32-unknown-unknown/release/greeter.wasm', import.meta.url));
const words = { de: 'Hallo', en: 'Hello', fr: 'Bonjour' };

/** Answers the guest's host calls: which word greets, in the language of the environment. */
function hostCall(binding, namespace, operation) {
  if (namespace === 'words' && operation === 'greeting') return words[process.env.LANG?.slice(0, 2)] ?? words.en;
  throw new Error(`no such host operation: ${namespace} ${operation}`);
}

const host = await WapcHost.instantiate(guest, { hostCall, logger: (line) => console.error(`the guest: ${line}`) });
try {
  const greeting = await host.invoke('hello', process.argv[2] ?? 'waPC');
  console.log(new TextDecoder().decode(greeting));
} catch (error) {
  // What the guest answers "no" to is no fault of this program: its text, and no stack.
  if (!(error instanceof WapcError && error.code === 'WAPC_GUEST')) throw error;
  console.error(`refused: ${error.message}`);
  process.exitCode = 1;
} finally {
  host.close();
}
