/**
 * Discovery of a service: it answers PING, INFO and STATS, as ADR-32 has it
 * (https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-32.md).
 */

import { encoder } from '../base/encoding.js';
import { messageOf } from '../base/error.js';
import { roomIn } from './wire.js';

const TYPES = { PING: 'ping', INFO: 'info', STATS: 'stats' };

/** Characters of the text of the last error. */
const LONGEST_ERROR = 200;

/** Counts of requests. */
export class Counts {
  requests = 0;
  errors = 0;
  /** Milliseconds that requests took, from their arrival to their answer. */
  time = 0;
  lastError = '';

  /** A request was answered, or ended with an error. */
  add(duration, error) {
    this.requests++;
    this.time += duration;
    if (error === undefined) return;
    this.errors++;
    this.lastError = error.slice(0, LONGEST_ERROR);
  }
}

export class Discovery {
  #connection;
  #service;
  #counts;
  #data;
  #started = new Date().toISOString();
  #subscriptions = [];

  /**
   * @param {any} connection
   * @param {{ name: string, id: string, version: string, description: string, subject: string, queue: string }} service
   * @param {Counts} counts
   * @param {() => unknown} data what else STATS says
   */
  constructor(connection, service, counts, data) {
    this.#connection = connection;
    this.#service = service;
    this.#counts = counts;
    this.#data = data;
  }

  /** Begins to answer. Throws what `subscribe` throws. */
  start() {
    const { name, id } = this.#service;
    for (const verb of Object.keys(TYPES)) {
      for (const subject of [`$SRV.${verb}`, `$SRV.${verb}.${name}`, `$SRV.${verb}.${name}.${id}`]) {
        const callback = (error, message) => error ?? this.#answer(verb, message);
        this.#subscriptions.push(this.#connection.subscribe(subject, { callback }));
      }
    }
  }

  stop() {
    for (const subscription of this.#subscriptions.splice(0)) subscription.unsubscribe();
  }

  #answer(verb, message) {
    const { name, id, version } = this.#service;
    const type = `io.nats.micro.v1.${TYPES[verb]}_response`;
    const answer = { type, name, id, version, metadata: {}, ...this.#more(verb) };
    try {
      message.respond(JSON.stringify(answer));
    } catch {
      // The connection is closed, or the answer is longer than a message: whoever asked asks again.
    }
  }

  #more(verb) {
    if (verb === 'PING') return {};
    const { description, subject, queue } = this.#service;
    const endpoint = { name: 'invoke', subject, queue_group: queue };
    if (verb === 'INFO') return { description, endpoints: [{ ...endpoint, metadata: {} }] };
    const { requests, errors, time, lastError } = this.#counts;
    const nanoseconds = Math.round(time * 1e6);
    const stats = {
      num_requests: requests,
      num_errors: errors,
      last_error: lastError,
      processing_time: nanoseconds,
      average_processing_time: requests === 0 ? 0 : Math.round(nanoseconds / requests),
      data: this.#asked(),
    };
    return { started: this.#started, endpoints: [{ ...endpoint, ...stats }] };
  }

  #asked() {
    try {
      const data = this.#data();
      // Data that JSON cannot express throw here, and longer ones than a message would not be sent. STATS has the error then,
      // in place of the data.
      const { length } = encoder.encode(JSON.stringify(data));
      const most = roomIn(this.#connection);
      return length <= most ? data : { error: `data: ${length} bytes in JSON, more than ${most}` };
    } catch (error) {
      return { error: messageOf(error) };
    }
  }
}
