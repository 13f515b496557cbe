/** The first guest of a process: it is fetched while the core is compiled. */

import { deepEqual, equal } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const bytes = readFileSync(new URL('../testdata/wat/echo.wasm', import.meta.url));

/** Serves the guest at `/echo.wasm`, and nothing else. */
async function serving(act) {
  const server = createServer((request, response) => {
    if (request.url !== '/echo.wasm') return response.writeHead(404).end();
    response.setHeader('content-type', 'application/wasm').end(bytes);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    return await act(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.close();
  }
}

/**
 * Runs statements in a new process of Node: their array `told`, which also has `fetch` and `compile` for each call of
 * those. Rejects if a rejection was not handled there.
 */
async function inProcess(address, body) {
  const program = `
    const { WapcHost, WapcModule } = await import('wapc-host');
    const told = [];
    const { fetch } = globalThis;
    const { Module } = WebAssembly;
    globalThis.fetch = (...asked) => (told.push('fetch'), fetch(...asked));
    WebAssembly.Module = new Proxy(Module, {
      construct: (_, [bytes]) => (told.push('compile'), new Module(bytes)),
    });
    const address = ${JSON.stringify(address)};
    ${body}
    console.log(JSON.stringify(told));`;
  // The watchdog ends a process that something keeps alive: the test fails then.
  const options = { cwd: root, timeout: 60_000 };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], options);
  return JSON.parse(stdout);
}

const ECHO = `
    const host = await WapcHost.instantiate(source);
    told.push(new TextDecoder().decode(await host.invoke('echo', 'a')));`;

for (const [what, source] of Object.entries({
  'an address': "address + 'echo.wasm'",
  'a URL': "new URL('echo.wasm', address)",
})) {
  test(`the first guest, at ${what}, is fetched before the core is compiled`, async () => {
    const told = await serving((address) => inProcess(address, `const source = ${source};${ECHO}`));
    deepEqual([...told.slice(0, 2), told.at(-1)], ['fetch', 'compile', 'a']);
  });
}

test('a guest that is fetched while the core is there is fetched once its options were read', async () => {
  const told = await serving((address) =>
    inProcess(
      address,
      `
      await WapcModule.compile(new Uint8Array(8)).catch(({ code }) => told.push(code));
      const wrong = { limits: { payload: -1 } };
      await WapcHost.instantiate(address + 'echo.wasm', wrong).catch(({ code }) => told.push(code));
      const source = address + 'echo.wasm';${ECHO}`,
    ),
  );
  deepEqual(
    told.filter((what) => what !== 'compile'),
    ['WAPC_COMPILE', 'WAPC_ARGUMENT', 'fetch', 'a'],
  );
});

for (const [what, [source, options, code]] of Object.entries({
  'is missing': ["address + 'missing.wasm'", '{}', 'WAPC_LOAD'],
  'is at no server': ["'http://127.0.0.1:1/echo.wasm'", '{}', 'WAPC_LOAD'],
  'has options that are refused': ["'http://127.0.0.1:1/echo.wasm'", '{ limits: { payload: -1 } }', 'WAPC_ARGUMENT'],
  'is the content of a file': ["'\\0asm'", '{}', 'WAPC_ARGUMENT'],
  'is nothing': ["''", '{}', 'WAPC_ARGUMENT'],
  'is no URL': ["'http://'", '{}', 'WAPC_LOAD'],
})) {
  test(`the first guest ${what}: ${code}, and the next one answers`, async () => {
    const told = await serving((address) =>
      inProcess(
        address,
        `
        await WapcHost.instantiate(${source}, ${options}).catch(({ code }) => told.push(code));
        const source = address + 'echo.wasm';${ECHO}`,
      ),
    );
    equal(
      told.find((word) => word.startsWith('WAPC_')),
      code,
    );
    equal(told.at(-1), 'a');
  });
}

test('the request of a guest whose options are refused is ended, and the process with it', async () => {
  // The server never answers.
  const server = createServer(() => {});
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const told = await inProcess(
    `http://127.0.0.1:${server.address().port}/`,
    `let signal;
     globalThis.fetch = (asked, options) => ((signal = options.signal), fetch(asked, options));
     await WapcHost.instantiate(address, { limits: { payload: -1 } }).catch(({ code }) => told.push(code));
     told.push(signal.aborted);`,
  );
  deepEqual(told.slice(-2), ['WAPC_ARGUMENT', true]);
  server.close();
  server.closeAllConnections();
});

test('a `fetch` that throws is called once', async () => {
  const told = await inProcess(
    'http://127.0.0.1:1/',
    `globalThis.fetch = () => { told.push('fetch'); throw new TypeError('planned'); };
     await WapcHost.instantiate(address).catch(({ code }) => told.push(code));`,
  );
  deepEqual(
    told.filter((what) => what !== 'compile'),
    ['fetch', 'WAPC_LOAD'],
  );
});

test('an engine that refuses to compile more than 4 KB at once, as older browsers do in a page, compiles the core and guests', async () => {
  const guest = fileURLToPath(new URL('../testdata/hello.wasm', import.meta.url));
  const told = await inProcess(
    'http://127.0.0.1:1/',
    `WebAssembly.Module = new Proxy(Module, {
       construct(_, [bytes]) {
         if (bytes.length <= 4096) return new Module(bytes);
         told.push('refused');
         throw new RangeError('WebAssembly.Compile is disallowed on the main thread');
       },
     });
     const host = await WapcHost.instantiate(${JSON.stringify(guest)}, { hostCall: () => 'b', logger() {} });
     told.push(new TextDecoder().decode(await host.invoke('hello', 'a')));`,
  );
  deepEqual(told, ['refused', 'refused', 'Hello, b']);
});

test('a guest that could take long to compile is compiled on other threads than this one', async () => {
  const told = await inProcess(
    'http://127.0.0.1:1/',
    `const { compile } = WebAssembly;
     WebAssembly.compile = (bytes) => (told.push(bytes.length), compile(bytes));
     // One type of a function: with the most parameters of a guest that is soon compiled, and with one more.
     for (const parameters of [32, 33]) {
       const types = [1, 0x60, parameters, ...Array(parameters).fill(0x7e), 0];
       const bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, types.length, ...types);
       await WapcModule.compile(bytes).catch(({ code }) => told.push(code));
     }`,
  );
  deepEqual(
    told.filter((what) => what !== 'compile'),
    ['WAPC_NOT_A_GUEST', 47, 'WAPC_NOT_A_GUEST'],
  );
});

test('a guest sleeps where a thread may not wait, if a test has stopped the clock before the first guest with WASI', async () => {
  const told = await inProcess(
    '',
    `
      const { clock, pollPayload } = await import('./tests/suite/wasi/probe.js');
      const { readFileSync } = await import('node:fs');
      // As on the main thread of a page.
      Atomics.wait = () => {
        throw new TypeError('Atomics.wait cannot be called in this context');
      };
      const stands = performance.now();
      let reads = 0;
      performance.now = () => {
        if (++reads > 1000) throw new Error('the clock of a test is waited for');
        return stands;
      };
      const host = await WapcHost.instantiate(readFileSync('testdata/wat/wasi.wasm'), { async: false });
      const memory = await host.invoke('x', pollPayload(clock(2_000_000n)));
      told.push(new DataView(memory.buffer, memory.byteOffset).getUint32(0, true));`,
  );
  equal(told.at(-1), 0);
});
