import { WapcHost } from 'wapc-host';

/** Loads a guest: `hostCall` answers it, at once or later; `logger` gets its log lines. */
export async function load(guest, hostCall, logger) {
  return WapcHost.instantiate(guest, { codec: 'text', hostCall, logger });
}

/** Invokes `hello`: the guest asks its host for the name, waits, and answers with a greeting. */
export async function greet(host, name) {
  return host.call('hello', name);
}
