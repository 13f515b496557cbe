/** Runs the suite in Node, and tests guests in files, which only Node has. */

import { deepEqual, equal, rejects } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { WapcHost, WapcModule } from 'wapc-host';

import { root } from '../tools/run.js';
import { environment, path } from './environments/node.js';
import { suite } from './suite/index.js';

for (const [name, run] of suite(environment)) test(name, run);

test('a guest in a file: a path, relative too, and a file: URL', async () => {
  const relative = path('hello').slice(process.cwd().length + 1);
  for (const source of [path('hello'), relative, pathToFileURL(path('hello'))]) {
    const module = await WapcModule.compile(source);
    deepEqual(module.info.wasi, 'none');
    module.close();
  }
  await rejects(WapcModule.compile('no/such/file.wasm'), { code: 'WAPC_LOAD' });
});

test('a guest of a file: URL has the name of its file, without escapes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wapc-names-'));
  const file = join(folder, 'ü %20#.wasm');
  copyFileSync(path('hello'), file);
  for (const source of [file, pathToFileURL(file), pathToFileURL(file).href]) {
    const host = await WapcHost.instantiate(source, { logger() {} });
    equal(host.name, basename(file));
    host.close();
  }
  rmSync(folder, { recursive: true });
});

test('bytes that are no core: WAPC_LOAD, and the next call of init works', async () => {
  const { init } = await import('wapc-host/slim');
  await rejects(init(new Uint8Array(3)), { code: 'WAPC_LOAD' });
  await rejects(init(readFileSync(path('hello'))), { code: 'WAPC_LOAD', message: /not wapc-host's core/ });
  await init(readFileSync(new URL('../dist/core.wasm', import.meta.url)));
});

test('an engine without WebAssembly: it has no JSPI, and what needs the core is WAPC_LOAD', async () => {
  const { features, init } = await import('wapc-host/slim');
  const core = readFileSync(new URL('../dist/core.wasm', import.meta.url));
  const { WebAssembly } = globalThis;
  delete globalThis.WebAssembly;
  try {
    equal(features().jspi, false);
    await rejects(init(core), { code: 'WAPC_LOAD' });
  } finally {
    globalThis.WebAssembly = WebAssembly;
  }
});

test('a policy that forbids WebAssembly: the error says what to allow', async () => {
  const { init } = await import('wapc-host/slim');
  const core = readFileSync(new URL('../dist/core.wasm', import.meta.url));
  const { Module } = WebAssembly;
  for (const said of [
    "WebAssembly.Module(): Compiling or instantiating WebAssembly module violates the following Content Security policy directive because 'unsafe-eval' is not an allowed source of script",
    'call to WebAssembly.Module() blocked by CSP',
  ]) {
    const construct = () => {
      throw new WebAssembly.CompileError(said);
    };
    WebAssembly.Module = new Proxy(Module, { construct });
    await rejects(init(core), { code: 'WAPC_LOAD', message: /'wasm-unsafe-eval'/ });
    WebAssembly.Module = Module;
  }
  await init(core);
});

test('a host call of another copy of the package is `from` while its answer is awaited', async () => {
  const copy = await import('wapc-host/slim');
  await copy.init(readFileSync(new URL('../dist/core.wasm', import.meta.url)));
  const other = await WapcHost.instantiate(path('bench'), { logger() {} });
  let from, asked;
  const hostCall = (binding, namespace, operation, payload, context) => {
    from = context;
    asked = other.invoke('echo', payload, { from });
  };
  const host = await copy.WapcHost.instantiate(path('bench'), { hostCall, logger() {} });
  await host.invoke('call', 'x');
  equal(Buffer.from(await asked).toString(), 'x');
  await rejects(other.invoke('echo', 'x', { from }), { code: 'WAPC_ARGUMENT' });
  host.close();
  other.close();
});

test('a path with a drive letter is a path, not a URL with a scheme', async () => {
  for (const path of ['C:/no/such.wasm', 'file:///no/such.wasm']) {
    const error = await WapcModule.compile(path).catch((error) => error);
    deepEqual([error.code, error.cause.code], ['WAPC_LOAD', 'ENOENT'], path);
  }
});

test('a path is no URL: # and ? are part of its names', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'wapc #1?'));
  const copy = join(directory, 'guest #2?.wasm');
  try {
    copyFileSync(path('wat/probe'), copy);
    for (const [source, name] of [
      [copy, 'guest #2?.wasm'],
      [`${pathToFileURL(path('wat/probe'))}?version=2#a/b`, 'probe.wasm'],
    ]) {
      const host = await WapcHost.instantiate(source);
      equal(host.name, name);
      host.close();
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('a wrong content type is reported once, however many guests have it', () => {
  const guest = readFileSync(path('wat/probe')).toString('base64');
  const source = `
    import { WapcModule } from ${JSON.stringify(new URL('../dist/node.js', import.meta.url).href)};
    for (const type of ['application/wasm', 'text/plain', 'text/plain']) {
      await WapcModule.compile('data:' + type + ';base64,${guest}');
      console.log(type);
    }`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
    encoding: 'utf8',
  });
  equal(stdout, 'application/wasm\ntext/plain\ntext/plain\n');
  equal(stderr.match(/^wapc-host: /gm)?.length, 1, stderr);
  equal(stderr.includes('came as text/plain'), true, stderr);
});

test('no asynchronous resource is open where the package was only imported, or all was closed', () => {
  const source = `
    import { createHook } from 'node:async_hooks';
    const open = new Map();
    const init = (id, type) => type === 'WapcHost' && open.set(id, type);
    createHook({ init, destroy: (id) => open.delete(id) }).enable();
    const { WapcHost } = await import(${JSON.stringify(new URL('../dist/node.js', import.meta.url).href)});
    await new Promise(setImmediate);
    console.log(open.size);
    const host = await WapcHost.instantiate(${JSON.stringify(path('hello'))}, { logger() {}, hostCall: () => 'x' });
    await host.invoke('echo', 'x');
    host.close();
    for (let turn = 0; turn < 3; turn++) {
      await new Promise(setImmediate);
      gc();
    }
    await new Promise(setImmediate);
    console.log(open.size);`;
  const flags = ['--expose-gc', '--input-type=module', '--eval', source];
  const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8' });
  deepEqual([stdout, stderr], ['0\n0\n', '']);
});

test('a chunk of more lines than an array may have comes to the console', () => {
  // The lines are written in a process of its own: V8 would end this one.
  const script = `
    import { writerOf } from ${JSON.stringify(pathToFileURL(join(root, 'js/wasi/streams.js')).href)};
    Object.defineProperty(process, 'stdout', { value: undefined });
    let lines = 0;
    console.log = () => lines++;
    const chunk = new Uint8Array(2 ** 27 + 1).fill(10);
    writerOf(1).write(chunk);
    process.exitCode = lines === chunk.length ? 0 : 1;
  `;
  const { status, signal } = spawnSync(process.execPath, ['--input-type=module', '--eval', script]);
  deepEqual([status, signal], [0, null]);
});

test('a refused promise that rejects later does not end the process', async () => {
  const unhandled = [];
  const listen = (reason) => unhandled.push(reason);
  process.on('unhandledRejection', listen);
  const host = await WapcHost.instantiate(path('hello'), {
    async: false,
    hostCall: () => Promise.reject(new Error('late')),
  });
  await rejects(host.invoke('echo', 'x'), { code: 'WAPC_ASYNC' });
  await new Promise(setImmediate);
  process.off('unhandledRejection', listen);
  equal(unhandled.length, 0);
  host.close();
});

/**
 * Runs a chain of hosts whose callbacks each invoke the next one. No error may be unhandled, and all answer afterwards.
 */
async function chain(length, name, options, invoke) {
  const before = environment.counts();
  const nobodys = [];
  const listen = (error) => nobodys.push(error);
  process.on('unhandledRejection', listen).on('uncaughtException', listen);
  const module = await WapcModule.compile(path(name), options);
  const hosts = [];
  let goesOn = true;
  let deepest = 0;
  const next = (i) => {
    if (goesOn) deepest = Math.max(deepest, i);
    if (goesOn && i + 1 < length) return invoke(hosts[i + 1]);
    return undefined;
  };
  const failed = (error) => {
    // Where not even a call fits, the engine's own error is thrown.
    if (error.code !== 'WAPC_LIMIT') equal(error.name, 'RangeError', error);
    throw error;
  };
  for (let i = 0; i < length; i++) hosts.push(await module.instantiate({ hostCall: () => settled(next, i, failed) }));
  for (let turn = 0; turn < 3; turn++) deepEqual(await hosts[turn].invoke('x', 'y'), Uint8Array.of(121));
  // Not counted by errors: where the stack ends, this code may not fit either.
  equal(deepest > 0 && deepest < length - 1, true, `${deepest} of ${length}`);
  goesOn = false;
  for (const host of hosts) {
    deepEqual(await host.invoke('x', 'y'), Uint8Array.of(121));
    host.close();
  }
  module.close();
  await new Promise(setImmediate);
  process.off('unhandledRejection', listen).off('uncaughtException', listen);
  deepEqual(nobodys, []);
  deepEqual(environment.counts(), before);
}

/** The result of `work`, at once or later; `failed` is given its errors. */
function settled(work, argument, failed) {
  let result;
  try {
    result = work(argument);
  } catch (error) {
    return failed(error);
  }
  return result instanceof Promise ? result.catch(failed) : result;
}

test('a source that cannot be fetched: WAPC_LOAD says why', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  const url = `http://127.0.0.1:${port}/guest.wasm`;
  for (const source of [() => url, () => fetch(url)]) {
    await rejects(WapcModule.compile(source()), { code: 'WAPC_LOAD', message: /ECONNREFUSED/ });
  }
  const failed = (cause) => Promise.reject(new Error('no', { cause }));
  for (const [cause, expected] of [
    [{ message: '', code: 'E_MANY' }, /: no: E_MANY$/],
    ['a text', /: no: a text$/],
    [undefined, /: no$/],
    [{ toString: 5, valueOf: 5 }, /: no$/],
  ]) {
    await rejects(WapcModule.compile(failed(cause)), { code: 'WAPC_LOAD', message: expected });
  }
});

test('features().workers is what the permissions of the process allow', () => {
  const permission = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';
  const program = "import('wapc-host').then(({ features }) => console.log(features().workers))";
  for (const [flags, expected] of [
    [[], 'true'],
    [[permission, '--allow-fs-read=*'], 'false'],
    [[permission, '--allow-fs-read=*', '--allow-worker'], 'true'],
  ]) {
    const { stdout, stderr } = spawnSync(process.execPath, [...flags, '-e', program], { cwd: root, encoding: 'utf8' });
    equal(stdout.trim(), expected, stderr);
  }
});

test('3,000 hosts that invoke each other at once, more than the stack has room for: all answer afterwards', () =>
  chain(3000, 'wat/small', { async: false }, (host) => host.invokeSync('x', 'y')));

/** A guest that is suspended while it waits: by the engine, or by itself. */
const suspendable = environment.canSuspend ? 'wat/small' : 'asyncify/wat/small';

test('1,500 hosts that wait for each other, more than the stack has room for: all answer afterwards', () =>
  chain(1500, suspendable, { async: true }, async (host) => host.invoke('x', 'y')));

test('more hosts at once than may be suspended: all answer, and no more are suspended', async () => {
  let [suspended, most] = [0, 0];
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const hostCall = async (binding, namespace, operation, payload) => {
    most = Math.max(most, ++suspended);
    await released;
    suspended--;
    return payload;
  };
  const module = await WapcModule.compile(path(suspendable), { hostCall });
  const hosts = [];
  for (let i = 0; i < 12_000; i++) hosts.push(await module.instantiate());
  const answers = Promise.all(
    hosts.map((host, index) => host.invoke('x', new Uint8Array(Uint32Array.of(index).buffer))),
  );
  equal(suspended, 10_000);
  release();
  (await answers).forEach((answer, index) => equal(new Uint32Array(answer.buffer)[0], index));
  equal(most, 10_000);
  for (const host of hosts) host.close();
});
