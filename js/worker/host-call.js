import { isThenable } from '../sys/load.js';

/**
 * Calls the host callback for a guest in a worker.
 * @param {import('../index.js').HostCall} hostCall
 * @param {[string, string, string, Uint8Array]} call binding, namespace, operation, payload
 * @param {import('../sys/exchange.js').Exchange} exchange keeps what it answers, or throws
 * @param {{ id: number }} host what it sees of the host
 * @param {(answered: boolean) => void} answer called once that is there, at once or later
 */
export function callHost(hostCall, call, exchange, host, answer) {
  const fail = (error) => {
    exchange.fail(error);
    answer(false);
  };
  const accept = (value) => {
    try {
      exchange.accept(value);
    } catch (error) {
      return fail(error);
    }
    return answer(true);
  };
  let value;
  try {
    value = hostCall(...call, exchange.contextOf(host));
  } catch (error) {
    return fail(error);
  }
  if (isThenable(value)) return void Promise.resolve(value).then(accept, fail);
  return accept(value);
}
