/** The imports of AssemblyScript guests from `env`. */

import { equal, fails, words } from './assert.js';

export function* assemblyscript({ WapcHost, guest }) {
  yield [
    'abort: the text and its place; strings that leave memory, or are none',
    async () => {
      const host = await WapcHost.instantiate(await guest('wat/env'), { async: false });
      for (const [message, file, told] of [
        [2052, 2068, 'grüß at a.ts:3:4294967295'],
        [0, 0, 'aborted at unknown file:3:4294967295'],
        [65532, 2068, 'ed at a.ts:'],
      ]) {
        const error = await fails('WAPC_TRAP', () => host.invoke('a', words(message, file, 3, 0xffffffff)));
        equal(error.message.includes(told), true, error.message);
        equal(error.cause instanceof WebAssembly.RuntimeError, true);
      }
      // A text of 25,000 characters as both, which are cut off, behind the four words of the arguments and its length.
      const long = words(1044, 1044, 3, 4, 50_000, ...new Uint32Array(12_500).fill(0x210021));
      const { message } = await fails('WAPC_TRAP', () => host.invoke('a', long));
      equal([message.includes('!!!'), message.length < 40_000], [true, true], `${message.length} characters`);
      for (const message of [1, 3, 4100, 65536, 65540, 0xffffffff]) {
        await fails('WAPC_PROTOCOL', () => host.invoke('a', words(message, 0, 0, 0)));
      }
      equal((await host.invoke('s')).length, 8);
      host.close();
    },
  ];

  yield [
    'trace and console.log are log lines, seed is a number of its own',
    async () => {
      const lines = [];
      const host = await WapcHost.instantiate(await guest('wat/env'), {
        async: false,
        logger: (line) => lines.push(line),
      });
      for (const count of [0, 2, 5, 6, 0xffffffff]) await host.invoke('t', words(2052, count));
      const all = 'grüß 1 -2.5 1e+21 NaN 5';
      equal(lines, ['grüß', 'grüß 1 -2.5', all, all, all]);
      await host.invoke('l', words(2068));
      await host.invoke('l', words(0));
      equal(lines.slice(5), ['a.ts', 'null']);
      await host.invoke('l', words(1032, 0));
      equal(lines.slice(7), ['']);
      // The length in front of a text has four bytes, each of which counts.
      for (const length of [1 << 16, 1 << 24])
        await fails('WAPC_PROTOCOL', () => host.invoke('l', words(1032, length)));
      const seeds = [await host.invoke('s'), await host.invoke('s')].map(({ buffer }) => new Float64Array(buffer)[0]);
      equal(
        seeds.map((seed) => seed >= 0 && seed < 1),
        [true, true],
      );
      equal(seeds[0] === seeds[1], false);
      host.close();
    },
  ];
}
