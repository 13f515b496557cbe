/** The output of guests. */

import { bytes, equal, fails, string, words } from '../assert.js';
import { at, iovecs, payloadOf, PAGE, PAYLOAD, probes, refusing } from './probe.js';

export function* output(environment) {
  const { WapcModule, WapcPool, guest, hasWorkers } = environment;
  const probe = probes(environment);

  yield [
    'output arrives unchanged, and a chunk over limits.payload is WAPC_LIMIT',
    async () => {
      const [out, err] = [[], []];
      const it = await probe({
        stdout: (chunk) => out.push(chunk),
        stderr: (chunk) => err.push(chunk),
        limits: { payload: PAGE },
      });
      for (const [fd, length] of [
        [1, 1],
        [2, 17],
        [1, 5000],
        [1, 0],
      ]) {
        equal(await it.call('fd_write', fd, iovecs([4096, length]), 8), 0);
        equal(it.u32(8), length);
      }
      equal([out.map((chunk) => chunk.length), err.map((chunk) => chunk.length)], [[1, 5000], [17]]);
      it.host.close();
      out.length = 0;
      // The response is all of memory, so the limit cannot be lower.
      const limited = await probe({ stdout: (chunk) => out.push(chunk), limits: { payload: 2 * PAGE } });
      await limited.call('grow', 1);
      equal(await limited.call('fd_write', 1, iovecs([0, 2 * PAGE]), 8), 0);
      equal(await limited.call('fd_write', 1, iovecs([0, PAGE], [0, PAGE]), 8), 0);
      equal(limited.u32(8), 2 * PAGE);
      await fails('WAPC_LIMIT', () => limited.call('fd_write', 1, iovecs([0, 2 * PAGE], [0, 1]), 8));
      equal(
        out.map((chunk) => chunk.length),
        [2 * PAGE, 2 * PAGE],
      );
      limited.host.close();
    },
  ];

  yield [
    'chunks of output over limits.payload, in-thread and in workers: WAPC_LIMIT names both lengths',
    async () => {
      for (const workers of hasWorkers ? [false, true] : [false]) {
        const chunks = [];
        const write = (chunk) => chunks.push(chunk.length);
        const pool = await WapcPool.create(await guest('wat/wasi'), {
          size: 1,
          workers,
          stdout: write,
          stderr: write,
          // All of its memory is the response.
          limits: { payload: PAGE },
        });
        const call = (name, ...args) => pool.invoke('x', payloadOf(name, args));
        await call('fd_write', 2, iovecs([0, PAGE]), 8);
        await call('fd_write', 1, iovecs([0, PAGE - 1], [0, 1], [0, 0]), 8);
        for (const [fd, buffers, length] of [
          [
            1,
            [
              [0, PAGE],
              [0, 1],
            ],
            PAGE + 1,
          ],
          [
            2,
            [
              [0, PAGE],
              [0, PAGE],
              [0, PAGE],
            ],
            3 * PAGE,
          ],
        ]) {
          const error = await fails('WAPC_LIMIT', () => call('fd_write', fd, iovecs(...buffers), 8));
          for (const part of ['fd_write', `${length}`, `${PAGE}`]) {
            equal(error.message.includes(part), true, error.message);
          }
          await call('fd_write', 1, iovecs([0, 1]), 8);
        }
        equal(chunks, [PAGE, PAGE, 1, 1]);
        await pool.close();
      }
    },
  ];

  const { process } = globalThis;
  for (const [where, object, names, out] of [
    ['line by line to the console', console, ['log', 'error'], ['one', 'twö', '', 'rest']],
    ...(process === undefined ? [] : [['to the process', process, ['stdout', 'stderr'], ['one\ntw', 'ö\n\nrest']]]),
  ]) {
    yield [
      `output that nobody takes goes ${where}`,
      async () => {
        const told = [];
        const tell = (name, chunk) => void told.push([name, typeof chunk === 'string' ? chunk : string(chunk)]);
        const its = names.map((name) => [
          object,
          name,
          object === console ? (line) => tell(name, line) : { write: (chunk) => tell(name, chunk) },
        ]);
        // The console is used where the process has no streams.
        const hidden =
          object === console && process ? ['stdout', 'stderr'].map((name) => [process, name, undefined]) : [];
        const replaced = [...hidden, ...its].map(([object, name, value]) => {
          const descriptor = Object.getOwnPropertyDescriptor(object, name);
          Object.defineProperty(object, name, { value, configurable: true, writable: true });
          return [object, name, descriptor];
        });
        try {
          const it = await probe({ stdout: undefined, stderr: undefined });
          const write = (fd, text) =>
            it.call('fd_write', fd, at(new Uint8Array([...words(PAYLOAD + 28, text.length), ...text]), 1), 8);
          await write(1, bytes('one\ntw'));
          await write(2, bytes('e'));
          await write(1, bytes('ö\n\nrest'));
          if (object === console) {
            // A character in two pieces, and a line without an end when the guest ends.
            await write(2, bytes('ü').slice(0, 1));
            await write(2, bytes('ü\nlast').slice(1));
          }
          it.host.close();
        } finally {
          for (const [object, name, descriptor] of replaced) Object.defineProperty(object, name, descriptor);
        }
        const of = (wanted) => told.filter(([name]) => name === wanted).map(([, text]) => text);
        equal(names.map(of), [out, object === console ? ['eü', 'last'] : ['e']]);
      },
    ];
  }

  yield [
    'a line that never ends comes to the console in pieces',
    async () => {
      const pieces = [];
      const { log } = console;
      const { process } = globalThis;
      const hidden = Object.getOwnPropertyDescriptor(globalThis, 'process');
      if (process !== undefined) Object.defineProperty(globalThis, 'process', { value: undefined, configurable: true });
      console.log = (piece) => pieces.push(piece.length);
      try {
        const it = await probe({ stdout: undefined, stderr: undefined });
        for (let i = 0; i < 20; i++) await it.call('fd_write', 1, iovecs([PAGE / 2, 10_000]), 8);
        it.host.close();
      } finally {
        console.log = log;
        if (process !== undefined) Object.defineProperty(globalThis, 'process', hidden);
      }
      equal(pieces, [70_000, 70_000, 60_000]);
    },
  ];

  yield [
    'a console that throws at the last line of a guest that has ended: all of the guest is gone',
    async () => {
      const { log } = console;
      // The console is used where the process has no streams.
      const descriptor = process && Object.getOwnPropertyDescriptor(process, 'stdout');
      let throws = 0;
      try {
        if (process) Object.defineProperty(process, 'stdout', { value: undefined, configurable: true });
        console.log = () => {
          throws++;
          throw new Error('planned');
        };
        const it = await probe({ stdout: undefined });
        equal(await it.call('fd_write', 1, iovecs([512, 1]), 8), 0);
        it.host.close();
        equal([it.host.closed, it.host.memorySize], [true, 0]);
        await fails('WAPC_CLOSED', () => it.host.invoke('x'));
      } finally {
        console.log = log;
        if (process) Object.defineProperty(process, 'stdout', descriptor);
      }
      equal(throws, 1);
    },
  ];

  yield [
    "a compiled module's output and `wasi`, and others that are laid over them",
    async () => {
      const chunks = [];
      const writer = (whose) => (chunk) => chunks.push([whose, string(chunk)]);
      const wasi = { args: ['of', 'the', 'module'], env: { A: '1' } };
      const module = await WapcModule.compile(await guest('wat/wasi'), { stdout: writer('module'), wasi });
      for (const [options, whose, counts] of [
        [undefined, 'module', [3, 1]],
        [{ stdout: writer('own') }, 'own', [3, 1]],
        // Each part of it alone.
        [{ wasi: { args: ['own'] } }, 'module', [1, 1]],
        [{ wasi: { env: {} } }, 'module', [3, 0]],
      ]) {
        const host = await module.instantiate(options);
        await host.invoke('x', payloadOf('fd_write', [1, iovecs([512, 1]), 8]));
        equal(chunks.splice(0), [[whose, 'x']]);
        const sizes = [];
        for (const name of ['args_sizes_get', 'environ_sizes_get']) {
          const memory = await host.invoke('x', payloadOf(name, [4096, 4100]));
          sizes.push(new DataView(memory.buffer).getUint32(4096, true));
        }
        equal(sizes, counts);
        host.close();
      }
      module.close();
    },
  ];

  yield [
    'a stream whose right to be written to was given up takes nothing',
    async () => {
      const chunks = [];
      const it = await probe({ stdout: (chunk) => chunks.push(chunk) });
      equal(await it.call('fd_fdstat_set_rights', 1, 0n, 0n), 0);
      equal(await it.call('fd_write', 1, iovecs([0, 1]), 8), 8);
      equal(chunks, []);
      it.host.close();
    },
  ];

  yield [
    'a chunk that the engine has no memory for stops the guest, which the error says',
    async () => {
      const it = await probe();
      const isRefused = (of) => of.length === 5000;
      await refusing(isRefused, async () => {
        const error = await fails('WAPC_TRAP', () => it.call('fd_write', 1, iovecs([0, 5000]), 8));
        equal([error.cause instanceof RangeError, error.message.includes('`stdout`')], [true, true], error.message);
      });
      it.host.close();
    },
  ];

  yield [
    'a writer that throws stops the guest, and is its cause',
    async () => {
      for (const workers of hasWorkers ? [false, true] : [false]) {
        let thrown;
        const write = () => {
          throw thrown;
        };
        const options = { size: 1, workers, stdout: write, stderr: write };
        const pool = await WapcPool.create(await guest('wat/wasi'), options);
        for (const [stream, name] of [
          [1, '`stdout`'],
          [2, '`stderr`'],
        ]) {
          const payload = payloadOf('fd_write', [stream, iovecs([0, 1]), 8]);
          for (thrown of [new Error('disk full'), null, undefined]) {
            const { cause, message } = await fails('WAPC_TRAP', () => pool.invoke('x', payload));
            equal([cause === thrown, message.includes(name)], [true, true], message);
            equal((await pool.invoke('x', payloadOf('sched_yield', []))).length, PAGE);
          }
        }
        await pool.close();
      }
    },
  ];

  yield [
    'a writer may run other guests, and may close the one that writes',
    async () => {
      const chunks = [];
      const other = await probe({ stdout: (chunk) => chunks.push(['other', chunk.length]) });
      const payload = (length) => payloadOf('fd_write', [1, iovecs([4096, length]), 8]);
      const it = await probe({
        stdout(chunk) {
          chunks.push(['it', chunk.length]);
          other.host.invokeSync('x', payload(chunk.length + 1));
          if (chunk.length === 9) it.host.close();
        },
      });
      await it.host.invoke('x', payload(3));
      await fails('WAPC_CLOSED', () => it.host.invoke('x', payload(9)));
      equal(chunks, [
        ['it', 3],
        ['other', 4],
        ['it', 9],
        ['other', 10],
      ]);
      other.host.close();
    },
  ];
}
