import { ask } from '../invocation/host-call.js';
import { HOST_CALL_FAILED, HOST_CALL_PENDING } from '../generated/constants.js';
import { whenSettled } from '../base/payload.js';

/**
 * Calls the host callback for a guest in a worker.
 * @param {import('../api/index.js').HostCall} hostCall
 * @param {[string, string, string, Uint8Array]} call binding, namespace, operation, payload
 * @param {import('../invocation/invocation.js').Invocation} invocation keeps what it answers, or throws
 * @param {{ id: number }} host what it sees of the host
 * @param {(answered: boolean) => void} answer called once the invocation has the answer, at once or later
 */
export function callHost(hostCall, call, invocation, host, answer) {
  const called = ask(invocation, host, hostCall, undefined, wait, answer, ...call);
  if (called !== HOST_CALL_PENDING) answer(called !== HOST_CALL_FAILED);
}

/** The worker waits for the promise. */
function wait(answer, invocation, value, then) {
  whenSettled(
    value,
    then,
    (settled) => answer(invocation.accept(settled) !== HOST_CALL_FAILED),
    (error) => answer(invocation.fail(error) !== HOST_CALL_FAILED),
  );
  return HOST_CALL_PENDING;
}
