/** The worker's half of a remote host (`remote.js`): runs the same core and host, and handles one request after the other. */

import { encodeOperation, prepareAnother } from '../base/bytes.js';
import { encoder, lenient } from '../base/encoding.js';
import { WapcError } from '../base/error.js';
import { Host, Module } from '../generated/core.js';
import { instantiate } from '../api/instantiate.js';
import { noteRewritten } from '../loading/interruptible.js';
import { platform } from '../platform/platform.js';
import { Invocation, OverLimit } from '../invocation/invocation.js';
import { Wasi } from '../wasi/wasi.js';
import { MOST_AHEAD, Unread, sizeOfBytes, sizeOfCall, sizeOfText } from './ahead.js';
import { HostFailure, pack } from './errors.js';
import {
  ANSWER,
  CALL,
  DONE,
  DROP,
  FAILED,
  INVOKE,
  LOADED,
  LOG,
  MORE,
  OFFER,
  OUTPUT,
  READ,
  RESET,
  START,
  WRITTEN,
  transferOf,
} from './messages.js';
import { WorkerRings } from './rings/worker.js';
import { SharedWithHost } from './shared.js';

/**
 * Serves requests of the thread that started this worker.
 * @param {(message: unknown[], transfer?: Transferable[]) => void} send
 * @returns {(message: unknown[]) => void} handles a message
 */
export function serve(send) {
  let host;
  /** Invocations, and what is said to the host, in shared memory; undefined without. */
  let rings;
  /** The memory shared with the host; without it, `unread` counts what the host has not read. */
  let shared;
  const unread = new Unread();
  let settle;
  /** Requests that came while another one runs; and true while one runs. */
  const requests = [];
  let isRunning = false;
  /** True from a FAILED that says that the guest is gone: the host runs elsewhere what it has sent, and sends RESET. */
  let isGone = false;

  const post = (message, transfer) => {
    send(message, transfer);
    rings?.mail();
  };

  /** Tells the host that there is a record, if it waits for one, or sends a message where none could be written. */
  const say = (isWritten, send) => {
    if (isWritten !== true) send();
    else if (rings.hostWaits()) post([WRITTEN]);
  };

  const hostCallOf = ({ limits: { payload: payloadLimit }, callsHost }) => {
    if (!callsHost) return undefined;
    const ask = (binding, namespace, operation, payload) => {
      const names = [binding, namespace, operation];
      const isWritten = rings?.call(...names.map(encodeOperation), payload);
      say(isWritten, () => post([CALL, ...names, payload], transferOf(payload)));
    };
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
      // The host does not listen any more: the guest ends here.
      host?.close();
      return undefined;
    };
  };

  /** Waits until a log line or output of `size` bytes may be sent. Throws if the guest must end. */
  const reserve = (size) => {
    (shared ?? unread).reserve(size);
    if (shared?.stopped) throw new Error('stopped');
  };

  const log = (text) => {
    reserve(sizeOfText(text));
    say(rings?.log(encoder.encode(text)), () => post([LOG, text]));
  };

  const output = (stream, chunk) => {
    reserve(sizeOfBytes(chunk));
    say(rings?.output(stream, chunk), () => post([OUTPUT, stream, chunk]));
  };

  /** Calls `act` with the core's module of a compiled guest, and sets the module of WASI that it may import. */
  const withModule = async (guest, isRewritten, wasi, act) => {
    platform.modules.wasi = wasi;
    if (isRewritten) noteRewritten(guest);
    const module = await Module.compile(guest, undefined, false);
    try {
      return await act(module);
    } finally {
      module.free();
    }
  };

  const start = async (core, guest, wasi, settings) => {
    try {
      await instantiate(core);
    } catch (cause) {
      throw new WapcError('WAPC_INIT', 'start failed: the core could not be instantiated in the worker', { cause });
    }
    if (settings.rings !== undefined) rings = new WorkerRings(settings.rings);
    // The message that has brought the rings.
    rings?.receive();
    post([LOADED]);
    if (settings.memory !== undefined) {
      shared = new SharedWithHost(settings.memory);
      platform.block = (milliseconds) => shared.block(milliseconds);
    }
    platform.wasi = async () => ({ Wasi });
    const options = {
      hostCall: hostCallOf(settings),
      // With shared memory the worker blocks, which is cheaper than a suspendable stack.
      async: shared === undefined ? 'auto' : false,
      logger: log,
      stdout: (chunk) => output(1, chunk),
      stderr: (chunk) => output(2, chunk),
      wasi: settings.wasi,
      limits: settings.limits,
    };
    host = await withModule(guest, settings.isRewritten, wasi, (module) => Host.instantiate(module, options));
  };

  const reset = async (guest, wasi, isRewritten) => {
    isGone = false;
    if (guest === undefined) await host.reset();
    else await withModule(guest, isRewritten, wasi, (module) => host.replace(module));
  };

  const invoke = (operation, payload) => host.port.invoke(new Invocation(operation, payload, host));

  const fail = (error) => {
    isGone = host?.port.broken ?? false;
    post([FAILED, host?.memorySize ?? 0, isGone, pack(reasonOf(error, unread.error))]);
  };

  const respond = (response) => {
    post([DONE, host.memorySize, response], response === undefined ? [] : transferOf(response));
    // Done while the host reads this response.
    prepareAnother(response?.length);
  };

  /** Runs invocations that are offered in shared memory, until a message comes, nothing is offered, or the guest breaks. */
  const work = () => {
    while (!rings.hasMail && !host.port.broken) {
      if (!rings.take()) {
        if (!rings.wait()) return;
        continue;
      }
      try {
        const invocation = new Invocation(rings.operation, rings.payload, host);
        rings.begin();
        /** @type {any} */ (invocation).into = rings;
        const response = host.port.invokeSync(invocation);
        rings.end();
        say(rings.respond(host.memorySize), () => respond(response));
      } catch (error) {
        rings.end();
        fail(error);
      }
    }
  };

  const tasks = { [START]: start, [RESET]: reset, [INVOKE]: invoke };

  const handle = async (message) => {
    const [kind, ...rest] = message;
    if (kind === OFFER || (kind === INVOKE && isGone)) return;
    // Each invocation begins with all read that those before it have written.
    if (kind === INVOKE && shared === undefined) await unread.room(MOST_AHEAD);
    try {
      respond(await tasks[kind](...rest));
    } catch (error) {
      fail(error);
    }
  };

  return async (message) => {
    const [kind, first, second] = message;
    if (kind === ANSWER) return settle({ answered: first, sent: second });
    if (kind === READ) return unread.read(first);
    if (kind === DROP) return requests.splice(0);
    rings?.receive();
    if (isRunning) return requests.push(message);
    isRunning = true;
    await handle(message);
    while (requests.length > 0) await handle(requests.shift());
    isRunning = false;
    if (rings !== undefined && host !== undefined) work();
  };
}

/** The error to report for a guest: the one that `reserve` threw, instead of the trap that it caused. */
const reasonOf = (error, failure) =>
  failure !== undefined && error?.code === 'WAPC_TRAP' && error.cause === failure ? failure : error;

/** The answer in the form that a host callback returns. Over the limit, only the length was sent. */
function taken({ answered, sent }) {
  const isOver = typeof sent === 'number';
  if (answered) return isOver ? new OverLimit(sent) : sent;
  // Copied: decoders refuse shared memory.
  throw isOver ? new OverLimit(sent) : new HostFailure(lenient.decode(sent.slice()));
}
