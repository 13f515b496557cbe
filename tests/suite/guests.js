/** The hello guest in each language. */

import { bytes, equal, fails, string } from './assert.js';

const LANGUAGES = { Rust: 'hello', AssemblyScript: 'assemblyscript/hello', Zig: 'zig/hello' };

export function* guests({ WapcHost, WapcModule, guest }) {
  for (const [language, name] of Object.entries(LANGUAGES)) {
    const log = [];
    const calls = [];
    const hello = async () => {
      const hostCall = (binding, namespace, operation, payload) => {
        calls.push([binding, namespace, operation, string(payload)]);
        if (string(payload) === 'fail') throw new Error('the host says no: ü');
        return payload;
      };
      return WapcHost.instantiate(await guest(name), { hostCall, async: false, logger: (line) => log.push(line) });
    };

    yield [
      `${language}: hello, echo, nope`,
      async () => {
        const host = await hello();
        equal(string(await host.invoke('hello', 'waPC!')), 'Hello, waPC!');
        equal(log, ['logging something']);
        equal(calls, [['default', 'foo', 'echo', 'waPC!']]);
        equal(string(host.invokeSync('hello', 'wörld 🌍')), 'Hello, wörld 🌍');
        equal((await fails('WAPC_GUEST', () => host.invoke('nope'))).message, 'planned failure');
        host.close();
      },
    ];

    yield [
      `${language}: payloads of every size come back to the byte`,
      async () => {
        const host = await hello();
        for (const size of [0, 1, 15, 16, 17, 63, 64, 65, 1023, 65536, 1 << 20]) {
          const payload = Uint8Array.from({ length: size }, (_, i) => (i * 7) & 0xff);
          equal(await host.invoke('echo', payload), payload, `${size} bytes`);
        }
        host.close();
      },
    ];

    yield [
      `${language}: a failing host call reaches the guest, and its cause the caller`,
      async () => {
        const host = await hello();
        const error = await fails('WAPC_GUEST', () => host.invoke('echo', 'fail'));
        equal(error.message.endsWith('the host says no: ü'), true, error.message);
        equal(error.cause.message, 'the host says no: ü');
        equal(await host.invoke('echo', 'again'), bytes('again'));
        host.close();
      },
    ];
  }

  yield [
    'AssemblyScript: abort carries its text',
    async () => {
      const host = await WapcHost.instantiate(await guest('assemblyscript/hello'));
      const error = await fails('WAPC_TRAP', () => host.invoke('abort'));
      equal(error.message.includes('planned abort ü') && error.message.includes('hello.ts'), true, error.message);
      equal(error.cause instanceof WebAssembly.RuntimeError, true);
      host.close();
    },
  ];

  yield [
    'info tells what a module is',
    async () => {
      const module = await WapcModule.compile(await guest('hello'));
      const { info } = module;
      equal(info.wasi, 'none');
      equal(
        info.producers.some(({ field, name }) => field === 'language' && name === 'Rust'),
        true,
      );
      equal(
        info.exports.some(({ name, kind }) => name === '__guest_call' && kind === 'function'),
        true,
      );
      equal(
        info.imports.every(({ module: from, kind }) => from === 'wapc' && kind === 'function'),
        true,
      );
      module.close();
    },
  ];
}
