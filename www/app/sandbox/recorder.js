/** Says what happens in an invocation, as it happens: times are in ms since it began, payloads are copies. */

const encoder = new TextEncoder();

/** A payload, as the package takes them, in bytes of its own. */
function bytesOf(payload) {
  if (payload === undefined) return new Uint8Array(0);
  if (typeof payload === 'string') return encoder.encode(payload);
  return payload instanceof ArrayBuffer
    ? new Uint8Array(payload.slice(0))
    : new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength).slice();
}

/** The bytes of an answer, or nothing where it is none: then the host refuses it. */
function answered(value) {
  try {
    return bytesOf(value);
  } catch {
    return undefined;
  }
}

export class Recorder {
  #tell;
  #from = 0;
  #calls = 0;

  constructor(tell) {
    this.#tell = tell;
  }

  /** Says that something happened. */
  say(kind, values = {}) {
    const at = this.#from === 0 ? 0 : performance.now() - this.#from;
    this.#tell({ kind, at, ...values });
  }

  /** Runs an invocation: its outcome is an event, too. */
  async invocation(operation, payload, run) {
    this.#from = performance.now();
    this.#tell({ kind: 'invoke', at: 0, operation, payload: bytesOf(payload) });
    try {
      const response = await run();
      this.say('response', { payload: bytesOf(response) });
      return response;
    } catch (error) {
      const at = performance.now() - this.#from;
      this.#tell({ kind: 'failure', at, text: `${error.code ?? error.name}: ${error.message}` });
      throw error;
    }
  }

  /** Runs a callback for a host call. */
  call(names, payload, run) {
    const call = ++this.#calls;
    this.say('call', { call, names, payload: bytesOf(payload) });
    const fail = (error) => {
      this.say('refusal', { call, text: String(error instanceof Error ? error.message : error) });
      throw error;
    };
    const answer = (value) => {
      this.say('answer', { call, payload: answered(value) });
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
