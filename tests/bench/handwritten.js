/**
 * The bound that the benchmark measures against: a waPC host written by hand for one guest, with only what an
 * invocation needs. It checks no range, knows no error, and serves no second caller. Its arrays are made as anyone would
 * make them: empty ones take V8 longer than a copy of another would (`js/base/bytes.js`).
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** Up to this length in bytes a loop is faster than a call into the engine. */
const SHORT = 16;

/**
 * Instantiates `module`: `invoke(operation, payload)`. It answers at once; with `suspends` it returns a promise, and
 * waits for those of `hostCall`.
 */
export function handwritten(module, hostCall, suspends = false) {
  let view;
  let operation;
  let payload;
  let response;
  let answer;
  const bytes = () => (view.length === 0 ? (view = new Uint8Array(memory.buffer)) : view);
  const write = (ptr, source) => {
    const to = bytes();
    if (source.length > SHORT) to.set(source, ptr);
    else for (let i = 0; i < source.length; i++) to[ptr + i] = source[i];
  };
  const read = (ptr, len) => {
    const from = bytes();
    if (len > SHORT) return from.slice(ptr, ptr + len);
    const copy = new Uint8Array(len);
    for (let i = 0; i < len; i++) copy[i] = from[ptr + i];
    return copy;
  };
  const text = (ptr, len) => decoder.decode(bytes().subarray(ptr, ptr + len));
  const ask = (bindingPtr, bindingLen, namespacePtr, namespaceLen, operationPtr, operationLen, ptr, len) =>
    hostCall(
      text(bindingPtr, bindingLen),
      text(namespacePtr, namespaceLen),
      text(operationPtr, operationLen),
      read(ptr, len),
    );
  const askAndWait = async (...call) => {
    answer = await ask(...call);
    return 1;
  };
  const instance = new WebAssembly.Instance(module, {
    wapc: {
      __guest_request(operationPtr, ptr) {
        write(operationPtr, operation);
        write(ptr, payload);
      },
      __guest_response(ptr, len) {
        response = read(ptr, len);
      },
      __guest_error(ptr, len) {
        throw new Error(text(ptr, len));
      },
      __host_call: suspends
        ? new WebAssembly.Suspending(askAndWait)
        : (bindingPtr, bindingLen, namespacePtr, namespaceLen, operationPtr, operationLen, ptr, len) => {
            answer = ask(bindingPtr, bindingLen, namespacePtr, namespaceLen, operationPtr, operationLen, ptr, len);
            return 1;
          },
      __host_response_len: () => answer.length,
      __host_response(ptr) {
        write(ptr, answer);
      },
      __host_error_len: () => 0,
      __host_error() {},
      __console_log() {},
    },
  });
  const { memory } = instance.exports;
  view = new Uint8Array(memory.buffer);
  instance.exports.wapc_init();
  const guestCall = suspends ? WebAssembly.promising(instance.exports.__guest_call) : instance.exports.__guest_call;
  const answered = () => response;
  const names = new Map();
  return (name, request) => {
    operation = names.get(name);
    if (operation === undefined) names.set(name, (operation = encoder.encode(name)));
    payload = request;
    const ended = guestCall(operation.length, payload.length);
    return suspends ? ended.then(answered) : response;
  };
}
