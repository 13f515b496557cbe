/** `limits.memory`: how far a guest's memory may grow. */

import { equal, fails, words } from './assert.js';

const PAGE = 65536;
const REFUSED = 0xffffffff;

/** The place of `memory.grow` among the functions of `wat/wasi.wat`, whose memory is of 1 page and may have 32. */
const GROW = 46;

export function* memory({ WapcHost, WapcModule, WapcPool, guest, hasWorkers }) {
  /** What `memory.grow` answers to a guest, page for page. */
  const grown = async (invoke, times) => {
    const answers = [];
    for (let i = 0; i < times; i++) answers.push(new Uint32Array((await invoke('x', words(GROW, 1))).buffer)[0]);
    return answers;
  };

  for (const [limit, answers] of [
    [PAGE, [REFUSED]],
    [2 * PAGE - 1, [REFUSED]],
    [2 * PAGE, [1, REFUSED, REFUSED]],
    [3 * PAGE, [1, 2, REFUSED]],
    [200 * PAGE, [1, 2, 3]],
    [Infinity, [1, 2, 3]],
    [undefined, [1, 2, 3]],
  ]) {
    yield [
      `a guest that may have ${limit} bytes gets no more`,
      async () => {
        const limits = { memory: limit };
        for (const source of [await guest('wat/wasi'), new Response(await guest('wat/wasi'))]) {
          const host = await WapcHost.instantiate(source, { limits, async: false });
          equal(await grown((...call) => host.invoke(...call), answers.length), answers);
          await host.reset();
          equal(await grown((...call) => host.invoke(...call), answers.length), answers);
          host.close();
        }
        if (!hasWorkers) return;
        const pool = await WapcPool.create(await guest('wat/wasi'), { size: 1, limits, workers: true });
        equal(await grown((...call) => pool.invoke(...call), answers.length), answers);
        await pool.close();
      },
    ];
  }

  yield [
    'every guest of the tests still starts, whatever its sections are',
    async () => {
      for (const name of ['hello', 'assemblyscript/hello', 'zig/hello', 'c/hello', 'wat/probe']) {
        const limits = { memory: 1 << 30 };
        (await WapcHost.instantiate(await guest(name), { limits, logger() {} })).close();
      }
    },
  ];

  yield [
    'a guest that begins with more, one that is compiled already, and what is no guest at all',
    async () => {
      const bytes = await guest('wat/wasi');
      for (const memory of [0, 1, PAGE - 1]) {
        await fails('WAPC_LIMIT', () => WapcModule.compile(bytes, { limits: { memory } }));
      }
      const limits = { memory: PAGE };
      const compiled = await WebAssembly.compile(bytes);
      await fails('WAPC_ARGUMENT', () => WapcModule.compile(compiled, { limits }));
      const module = await WapcModule.compile(bytes);
      await fails('WAPC_UNSUPPORTED', () => module.instantiate({ limits }));
      await fails('WAPC_UNSUPPORTED', () => WapcPool.create(module, { limits }));
      module.close();
      const limited = await WapcModule.compile(bytes, { limits });
      (await limited.instantiate({ limits })).close();
      limited.close();
      // Cut anywhere, and with any byte of its beginning changed: the compiler says what is wrong, and nothing else does.
      for (let i = 8; i < 400; i++) {
        const cut = bytes.slice(0, i);
        const changed = bytes.slice();
        changed[i] ^= 0xff;
        for (const broken of [cut, changed]) {
          const outcome = await WapcModule.compile(broken, { limits }).then(
            () => 'compiled',
            ({ code }) => code,
          );
          equal(
            ['compiled', 'WAPC_COMPILE', 'WAPC_NOT_A_GUEST', 'WAPC_LIMIT'].includes(outcome),
            true,
            `${i}: ${outcome}`,
          );
        }
      }
    },
  ];
}
