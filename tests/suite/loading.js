/** Where guests come from. */

import { bytes, equal, fails } from './assert.js';

const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
const digest = async (algorithm, data) => base64(await crypto.subtle.digest(algorithm, data));

export function* loading({ WapcHost, WapcModule, guest, url }) {
  const wasm = (body, type = 'application/wasm', init = {}) =>
    new Response(body, { ...init, headers: { 'content-type': type, ...init.headers } });

  yield [
    'bytes of every kind, a module, a response, and promises of them',
    async () => {
      const array = await guest('wat/probe');
      const padded = new Uint8Array(array.length + 8);
      padded.set(array, 3);
      for (const source of [
        array,
        array.slice().buffer,
        padded.subarray(3, 3 + array.length),
        new DataView(padded.buffer, 3, array.length),
        await WebAssembly.compile(array),
        WebAssembly.compile(array),
        Promise.resolve(array),
        wasm(array),
        Promise.resolve(wasm(array)),
        wasm(array, 'application/octet-stream'),
        wasm(array, 'application/wasm; charset=binary'),
        { then: (resolve) => resolve(array) },
      ]) {
        const host = await WapcHost.instantiate(source, { async: false });
        await host.invoke('c');
        host.close();
      }
    },
  ];

  yield [
    'an address',
    async () => {
      for (const source of [url('wat/probe'), new URL(url('wat/probe'))]) {
        const host = await WapcHost.instantiate(source, { async: false });
        await host.invoke('c');
        host.close();
      }
    },
  ];

  yield [
    'what can not be loaded',
    async () => {
      const rejected = new Error('planned');
      equal((await fails('WAPC_LOAD', () => WapcModule.compile(Promise.reject(rejected)))).cause, rejected);
      const missing = await fails('WAPC_LOAD', () => WapcModule.compile(wasm('gone', 'text/plain', { status: 404 })));
      equal(missing.message.includes('404'), true, missing.message);
      await fails('WAPC_LOAD', () => WapcModule.compile(url('no-such-guest')));
      const aborted = new ReadableStream({ start: (controller) => controller.error(new Error('cut off')) });
      await fails('WAPC_LOAD', () => WapcModule.compile(wasm(aborted, 'application/octet-stream')));
      const used = wasm(await guest('wat/probe'));
      await used.arrayBuffer();
      await fails('WAPC_LOAD', () => WapcModule.compile(used));
    },
  ];

  yield [
    'what is not WebAssembly',
    async () => {
      const array = await guest('wat/probe');
      for (const [source, told] of [
        [new Uint8Array(0), ''],
        [bytes('hello'), '68 65 6c 6c 6f'],
        [array.slice(0, array.length - 5), '00 61 73 6d'],
        [wasm(array.slice(0, array.length - 5)), 'status 200, application/wasm'],
        [wasm('hello', 'text/plain'), 'text/plain'],
      ]) {
        const error = await fails('WAPC_COMPILE', () => WapcModule.compile(source));
        equal(error.message.includes(told), true, error.message);
        equal(error.cause instanceof WebAssembly.CompileError, true);
      }
      const page = await fails('WAPC_LOAD', () => WapcModule.compile(wasm('<html>', 'text/html')));
      equal(page.message.includes('status 200, text/html') && page.message.includes('3c 68'), true, page.message);
    },
  ];

  yield [
    'what is something else',
    async () => {
      for (const [source, told] of [
        [bytes('<!DOCTYPE html>'), 'HTML'],
        [new Uint8Array([0x1f, 0x8b, 8, 0]), 'gzip'],
        [new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]), 'component'],
        [bytes('(module)'), 'text'],
      ]) {
        const error = await fails('WAPC_NOT_A_GUEST', () => WapcModule.compile(source));
        equal(error.message.includes(told), true, error.message);
        equal(error.cause instanceof WebAssembly.CompileError, true);
      }
    },
  ];

  yield [
    'what is a module of another kind',
    async () => {
      for (const [name, told] of [
        ['extism', 'Extism'],
        ['opa', 'OPA'],
        ['command', 'WASI command'],
        ['no-memory', 'memory'],
      ]) {
        const error = await fails('WAPC_NOT_A_GUEST', async () => WapcModule.compile(await guest(`wat/${name}`)));
        equal(error.message.includes(told), true, error.message);
      }
    },
  ];

  yield [
    'integrity',
    async () => {
      const array = await guest('wat/probe');
      const sha256 = `sha256-${await digest('SHA-256', array)}`;
      const sha512 = `sha512-${await digest('SHA-512', array)}`;
      const wrong = `sha512-${await digest('SHA-512', bytes('other'))}`;
      for (const integrity of [sha256, sha512, `${wrong} ${sha512}`, ` ${sha256}?opt\n${sha512}`]) {
        (await WapcModule.compile(array, { integrity })).close();
        (await WapcModule.compile(wasm(array), { integrity })).close();
      }
      for (const integrity of [wrong, `${sha256} ${wrong}`]) {
        await fails('WAPC_INTEGRITY', () => WapcModule.compile(array, { integrity }));
        await fails('WAPC_INTEGRITY', () => WapcModule.compile(wasm(array), { integrity }));
        // Checked before it is compiled, so it is not said to be no WebAssembly.
        await fails('WAPC_INTEGRITY', () => WapcModule.compile(bytes('no wasm'), { integrity }));
      }
      await fails('WAPC_ARGUMENT', async () =>
        WapcModule.compile(await WebAssembly.compile(array), { integrity: sha256 }),
      );
    },
  ];

  yield [
    'progress',
    async () => {
      const array = await guest('hello');
      for (const [headers, total] of [
        [{ 'content-length': String(array.length) }, array.length],
        [{}, undefined],
      ]) {
        const seen = [];
        const onProgress = (...now) => seen.push(now);
        (await WapcModule.compile(wasm(array, 'application/wasm', { headers }), { onProgress })).close();
        equal(seen.at(-1), [array.length, total]);
      }
    },
  ];
}
