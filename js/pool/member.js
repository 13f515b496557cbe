import { abortOf, portOf } from '../host.js';

/** One instance of a pool. */
export class Member {
  /**
   * @param {number} number what the core's book knows it by
   * @param {import('../host.js').WapcHost} host
   */
  constructor(number, host) {
    this.number = number;
    this.host = host;
    this.port = portOf(host);
  }

  abort(exchange, reason) {
    abortOf(this.host, exchange, reason);
  }
}
