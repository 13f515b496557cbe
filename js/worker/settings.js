/** The settings of a host whose guest runs in a worker, and what the worker is told of them. */

/**
 * The settings of a host whose guest runs in a worker.
 * @typedef {object} RemoteSettings
 * @property {number} payloadLimit bytes
 * @property {number | undefined} timeout ms of an invocation
 * @property {number | undefined} startLimit ms of a start
 * @property {boolean} isInterruptible true if the guest can be interrupted: it ends at a time limit by itself
 * @property {number | undefined} fuel instructions of an invocation
 * @property {import('../api/index.js').HostCall | undefined} hostCall
 * @property {ReturnType<typeof import('../base/codec.js').readCodec>} codec
 * @property {((text: string) => void) | undefined} logger
 * @property {unknown} script of the worker: a URL, a factory, or undefined for the package's own
 * @property {import('../wasi/settings.js').WasiSettings} wasi
 */

/**
 * True if invocations may be sent behind one that runs, where they cannot be taken back while it computes. Needs a time limit,
 * which bounds their wait, and no directories of the machine: one that runs once more elsewhere, because its answer was lost
 * with the worker, must have left no files.
 * @param {RemoteSettings} settings
 */
export const mayPipeline = ({ timeout, wasi }) =>
  timeout !== undefined && Object.values(wasi.preopens ?? {}).every((directory) => typeof directory?.path !== 'string');

/**
 * The settings that START sends to a worker.
 * @param {RemoteSettings} settings
 * @param {boolean} isRewritten true if the guest was rewritten so that it can be interrupted
 * @param {import('./channel.js').Channel} channel to the worker
 * @returns {import('./messages.js').Settings}
 */
export function workerSettings(settings, isRewritten, { memory, rings }) {
  const { args, env, stdin, preopens } = settings.wasi;
  const callsHost = settings.hostCall !== undefined;
  return { limits: limitsOf(settings), isRewritten, callsHost, wasi: { args, env, stdin, preopens }, memory, rings };
}

/** The limits that the worker itself enforces: those of time only if its guest ends at them by itself. */
function limitsOf({ payloadLimit: payload, isInterruptible, timeout, startLimit: start, fuel }) {
  return isInterruptible ? { payload, interrupt: true, timeout, start, fuel } : { payload };
}
