/**
 * Says what happens in an invocation, as it happens: times are in ms since it began, payloads are copies. However much
 * that is, it says a bounded amount: events beyond the first are counted, and long payloads and texts are cut.
 */

import { firstBytes, startOf } from '../parts/bytes.js';

const encoder = new TextEncoder();

/** Events that are told in full, not counting how it ends; of more, the counts are told every so many milliseconds. */
const [MOST, EVERY] = [200, 100];
/** Bytes of a payload, and characters of a text, that are told. */
const [BYTES, CHARACTERS] = [64 << 10, 4096];

const cut = (text) => startOf(String(text), CHARACTERS);

/** True for what the package takes for a payload. */
const isPayload = (value) =>
  value === undefined || typeof value === 'string' || value instanceof ArrayBuffer || ArrayBuffer.isView(value);

/** A payload in bytes of its own; none of one whose buffer is detached. */
function bytesOf(payload) {
  if (payload === undefined) return new Uint8Array(0);
  if (typeof payload === 'string') return encoder.encode(payload);
  try {
    return payload instanceof ArrayBuffer
      ? new Uint8Array(payload.slice(0))
      : new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength).slice();
  } catch {
    // A detached buffer cannot be copied: the host refuses the answer.
    return new Uint8Array(0);
  }
}

/** A payload as the page is told of it: its first bytes, and its length. */
const told = (bytes) => ({ payload: firstBytes(bytes, BYTES).slice(), length: bytes.length });

export class Recorder {
  #tell;
  #from = 0;
  #calls = 0;
  /** Events so far, by kind, and in all; when counts were told last. */
  #counts = {};
  #events = 0;
  #counted = 0;

  constructor(tell) {
    this.#tell = tell;
  }

  /** Says that something happened: `describe` is called where it is told in full. */
  say(kind, describe) {
    const now = performance.now();
    const at = this.#from === 0 ? 0 : now - this.#from;
    this.#counts[kind] = (this.#counts[kind] ?? 0) + 1;
    if (++this.#events <= MOST) this.#tell({ kind, at, ...describe() });
    else if (now - this.#counted > EVERY) this.#count();
  }

  /** Says something that the guest wrote: a text, or bytes. */
  write(kind, what) {
    this.say(kind, () => (typeof what === 'string' ? { text: cut(what) } : told(bytesOf(what))));
  }

  #count() {
    this.#counted = performance.now();
    this.#tell({ kind: 'counts', counts: this.#counts });
  }

  /** Says how it ended. */
  #end(kind, values) {
    if (this.#events > MOST) this.#count();
    this.#tell({ kind, at: performance.now() - this.#from, ...values });
  }

  /** Runs an invocation: its outcome is an event, too. */
  async invocation(operation, payload, run) {
    this.say('invoke', () => ({ operation: cut(operation), ...told(bytesOf(payload)) }));
    this.#from = performance.now();
    try {
      const response = await run();
      this.#end('response', told(bytesOf(response)));
      return response;
    } catch (error) {
      this.#end('failure', { text: cut(`${error.code ?? error.name}: ${error.message}`) });
      throw error;
    }
  }

  /** Runs a callback for a host call. */
  call(names, payload, run) {
    const call = ++this.#calls;
    this.say('call', () => ({ call, names: names.map(cut), ...told(bytesOf(payload)) }));
    const fail = (error) => {
      this.say('refusal', () => ({ call, text: cut(error instanceof Error ? error.message : error) }));
      throw error;
    };
    const answer = (value) => {
      if (isPayload(value)) this.say('answer', () => ({ call, ...told(bytesOf(value)) }));
      // The host refuses it, with an error that says more.
      else this.say('refusal', () => ({ call, text: 'the answer is no payload' }));
      return value;
    };
    let value;
    try {
      value = run();
    } catch (error) {
      return fail(error);
    }
    return typeof value?.then === 'function' ? value.then(answer, fail) : answer(value);
  }
}
