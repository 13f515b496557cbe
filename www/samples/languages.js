import { WapcHost } from 'wapc-host';

/** Loads a guest, whatever it was written in; one that was compiled for WASI finds it here. */
export async function load(guest) {
  const hostCall = { foo: { echo: (name) => name } };
  return WapcHost.instantiate(guest, { codec: 'text', hostCall, logger() {} });
}

/** Greets. */
export async function greet(host, name) {
  return host.call('hello', name);
}
