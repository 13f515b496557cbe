/** Descriptions of imports and exports: the use that the host makes of each. */

const WAPC = {
  __guest_request: 'reads the operation and the payload',
  __guest_response: 'answers the invocation',
  __guest_error: 'fails the invocation with a text',
  __host_call: 'calls the host: hostCall answers',
  __host_response_len: "reads the length of the host's answer",
  __host_response: "reads the host's answer",
  __host_error_len: "reads the length of the host's error",
  __host_error: "reads the host's error",
  __console_log: 'logs a line: logger gets it',
};

const ENV = {
  abort: 'traps, with the message of AssemblyScript',
  trace: 'logs a line of AssemblyScript: logger gets it',
  seed: 'random number of AssemblyScript',
  'console.log': 'logs a line of AssemblyScript: logger gets it',
};

/** WASI's functions by the beginnings of their names. */
const WASI = {
  args_: 'arguments: wasi.args',
  environ_: 'environment: wasi.env',
  clock_: 'clocks: wasi.now',
  random_: 'randomness: wasi.random',
  fd_: 'files and streams: wasi.preopens, wasi.stdin, stdout, stderr',
  path_: 'files by path: wasi.preopens',
  poll_: 'sleep',
  proc_exit: 'ends the guest',
  proc_: 'signals',
  sched_: 'yields',
  sock_: 'sockets: there are none',
};

const EXPORTS = {
  __guest_call: 'called for each invocation',
  memory: 'the linear memory that the host reads and writes',
  wapc_init: 'called once, when an instance is made',
  _start: 'called once, when an instance is made',
  _initialize: 'called once, when an instance is made',
};

/** Describes an import that the host provides. */
export function useOf({ module, name }) {
  if (module === 'wapc') return WAPC[name] ?? 'provided';
  if (module === 'env') return ENV[name] ?? 'provided';
  const [, use] = Object.entries(WASI).find(([beginning]) => name.startsWith(beginning)) ?? [];
  return `WASI: ${use ?? 'provided'}`;
}

/** Describes the host's use of an export. */
export function exportUse({ name, kind }) {
  const isUsed = Object.hasOwn(EXPORTS, name) && kind === (name === 'memory' ? 'memory' : 'function');
  return isUsed ? EXPORTS[name] : 'not used by the host';
}
