// Greets by a guest: `npm run hello -- 'waPC!'`. Copy it and put your own guest in its place.

import { stdout } from 'node:process';
import { fileURLToPath } from 'node:url';

import { WapcError, WapcHost } from 'wapc-host';

const name = process.argv[2] ?? 'waPC!';
const guest = fileURLToPath(new URL('../testdata/hello.wasm', import.meta.url));

/** The host callback: the guest may ask only to have its own bytes echoed. */
function hostCall(binding, namespace, operation, payload) {
  if (namespace === 'foo' && operation === 'echo') return payload;
  throw new Error(`no such host operation: ${namespace} ${operation}`);
}

try {
  const host = await WapcHost.instantiate(guest, {
    hostCall,
    logger: (line) => console.log(line),
    stdout: (chunk) => stdout.write(chunk),
  });
  const greeting = await host.invoke('hello', name);
  console.log(new TextDecoder().decode(greeting));
  host.close();
} catch (error) {
  if (!(error instanceof WapcError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 1;
}
