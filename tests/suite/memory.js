/** `limits.memory`: how far a guest's memories and tables may grow. */

import {
  FUNCTION,
  OWN_TYPES,
  assemble,
  growing,
  memory as memoryOf,
  section,
  table,
  unsigned,
  vector,
} from './assembler.js';
import { equal, fails, words, wordsOf } from './assert.js';

const PAGE = 65536;
const ENTRY = 8;
const REFUSED = 0xffffffff;

const [FUNCREF, EXTERNREF, I31REF, EXNREF, I64] = [0x70, 0x6f, 0x6c, 0x69, 0x7e];
const NULL_EXTERN = { value: [0xd0, EXTERNREF] };
const many = (count, entry) => Array(count).fill(entry);
const takes = (...parameters) => [0x60, vector(parameters), vector([])];

/** True where the engine knows the features of a guest. Others are WAPC_COMPILE, with a limit or without. */
const isKnown = (guest) => WebAssembly.validate(guest);

export function* memory({ WapcHost, WapcModule, WapcPool, guest, hasWorkers, canSuspend }) {
  /**
   * Grows memories and tables as told: `1+3=no` grows the second one (memories first) by 3, which is refused; `1+2=5`
   * grows it by 2, from 5.
   */
  const grows = async (invocable, steps) => {
    for (const step of steps.split(' ')) {
      const [which, by, answer] = step.split(/[+=]/);
      const response = await invocable.invoke('grow', words(Number(which), by === 'most' ? REFUSED : Number(by)));
      equal(wordsOf(response), [answer === 'no' ? REFUSED : Number(answer)], step);
    }
  };

  const oneTable = (...args) => ({ tables: [table(...args)] });
  const shared = { memories: [memoryOf(0, 1), memoryOf(3, 1, 8)] };
  const typed = [0x63, 0];

  for (const [what, parts, limit, rows] of [
    ['a memory', {}, PAGE, '0+1=no'],
    ['a memory', {}, 2 * PAGE - 1, '0+1=no'],
    ['a memory', {}, 2 * PAGE, '0+2=no 0+1=1 0+1=no'],
    ['a memory with a maximum', { memories: [memoryOf(1, 1, 2)] }, 9 * PAGE, '0+2=no 0+1=1 0+1=no'],
    ['a memory with a higher maximum', { memories: [memoryOf(1, 1, 9)] }, 2 * PAGE, '0+2=no 0+1=1'],
    ['a limit above the largest memory', {}, 2 ** 40, '0+9=1 0+most=no'],
    ['the highest limit', {}, Number.MAX_VALUE, '0+9=1 0+most=no'],
    ['no limit', {}, Infinity, '0+9=1'],
    ['the limit left out', {}, undefined, '0+9=1'],
    ['a table', oneTable(FUNCREF, 0, [1]), PAGE + 11 * ENTRY, '1+11=no 1+10=1 1+1=no'],
    ['a table', oneTable(FUNCREF, 0, [1]), PAGE + 11 * ENTRY - 1, '1+10=no 1+9=1'],
    ['a table', oneTable(FUNCREF, 0, [1]), PAGE + ENTRY, '1+1=no 0+1=no'],
    ['a table with a maximum', oneTable(FUNCREF, 1, [1, 3]), PAGE + 11 * ENTRY, '1+3=no 1+2=1'],
    ['a table with the highest maximum', oneTable(FUNCREF, 1, [1, 2 ** 32 - 1]), PAGE + 3 * ENTRY, '1+3=no 1+2=1'],
    ['a table of values of the host', oneTable(EXTERNREF, 0, [1], NULL_EXTERN), PAGE + 3 * ENTRY, '1+3=no 1+2=1'],
    [
      'a table with an initializer',
      oneTable(FUNCREF, 0, [1], { isInitialized: true }),
      PAGE + 3 * ENTRY,
      '1+3=no 1+2=1',
    ],
    [
      'a table of functions of one type',
      oneTable([0x63, 1], 0, [1], { value: FUNCTION }),
      PAGE + 3 * ENTRY,
      '1+3=no 1+2=1',
    ],
    [
      'a table that is nowhere empty',
      oneTable([0x64, 1], 0, [1], { value: FUNCTION, isInitialized: true }),
      PAGE + 3 * ENTRY,
      '1+3=no 1+2=1',
    ],
    ['a table of a type with a long name', oneTable([0x63, 0xf0, 0x7f], 0, [1]), PAGE + 3 * ENTRY, '1+3=no 1+2=1'],
    [
      'a table of small numbers',
      oneTable(I31REF, 0, [1], { value: [0x41, 1, 0xfb, 0x1c], isInitialized: true }),
      PAGE + 3 * ENTRY,
      '1+3=no 1+2=1',
    ],
    ['a table with 64-bit numbers', oneTable(FUNCREF, 4, [1]), PAGE + 3 * ENTRY, '1+3=no 1+2=1'],
    ['the same with the highest maximum', oneTable(FUNCREF, 5, [1, 2n ** 64n - 1n]), PAGE + 3 * ENTRY, '1+3=no 1+2=1'],
    ['the memory comes before the table', oneTable(FUNCREF, 0, [1]), 3 * PAGE + ENTRY, '1+1=no 0+3=no 0+2=1'],
    [
      'the table gets the bytes that are too few for a page',
      oneTable(FUNCREF, 0, [1]),
      2 * PAGE + 4 * ENTRY + 7,
      '0+2=no 0+1=1 1+4=no 1+3=1',
    ],
    [
      "the table gets the bytes that the memory's maximum leaves",
      { memories: [memoryOf(1, 1, 1)], ...oneTable(FUNCREF, 0, [1]) },
      2 * PAGE,
      '0+1=no 1+8192=no 1+8191=1',
    ],
    [
      'tables share',
      { tables: [table(FUNCREF, 1, [1, 2]), table(FUNCREF, 0, [1])] },
      PAGE + 6 * ENTRY,
      '2+4=no 2+3=1 1+2=no 1+1=1',
    ],
    ['memories share', { memories: [memoryOf(1, 1, 2), memoryOf(0, 1)] }, 4 * PAGE, '1+2=no 1+1=1 0+2=no 0+1=1'],
    ['a shared memory keeps a maximum', shared, 4 * PAGE, '1+1=no 0+3=no 0+2=1'],
    ['a shared memory alone', { memories: [memoryOf(3, 1, 8)] }, 3 * PAGE, '0+3=no 0+2=1'],
    ['a memory with 64-bit addresses', { memories: [memoryOf(1, 1, 1), memoryOf(4, 1)] }, 4 * PAGE, '1+3=no 1+2=1'],
    ['the same with a limit above the largest one', { memories: [memoryOf(0, 1), memoryOf(4, 1)] }, 2 ** 50, '1+3=1'],
    ['a memory with pages of one byte', { memories: [memoryOf(0, 1), memoryOf(8, 5, 0)] }, PAGE + 7, '1+3=no 1+2=5'],
    [
      'functions in groups and below others',
      {
        types: [
          [
            0x4e,
            vector([
              [0x50, vector([]), takes(typed)],
              [0x4f, vector([[2]]), takes(typed)],
            ]),
          ],
          takes(I64),
        ],
        ...oneTable([0x63, 3], 0, [1], { value: [0xd0, 3] }),
      },
      PAGE + 3 * ENTRY,
      '1+3=no 1+2=1',
    ],
    [
      'globals of every other kind',
      {
        globals: [
          [0x7f, [0x41, 0x7f], 0],
          [0x7e, [0x42, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f]],
          [0x7d, [0x43, 0x0b, 0x0b, 0x0b, 0x0b]],
          [0x7c, [0x44, many(8, 0x0b)]],
          [0x7b, [0xfd, 12, many(16, 0x0b)]],
          [FUNCREF, [0xd0, FUNCREF]],
          [FUNCREF, FUNCTION],
          [EXTERNREF, [0xd0, EXTERNREF]],
          [0x7f, [0x23, 0]],
          [0x7e, [0x42, 1, 0x42, 2, 0x7c]],
        ],
      },
      2 * PAGE,
      '0+2=no 0+1=1',
    ],
    ['small exceptions', { types: [takes(...Array(16).fill(I64))], tags: [OWN_TYPES] }, 2 * PAGE, '0+2=no 0+1=1'],
  ]) {
    yield [
      `${what}, under ${limit}`,
      async () => {
        const source = growing(parts);
        const limits = { memory: limit };
        if (!isKnown(source)) {
          await fails('WAPC_COMPILE', () => WapcModule.compile(source, { limits }));
          return;
        }
        const host = await WapcHost.instantiate(source, { limits, async: false });
        await grows(host, rows);
        await host.reset();
        await grows(host, rows);
        host.close();
      },
    ];
  }

  for (const [what, parts, limit] of [
    ['a page', {}, PAGE - 1],
    ['a page', {}, 0],
    ['an entry of a table', oneTable(FUNCREF, 0, [1]), PAGE + ENTRY - 1],
    ['a gigabyte of table', oneTable(FUNCREF, 0, [2 ** 27]), 1 << 20],
    ['two tables', { tables: many(2, table(FUNCREF, 0, [1])) }, PAGE + ENTRY],
    ['2,000 memories', { memories: many(2000, memoryOf(0, 1)) }, 1 << 20],
    ['17 memories', { memories: many(17, memoryOf(0, 1)) }, 1 << 20],
    ['a memory of 64-bit addresses', { memories: [memoryOf(0, 1), memoryOf(4, 2 ** 18)] }, 1 << 30],
    ['a memory with pages of one byte', { memories: [memoryOf(0, 1), memoryOf(8, 5, 0)] }, PAGE + 4],
  ]) {
    yield [
      `a guest that begins with ${what} under ${limit}`,
      () => fails('WAPC_LIMIT', () => WapcModule.compile(growing(parts), { limits: { memory: limit } })),
    ];
  }

  const struct = [0x5f, vector([])];
  for (const [what, parts] of [
    ['structures', { types: [struct] }],
    ['arrays', { types: [[0x5e, I64, 1]] }],
    ['structures in a group', { types: [[0x4e, vector([takes(), [0x50, vector([]), struct]])]] }],
    ['arrays that are final', { types: [[0x4f, vector([]), [0x5e, 0x78, 0]]] }],
    ['exceptions of 17 values', { types: [takes(...many(17, I64))], tags: [OWN_TYPES] }],
    ['exceptions that carry exceptions', { types: [takes(EXNREF)], tags: [OWN_TYPES] }],
    ['exceptions that carry references', { types: [takes([0x63, EXTERNREF])], tags: [OWN_TYPES] }],
    ['a table of exceptions', oneTable(EXNREF, 0, [1], { value: [0xd0, EXNREF] })],
    ['the same by a longer name', oneTable([0x63, 0xe9, 0x7f], 0, [1], { value: [0xd0, EXNREF] })],
    ['a global of exceptions', { globals: [[EXNREF, [0xd0, EXNREF]]] }],
    [
      'the same by a long name',
      {
        globals: [
          [
            [0x63, EXNREF],
            [0xd0, EXNREF],
          ],
        ],
      },
    ],
    [
      'the same by a longer one',
      {
        globals: [
          [0x7f, [0x41, 0]],
          [
            [0x63, 0xe9, 0x7f],
            [0xd0, EXNREF],
          ],
        ],
      },
    ],
  ]) {
    yield [
      `a guest with ${what} is not bounded`,
      async () => {
        const source = growing(parts);
        const code = isKnown(source) ? 'WAPC_UNSUPPORTED' : 'WAPC_COMPILE';
        await fails(code, () => WapcModule.compile(source, { limits: { memory: 1 << 20 } }));
        if (!isKnown(source)) return;
        (await WapcHost.instantiate(source, { limits: { memory: Infinity }, async: false })).close();
        const host = await WapcHost.instantiate(growing({}), { limits: { memory: PAGE }, async: false });
        await fails(code, () => host.replace(source));
        await grows(host, '0+1=no');
        host.close();
      },
    ];
  }

  yield [
    'what is not valid is left to the compiler, and does not become valid',
    async () => {
      const memories = (...entries) => section(5, vector(entries));
      for (const broken of [
        growing({ memories: [memoryOf(2, 1)] }),
        growing({ memories: [memoryOf(1, 2, 1)] }),
        growing({ memories: [memoryOf(0x80, 1)] }),
        growing({ memories: [memoryOf(16, 1)] }),
        growing({ memories: [{ bytes: [0, 0x81, 0x80, 0x80, 0x80, 0x80, 0] }] }),
        growing({ memories: [{ bytes: [0, 0x81, 0x80, 0x80, 0x80, 0x10] }] }),
        growing({ memories: [memoryOf(8, 1, 3)] }),
        growing(oneTable(FUNCREF, 1, [2, 1])),
        growing(oneTable(FUNCREF, 2, [1])),
        growing(oneTable(I64, 0, [1])),
        growing(oneTable(FUNCREF, 0, [1], { value: [0x41, 0], isInitialized: true })),
        growing({ memories: [memoryOf(1, 1, 65537)] }),
        growing({ memories: [memoryOf(1, 1, 70000)] }),
        growing({ memories: [memoryOf(0, 1), memoryOf(5, 1, 2n ** 48n + 1n)] }),
        growing({ globals: [[0x7f, [0x41, 0, 0x6d]]] }),
        growing({ globals: [[0x7f, [0x41, 0], 2]] }),
        growing({ types: [[0x20]] }),
        // Declares 4,294,967,295 parameters, none of which is there.
        assemble(section(1, [1, 0x60, unsigned(2 ** 32 - 1)])),
        growing({ tags: [7] }),
        assemble(memories([0, 1]), memories([0, 1])),
        assemble(memories([0, 1], [0])),
        assemble([5, unsigned(9), vector([[0, 1]])]),
        assemble(section(5, [vector([[0, 1]]), 0])),
      ]) {
        await fails('WAPC_COMPILE', () => WapcModule.compile(broken));
        await fails('WAPC_COMPILE', () => WapcModule.compile(broken, { limits: { memory: 1 << 20 } }));
      }
    },
  ];

  yield [
    'as many tables as engines take',
    async () => {
      const tables = section(4, vector(many(99_999, [FUNCREF, 1, 0, 1])));
      await fails('WAPC_NOT_A_GUEST', () => WapcModule.compile(assemble(tables), { limits: { memory: PAGE } }));
    },
  ];

  yield [
    'bytes that are cut anywhere, or changed: the compiler says what is wrong, and nothing else does',
    async () => {
      const codes = ['compiled', 'WAPC_COMPILE', 'WAPC_NOT_A_GUEST', 'WAPC_LIMIT'];
      const outcome = (bytes) =>
        WapcModule.compile(bytes, { limits: { memory: PAGE + 47 * ENTRY } }).then(
          () => 'compiled',
          ({ code }) => code,
        );
      const bytes = await guest('wat/wasi');
      equal(await outcome(bytes), 'compiled');
      for (let i = 8; i < 400; i++) {
        const cut = bytes.slice(0, i);
        const changed = bytes.slice();
        changed[i] ^= 0xff;
        for (const broken of [cut, changed]) equal(codes.includes(await outcome(broken)), true, `byte ${i}`);
      }
    },
  ];

  yield [
    'every guest of the tests still starts, whatever its sections are',
    async () => {
      for (const name of ['hello', 'assemblyscript/hello', 'zig/hello', 'c/hello', 'wat/probe']) {
        const limits = { memory: 1 << 30 };
        (await WapcHost.instantiate(await guest(name), { limits, logger() {} })).close();
      }
    },
  ];

  // A guest of one page and one entry, with a limit of two pages and three entries.
  const source = growing(oneTable(FUNCREF, 0, [1]));
  const memoryLimit = 2 * PAGE + 3 * ENTRY;
  const limits = { memory: memoryLimit };
  const bounded = '0+2=no 0+1=1 1+3=no 1+2=1 0+1=no 1+1=no';

  yield [
    'the limit holds after replace and reset',
    async () => {
      const host = await WapcHost.instantiate(new Response(source), { limits, async: false });
      await grows(host, bounded);
      for (const next of [source, new Response(source), await WapcModule.compile(source, { limits })]) {
        await host.replace(next);
        await grows(host, bounded);
        await host.reset();
        await grows(host, bounded);
      }
      await fails('WAPC_LIMIT', () => host.replace(growing({ memories: [memoryOf(0, 3)] })));
      await fails('WAPC_ARGUMENT', async () => host.replace(await WebAssembly.compile(source)));
      host.close();
      const free = await WapcHost.instantiate(source, { async: false });
      await free.replace(await WapcModule.compile(source, { limits }));
      await grows(free, bounded);
      await free.replace(source);
      await grows(free, '0+9=1');
      free.close();
    },
  ];

  yield [
    'the limit holds in pools',
    async () => {
      for (const workers of hasWorkers ? [false, true] : [false]) {
        for (const given of [source, await WapcModule.compile(source, { limits })]) {
          const pool = await WapcPool.create(given, { size: 1, limits, workers, async: false });
          await grows(pool, bounded);
          await pool.close();
        }
      }
    },
  ];

  // With JSPI the host stays on this thread.
  yield [
    'the limit holds where a host may take a worker',
    async () => {
      if (!hasWorkers && !canSuspend) return;
      const host = await WapcHost.instantiate(source, { limits, async: true });
      await grows(host, bounded);
      await host.reset();
      await grows(host, bounded);
      await host.replace(source);
      await grows(host, bounded);
      const unlimited = await WapcModule.compile(source);
      await fails('WAPC_UNSUPPORTED', () => host.replace(unlimited));
      await fails('WAPC_LIMIT', () => host.replace(growing({ memories: [memoryOf(0, 3)] })));
      await host.replace(await WapcModule.compile(source, { limits }));
      await grows(host, bounded);
      host.close();
    },
  ];

  yield [
    'a guest that was compiled without the limit, or with more',
    async () => {
      const compiled = await WebAssembly.compile(source);
      await fails('WAPC_ARGUMENT', () => WapcModule.compile(compiled, { limits }));
      (await WapcModule.compile(compiled, { limits: { memory: Infinity } })).close();
      const host = await WapcHost.instantiate(source, { limits, async: false });
      for (const [memory, isEnough] of [
        [undefined, false],
        [Infinity, false],
        [memoryLimit + 1, false],
        [memoryLimit, true],
        [memoryLimit - 1, true],
      ]) {
        const module = await WapcModule.compile(source, { limits: { memory } });
        for (const make of [
          () => module.instantiate({ limits }),
          () => WapcHost.instantiate(module, { limits }),
          () => WapcPool.create(module, { size: 1, limits }),
          () => host.replace(module),
        ]) {
          if (isEnough) (await make())?.close();
          else await fails('WAPC_UNSUPPORTED', make);
        }
        // Accepted: nothing is asked for, or no limit.
        for (const wanted of [undefined, Infinity]) (await module.instantiate({ limits: { memory: wanted } })).close();
        module.close();
      }
      host.close();
    },
  ];

  yield [
    'a host of a module with a limit hands it on to what takes over',
    async () => {
      const module = await WapcModule.compile(source, { limits });
      const host = await module.instantiate({ limits: { memory: memoryLimit + PAGE } });
      await host.replace(source);
      await grows(host, bounded);
      host.close();
    },
  ];
}
