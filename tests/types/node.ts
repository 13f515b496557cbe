// Uses the package in a program that has the types of Node.

import { readFile } from 'node:fs/promises';

import { WapcHost, type Bytes, type HostCall, type HostCallContext, type HostOptions } from 'wapc-host';

const hostCall: HostCall = async (binding, namespace, operation, payload, { signal }) => {
  const response = await fetch('http://localhost', { method: 'POST', body: payload, signal });
  return operation === 'read' ? readFile('file', { signal }) : Buffer.from(await response.arrayBuffer());
};
const options: HostOptions = { hostCall, wasi: { env: process.env }, stdout: (chunk) => process.stdout.write(chunk) };

export async function use(response: Response): Promise<unknown[]> {
  using host = await WapcHost.instantiate(await readFile('guest.wasm'), options);
  await host.replace(new URL('file:///guest.wasm'));
  await host.replace(fetch('http://localhost/guest.wasm'));
  await host.replace(response);
  const bytes: Bytes = await host.invoke('operation', Buffer.from('text'), { signal: AbortSignal.timeout(1000) });
  return [
    new Response(bytes),
    new Blob([bytes]),
    await crypto.subtle.digest('SHA-256', bytes),
    Buffer.from(bytes.buffer),
  ];
}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** What is handed out has the platform's own type. */
export const isSignal: Equal<HostCallContext['signal'], AbortSignal> = true;
