/** The last lines that a guest said, in the message of its trap. */

import { equal, fails } from './assert.js';
import { ways } from './ways.js';

/** The lines at the end of a message. */
const saidIn = ({ message }) => message.split('\n').slice(1);

/** A record of 8 bytes; on standard error it has to end its line itself. */
const record = (name, ends) => (ends ? `${name.padEnd(7)}\n` : name.padEnd(8));

export function* lastWords(environment) {
  const { WapcHost, guest } = environment;
  const quiet = { logger() {}, stderr() {} };
  const atOnce = ['a host at once', (source, options) => WapcHost.instantiate(source, { ...options, async: false })];

  for (const [name, make] of [atOnce, ...ways(environment)]) {
    for (const [where, ends] of [
      ['l', false],
      ['e', true],
    ]) {
      yield [
        `${name}: ${ends ? 'standard error' : 'log lines'}`,
        async () => {
          const host = await make(await guest('wat/last-words'), quiet);
          const all = ['one', 'two', 'three', 'four', 'five'].map((line) => record(line, ends));
          const shown = all.map((line) => (ends ? line.slice(0, -1) : line));
          // Of an invocation that succeeds nothing is told later.
          await host.invoke(`${where}-`, record('before', ends));
          for (const ending of ['t', 'x']) {
            for (const count of [0, 1, 4, 5]) {
              const error = await fails('WAPC_TRAP', () => host.invoke(where + ending, all.slice(0, count).join('')));
              const expected = shown.slice(Math.max(0, count - 4), count);
              const last = expected.pop()?.trimEnd();
              equal(saidIn(error), last === undefined ? [] : [...expected, last]);
            }
          }
          host.close();
        },
      ];
    }

    yield [
      `${name}: at most 1 KiB, in one line or many writes`,
      async () => {
        const host = await make(await guest('wat/last-words'), quiet);
        for (const [count, kept] of [
          [127, 127],
          [128, 128],
          [129, 128],
          [1000, 128],
        ]) {
          const error = await fails('WAPC_TRAP', () => host.invoke('et', '12345678'.repeat(count)));
          equal(saidIn(error), ['12345678'.repeat(kept)]);
        }
        // Bytes that are no UTF-8.
        const error = await fails('WAPC_TRAP', () => host.invoke('et', new Uint8Array(8).fill(0xff)));
        equal(saidIn(error), ['\ufffd'.repeat(8)]);
        host.close();
      },
    ];

    yield [
      `${name}: of a start`,
      async () => {
        const source = await guest('wat/last-words');
        const error = await fails('WAPC_INIT', () => make(source, { ...quiet, wasi: { args: ['a'] } }));
        equal(saidIn(error), ['starting']);
      },
    ];

    yield [
      `${name}: writers and loggers that throw end the guest`,
      async () => {
        const planned = new Error('planned');
        const last = record('last', true);
        const throws = (said) => {
          const text = typeof said === 'string' ? said : new TextDecoder().decode(said);
          if (text.trim() === 'last' || text === 'starting') throw planned;
        };
        const source = await guest('wat/last-words');
        const options = { logger: throws, stderr: throws };
        const host = await make(source, options);
        for (const [operation, before, shown] of [
          ['l-', '', ['last']],
          ['e-', '', ['last']],
          ['l-', 'one     two     ', ['one     ', 'two     ', 'last']],
          ['e-', 'one    \ntwo    \n', ['one    ', 'two    ', 'last']],
          // Of an invocation before nothing is told.
          ['et', '', ['last']],
        ]) {
          await host.invoke('l-', 'before  ');
          const error = await fails('WAPC_TRAP', () => host.invoke(operation, `${before}${last}another `));
          equal([error.cause === planned, saidIn(error)], [true, shown]);
        }
        host.close();
        const error = await fails('WAPC_INIT', () => make(source, { ...options, wasi: { args: ['a'] } }));
        equal(saidIn(error), ['starting']);
      },
    ];
  }
}
