import { WapcHost, WapcPool } from 'wapc-host';

const memory = 16 << 20; // bytes

/** On this thread: the guest is rewritten as it is compiled, so that a deadline ends it wherever it computes. */
export async function onThisThread(guest, timeout, logger) {
  return WapcHost.instantiate(guest, { limits: { interrupt: true, timeout, memory }, codec: 'text', logger });
}

/** In a worker: the page goes on meanwhile. A guest that does not end by itself even so is stopped with its worker. */
export async function inWorker(guest, timeout, logger) {
  return WapcPool.create(guest, {
    size: 1,
    workers: true,
    limits: { interrupt: true, timeout, memory },
    codec: 'text',
    logger,
  });
}

/** Invokes an operation that misbehaves: the error that comes of it. */
export async function attempt(host, operation) {
  try {
    return await host.call(operation);
  } catch (error) {
    return error;
  }
}

/** The next invocation, on a fresh instance. */
export async function greetAgain(host) {
  return host.call('hello', 'again');
}
