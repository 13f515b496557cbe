import { ask } from '../invocation/host-call.js';
import { HOST_CALL_FAILED, HOST_CALL_PENDING } from '../generated/constants.js';
import { whenSettled } from '../base/payload.js';

/**
 * Calls the host callback for a guest in a worker.
 * @param {import('../api/index.js').HostCall} hostCall
 * @param {[string, string, string, Uint8Array]} call binding, namespace, operation, payload
 * @param {import('../invocation/exchange.js').Exchange} exchange keeps what it answers, or throws
 * @param {{ id: number }} host what it sees of the host
 * @param {(answered: boolean) => void} answer called once the exchange has the answer, at once or later
 */
export function callHost(hostCall, call, exchange, host, answer) {
  const called = ask(exchange, host, hostCall, undefined, wait, answer, ...call);
  if (called !== HOST_CALL_PENDING) answer(called !== HOST_CALL_FAILED);
}

/** The worker waits for the promise. */
function wait(answer, exchange, value, then) {
  whenSettled(
    value,
    then,
    (settled) => answer(exchange.accept(settled) !== HOST_CALL_FAILED),
    (error) => answer(exchange.fail(error) !== HOST_CALL_FAILED),
  );
  return HOST_CALL_PENDING;
}
