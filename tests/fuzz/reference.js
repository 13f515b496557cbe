/**
 * A reference host that follows the protocol in one simple place. Hosts of the package must have the same results. It
 * does not know WASI, nor where the stack ends.
 */
import { NOTHING, attempt, encode, lenient, strict, trap, utf16 } from './platform.js';

export class Reference {
  /** @param {object} host `hostCall`, `logger`, `limit` in bytes, whether answers come later and whether that may be awaited */
  constructor(module, host) {
    Object.assign(this, { module, host, limit: host.limit, instance: undefined, isClosed: false });
  }
  start() {
    const made = this.run(undefined, false, () => new WebAssembly.Instance(this.module, this.imports()));
    if (made.code !== undefined) return { code: 'WAPC_INIT' };
    this.instance = made.result;
    const starts = ['_start', '_initialize', 'wapc_init'].map((name) => this.instance.exports[name]);
    const hasFailed = (start) => typeof start === 'function' && this.run(undefined, true, start).code !== undefined;
    return starts.some(hasFailed) ? { code: 'WAPC_INIT' } : undefined;
  }
  invoke(operation, payload) {
    if (this.isClosed) return { code: 'WAPC_CLOSED' };
    if (payload.length > this.limit) return { code: 'WAPC_LIMIT' };
    const failure = this.instance === undefined ? this.start() : undefined;
    if (failure !== undefined) return failure;
    const request = [encode(operation), payload];
    const call = () => this.instance.exports.__guest_call(request[0].length, payload.length);
    const { code, result } = this.run(request, true, call);
    if (code !== undefined) return { code };
    if (result !== 0 && this.response !== undefined) return { bytes: this.response };
    const isSilent = result !== 0 && this.text === undefined;
    return isSilent ? { code: 'WAPC_PROTOCOL' } : { code: 'WAPC_GUEST', text: this.text || undefined };
  }
  /** Calls the guest: its result, or the code of what ended it, after which its instance is not used again. */
  run(request, isCallable, work) {
    this.mayAwait = isCallable ? this.host.mayAwait : this.host.mayAwaitInStart;
    Object.assign(this, { request, answer: NOTHING, error: NOTHING });
    this.response = this.text = this.stopped = undefined;
    const { thrown, result } = attempt(work);
    const code = this.stopped ?? (thrown && (thrown.error instanceof RangeError ? 'OVERFLOW' : 'WAPC_TRAP'));
    if (code !== undefined) this.instance = undefined;
    return { code, result };
  }
  stop(code) {
    this.stopped ??= code;
    trap();
  }
  range(ptr, len, limit = Infinity) {
    const [from, length, buffer] = [ptr >>> 0, len >>> 0, this.instance?.exports.memory.buffer];
    if (length === 0) return NOTHING;
    if (from + length > (buffer?.byteLength ?? 0)) this.stop('WAPC_PROTOCOL');
    if (length > limit) this.stop('WAPC_LIMIT');
    return new Uint8Array(buffer, from, length);
  }
  write(...pairs) {
    const places = pairs.map(([ptr, bytes]) => this.range(ptr, bytes.length));
    places.forEach((place, index) => place.set(pairs[index][1]));
  }
  string(ptr, otherwise) {
    if (ptr === 0) return otherwise;
    const [a, b, c, d] = this.range(ptr - 4, 4);
    return utf16(this.range(ptr, a | (b << 8) | (c << 16) | (d << 24), this.limit));
  }
  log(line) {
    if (attempt(() => this.host.logger(line)).thrown) this.stop('WAPC_TRAP');
  }
  call(...numbers) {
    const ranges = [0, 2, 4, 6].map((at) => this.range(numbers[at], numbers[at + 1]));
    if (ranges.some(({ length }) => length > this.limit)) this.stop('WAPC_LIMIT');
    const { thrown, result: names } = attempt(() => ranges.slice(0, 3).map(strict));
    if (thrown) this.stop('WAPC_PROTOCOL');
    const { bytes, error } = this.host.hostCall(...names, ranges[3].slice());
    if (this.stopped !== undefined) trap();
    if (this.host.isLater && !this.mayAwait) this.stop('WAPC_ASYNC');
    const answer = bytes ?? encode(error);
    if (answer.length > this.limit) this.stop('WAPC_LIMIT');
    [this.answer, this.error] = bytes === undefined ? [NOTHING, answer] : [answer, NOTHING];
    return bytes === undefined ? 0 : 1;
  }
  imports() {
    const wapc = {
      __guest_request: (...ptrs) =>
        this.request ? this.write(...ptrs.map((ptr, i) => [ptr, this.request[i]])) : this.stop('WAPC_PROTOCOL'),
      __guest_response: (ptr, len) => (this.response = this.range(ptr, len, this.limit).slice()),
      __guest_error: (ptr, len) => (this.text = lenient(this.range(ptr, len, this.limit))),
      __host_call: (...numbers) => this.call(...numbers),
      __host_response_len: () => this.answer.length,
      __host_response: (ptr) => this.write([ptr, this.answer]),
      __host_error_len: () => this.error.length,
      __host_error: (ptr) => this.write([ptr, this.error]),
      __console_log: (ptr, len) => this.log(lenient(this.range(ptr, len, this.limit))),
    };
    const env = {
      abort: (message, file) => (this.string(message), this.string(file), this.stop('WAPC_TRAP')),
      trace: (message, n, ...numbers) => this.log([this.string(message, ''), ...numbers.slice(0, n >>> 0)].join(' ')),
      seed: () => ((this.isVarying = true), 0),
      'console.log': (message) => this.log(this.string(message, 'null')),
    };
    return { wapc, env };
  }
}
