/**
 * The worker of the sandbox: runs guests, with the callback that somebody wrote beside them, and says what happens as it
 * happens. One command runs at a time.
 */

import { invoke, open, start } from 'sample:www/samples/own.js';
import { greet, load } from 'sample:www/samples/two-way.js';

import { onRan } from '../parts/ran.js';
import { callbackOf } from './callback.js';
import { findOperations } from './operations.js';
import { Recorder } from './recorder.js';
import { summaryOf } from './summary.js';

const commands = {
  /** Scene 1: the guest greets, with a name that the callback answers with. */
  async greet({ guest, name, callback }, tell) {
    const recorder = new Recorder(tell);
    const hostCall = callbackOf(callback, recorder);
    const host = await load(guest, hostCall, (text) => recorder.write('log', text));
    return recorder.invocation('hello', name, () => greet(host, name));
  },

  /** Scene 5: what a guest is, and the operations among the names in it. */
  async look({ guest, name }, tell) {
    const module = await open(guest, name);
    tell({ kind: 'info', info: summaryOf(module.info) });
    return findOperations(guest, module);
  },

  /** Scene 5: one operation, with what the callback answers. */
  async invoke({ guest, name, operation, payload, callback, preopens }, tell) {
    const recorder = new Recorder(tell);
    const hostCall = callback.trim() === '' ? undefined : callbackOf(callback, recorder);
    const module = await open(guest, name);
    const log = (kind) => (what) => recorder.write(kind, what);
    const options = { hostCall, logger: log('log'), stdout: log('stdout'), stderr: log('stderr') };
    const host = await start(module, preopens === undefined ? options : { ...options, wasi: { preopens } });
    return recorder.invocation(operation, payload, () => invoke(host, operation, payload));
  },
};

/** Characters of an error's texts, and causes behind it, that are told. */
const [CHARACTERS, CAUSES] = [4096, 3];

/** An error as a message takes it: a callback may throw anything, also what cannot be read or posted. */
function described(error, causes = CAUSES) {
  try {
    if (!(error instanceof Error)) return { name: 'Thrown', message: cut(error) };
    const { name, message, code, scriptLine, cause } = error;
    const texts = { name: cut(name), message: cut(message), code: code === undefined ? undefined : cut(code) };
    const isTold = causes > 0 && cause instanceof Error;
    return { ...texts, scriptLine: Number(scriptLine), cause: isTold ? described(cause, causes - 1) : undefined };
  } catch {
    return { name: 'Thrown', message: 'something that cannot be read' };
  }
}

const cut = (text) => String(text).slice(0, CHARACTERS);

addEventListener(
  'message',
  ({ data: port }) => {
    // Bound before any callback's script runs, which may change what the names mean.
    const post = port.postMessage.bind(port);
    port.onmessage = async ({ data: { id, kind, values } }) => {
      const tell = (event) => post({ id, event });
      const stop = onRan((...lines) => tell({ kind: 'ran', lines }));
      try {
        post({ id, result: await commands[kind](values, tell) });
      } catch (error) {
        post({ id, error: described(error) });
      } finally {
        stop();
      }
    };
    post({ event: 'ready' });
  },
  { once: true },
);
