/** Records what a guest does that can be seen from outside, in order and in a comparable form. */

const hex = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');

/** Bytes as their length, a checksum, and their beginning. */
export function told(bytes) {
  let sum = 0;
  // Long payloads are sampled, since some guests write much.
  const step = 1 + Math.floor(bytes.length / 8192);
  for (let i = 0; i < bytes.length; i += step) sum = (Math.imul(sum, 31) + bytes[i]) | 0;
  return `${bytes.length} bytes ${(sum >>> 0).toString(16)} ${hex(bytes.subarray(0, 16))}`;
}

export class Observer {
  events = [];
  #logger;
  /** Host calls so far. */
  count = 0;

  constructor(logger) {
    this.#logger = logger;
  }

  called(names, payload) {
    this.count++;
    this.events.push(`call ${JSON.stringify(names)} ${told(payload)}`);
  }

  logged(line) {
    this.events.push(`log ${line.length <= 100 ? JSON.stringify(line) : told(Buffer.from(line))}`);
    if (this.#logger === 'throws') throw new Error('planned: the logger');
  }

  /** Output is joined: how it is split into chunks does not matter. */
  wrote(stream, chunk) {
    const last = this.events.at(-1);
    if (last?.stream === stream) last.bytes = Buffer.concat([last.bytes, chunk]);
    else this.events.push({ stream, bytes: Buffer.from(chunk) });
  }

  /** The events since the last call. */
  take() {
    const events = this.events.map((event) =>
      typeof event === 'string' ? event : `fd ${event.stream} ${told(event.bytes)}`,
    );
    this.events = [];
    return events;
  }
}
