/** Runs a guest in one of the package's ways, as its plan has it. */

import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { WapcError, WapcModule } from 'wapc-host';

import { Observer, told } from './observer.js';
import { WAYS } from './ways.js';

/** The prefix of the codes of outcomes that no guest may have. */
export const FAULT = 'a fault of the host';

/** The message of a guest's error that has no text, or an empty one. */
const WITHOUT_TEXT = 'the guest reported a failure without a message';

const TREE = { 'a.txt': 'the text of a file', d: { 'b.txt': 'below', empty: {} } };

/**
 * The result and events of each invocation in one of the ways, with the start as the first. `bystander` is a guest that
 * does nothing wrong, `watch` is given what has to be freed.
 */
export async function observed(bytes, plan, way, { bystander, watch }) {
  const observer = new Observer(plan.logger);
  const directory = plan.hasWasi && plan.files === 'directory' ? temporary() : undefined;
  const world = { host: undefined, controller: undefined, pending: [], module: undefined };
  const results = [];
  let made;
  try {
    const options = optionsOf(plan, observer, world, bystander, directory);
    watch(options.hostCall);
    try {
      world.module = await WapcModule.compile(bytes, options);
      made = await WAYS[way].make(world.module);
    } catch (error) {
      return [{ ...failed(error), events: observer.take() }];
    }
    world.host = made.host;
    results.push({ code: 'started', events: observer.take() });
    for (const { operation, payload } of plan.invocations) {
      results.push({ ...(await invoke(made, operation, payload, way, world)), events: observer.take() });
    }
    return results;
  } finally {
    await made?.close();
    world.module?.close();
    // Only the package itself may still refer to the callback.
    world.module = world.host = undefined;
    if (directory !== undefined) rmSync(directory, { recursive: true });
  }
}

async function invoke(made, operation, payload, way, world) {
  world.controller = new AbortController();
  const options = WAYS[way].isAtOnce ? undefined : { signal: world.controller.signal };
  try {
    return { code: told(await made.invoke(operation, payload, options)) };
  } catch (error) {
    return failed(error);
  } finally {
    // A reset or replacement is complete when these have settled.
    await Promise.allSettled(world.pending.splice(0));
  }
}

function failed(error) {
  if (error?.name === 'AbortError') return { code: 'ABORTED' };
  if (!(error instanceof WapcError)) return { code: `${FAULT}: ${error?.stack ?? error}` };
  const { code, message, cause } = error;
  if (code === 'WAPC_TRAP' && cause instanceof RangeError) return { code: 'OVERFLOW' };
  // A TypeError is a fault: guests throw none.
  if (code === 'WAPC_TRAP' && cause instanceof TypeError) return { code: `${FAULT}: ${cause.stack}` };
  // The guest's own text, unless it had none.
  const text = code === 'WAPC_GUEST' && message !== WITHOUT_TEXT ? message : undefined;
  return { code, text };
}

function optionsOf(plan, observer, world, bystander, directory) {
  const { callback, limit, files, hasWasi } = plan;
  const act = (what, payload) => acts[what](world, bystander, payload);
  const answer = (payload) => callback.answer(payload, { act, count: observer.count });
  const hostCall = (binding, namespace, operation, payload) => {
    observer.called([binding, namespace, operation], payload);
    if (!callback.isLater) return answer(payload);
    return new Promise((resolve) => resolve(answer(payload)));
  };
  const preopens = { none: {}, tree: { '/': TREE }, directory: { '/': { path: directory } } }[files];
  return {
    hostCall,
    logger: (line) => observer.logged(line),
    stdout: (chunk) => observer.wrote(1, chunk),
    stderr: (chunk) => observer.wrote(2, chunk),
    limits: { payload: limit },
    ...(hasWasi ? { wasi: { args: ['guest', 'ü'], env: { NAME: 'value' }, stdin: 'what is read', preopens } } : {}),
  };
}

const acts = {
  close: ({ host }) => void host?.close(),
  abort: ({ controller }) => void controller?.abort(),
  reset: ({ host, pending }) => void pending.push(host?.reset()),
  replace: ({ host, module, pending }) => void pending.push(host?.replace(module)),
  reenter({ host }) {
    try {
      host.invokeSync('again');
    } catch (error) {
      return error.code;
    }
    return 'it was not refused';
  },
  bystander: (world, bystander, payload) => bystander.echo(payload),
  pool: (world, bystander, payload) => bystander.pool.invoke('echo', payload),
  async make({ module }, bystander, payload) {
    (await module.instantiate()).close();
    return payload;
  },
};

/** A directory with the same files as the tree, and links. */
function temporary() {
  const directory = mkdtempSync(join(tmpdir(), 'wapc-host-fuzz-'));
  mkdirSync(join(directory, 'd/empty'), { recursive: true });
  writeFileSync(join(directory, 'a.txt'), TREE['a.txt']);
  writeFileSync(join(directory, 'd/b.txt'), TREE.d['b.txt']);
  symlinkSync('d/b.txt', join(directory, 'link'));
  return directory;
}
