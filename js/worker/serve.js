/** The worker's half of a remote host (`remote.js`): the same core, the same host, one thing at a time. */

import { prepareAnother } from '../base/bytes.js';
import { lenient } from '../base/encoding.js';
import { Host, Module } from '../generated/core.js';
import { instantiate } from '../api/instantiate.js';
import { platform } from '../platform/platform.js';
import { Invocation, OverLimit } from '../invocation/invocation.js';
import { Wasi } from '../wasi/wasi.js';
import { Unread, sizeOfBytes, sizeOfCall, sizeOfText } from './ahead.js';
import { HostFailure, pack } from './errors.js';
import {
  ANSWER,
  CALL,
  DONE,
  FAILED,
  INVOKE,
  LOADED,
  LOG,
  MORE,
  OUTPUT,
  READ,
  RESET,
  START,
  transferOf,
} from './messages.js';
import { SharedWithHost } from './shared.js';

/**
 * Serves the thread that started this worker.
 * @param {(message: unknown[], transfer?: Transferable[]) => void} post
 * @returns {(message: unknown[]) => void} takes its messages
 */
export function serve(post) {
  let host;
  /** Memory that is shared with the host, or else the count of what it has not read. */
  let shared;
  const unread = new Unread();
  let settle;

  const hostCallOf = ({ payloadLimit, callsHost }) => {
    if (!callsHost) return undefined;
    const ask = (binding, namespace, operation, payload) =>
      post([CALL, binding, namespace, operation, payload], transferOf(payload));
    if (shared === undefined) {
      return async (binding, namespace, operation, payload) => {
        await unread.room(sizeOfCall(binding, namespace, operation, payload));
        ask(binding, namespace, operation, payload);
        return new Promise((resolve) => (settle = resolve)).then(taken);
      };
    }
    const more = () => post([MORE]);
    return (binding, namespace, operation, payload) => {
      shared.room(sizeOfCall(binding, namespace, operation, payload));
      const answer = shared.await(() => ask(binding, namespace, operation, payload), more, payloadLimit);
      if (!shared.stopped) return taken(answer);
      // Nobody hears of it any more; the guest ends here.
      host?.close();
      return undefined;
    };
  };

  /** Says something of `size` bytes that is not answered, once there is room for it; the host may stop to listen. */
  const tell = (size, ...message) => {
    (shared ?? unread).reserve(size);
    if (shared?.stopped) throw new Error('stopped');
    post(message);
  };

  /** Does something with the guest, compiled elsewhere, and the WASI that it may import. */
  const withModule = async (guest, wasi, act) => {
    platform.modules.wasi = wasi;
    const module = await Module.compile(guest, undefined, false);
    try {
      return await act(module);
    } finally {
      module.free();
    }
  };

  const start = async (core, guest, wasi, settings) => {
    await instantiate(core);
    post([LOADED]);
    if (settings.memory !== undefined) {
      shared = new SharedWithHost(settings.memory);
      platform.block = (milliseconds) => shared.block(milliseconds);
    }
    platform.wasi = async () => ({ Wasi });
    const options = {
      hostCall: hostCallOf(settings),
      // Blocking is cheaper than a stack that can be suspended.
      async: shared === undefined ? 'auto' : false,
      logger: (text) => tell(sizeOfText(text), LOG, text),
      stdout: (chunk) => tell(sizeOfBytes(chunk), OUTPUT, 1, chunk),
      stderr: (chunk) => tell(sizeOfBytes(chunk), OUTPUT, 2, chunk),
      wasi: settings.wasi,
      limits: { payload: settings.payloadLimit },
    };
    host = await withModule(guest, wasi, (module) => Host.instantiate(module, options));
  };

  const reset = async (guest, wasi) => {
    if (guest === undefined) await host.reset();
    else await withModule(guest, wasi, (module) => host.replace(module));
  };

  const invoke = (operation, sent) => {
    const payload = typeof sent === 'number' ? shared.payload(sent) : sent;
    return host.port.invoke(new Invocation(operation, payload, host));
  };

  const tasks = { [START]: start, [RESET]: reset, [INVOKE]: invoke };

  return async ([kind, ...rest]) => {
    if (kind === ANSWER) return settle({ answered: rest[0], sent: rest[1] });
    if (kind === READ) return unread.read(rest[0]);
    try {
      const response = await tasks[kind](...rest);
      const length = response?.length;
      post([DONE, host.memorySize, response], response === undefined ? [] : transferOf(response));
      // While the other side reads this one.
      prepareAnother(length);
    } catch (error) {
      post([FAILED, host?.memorySize ?? 0, host?.port.broken ?? false, pack(reasonOf(error, unread.error))]);
    }
  };
}

/** Why a guest ended: where that is what `tell` threw, not the trap that this led to. */
const reasonOf = (error, told) =>
  told !== undefined && error?.code === 'WAPC_TRAP' && error.cause === told ? told : error;

/** An answer as the host callback of this thread gives it; of one over the limit only the length was sent. */
function taken({ answered, sent }) {
  const isOver = typeof sent === 'number';
  if (answered) return isOver ? new OverLimit(sent) : sent;
  // A copy: decoders refuse shared memory.
  throw isOver ? new OverLimit(sent) : new HostFailure(lenient.decode(sent.slice()));
}
