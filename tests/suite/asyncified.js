/**
 * Guests that `wasm-opt --asyncify` has prepared to suspend themselves, in engines that cannot suspend them: the tests of
 * suspended guests, with such guests. Engines with JSPI suspend them like all others.
 */

import { ASYNCIFIED } from '../../testdata/asyncified.js';
import { equal, fails, inTime, string, words, wordsOf } from './assert.js';
import { asynchronous } from './async.js';
import { chains } from './chains.js';
import { renewing } from './renewing.js';
import { closing } from './closing.js';
import { deadlines } from './deadlines.js';
import { into } from './into.js';
import { lifecycle } from './lifecycle.js';
import { observing } from './observing.js';
import { replacing } from './replacing.js';
import { scopes } from './scopes.js';
import { stack } from './stack/index.js';
import { stacks } from './stacks.js';
import { languages } from './wasi/languages.js';
import { waiting } from './wasi/waiting.js';
import { patient } from './ways.js';

const LANGUAGES = {
  Rust: 'hello',
  'Rust with WASI': 'rust/wasi',
  AssemblyScript: 'assemblyscript/hello',
  Zig: 'zig/hello',
  'Zig with WASI': 'zig/wasi',
  C: 'c/hello',
};

const call = words(512, 1, 512, 1, 512, 1, 512, 1);
/** A promise that settles in another task. */
const soon = (value) => new Promise((resolve) => setTimeout(resolve, 0, value));

export function* asyncified(environment) {
  const { WapcHost, WapcModule, WapcPool, canSuspend, hasWorkers } = environment;
  const guest = (name) => environment.guest(ASYNCIFIED.includes(name) ? `asyncify/${name}` : name);

  for (const [language, name] of Object.entries(LANGUAGES)) {
    yield [
      `${language}: a host that answers at once, later and with an error`,
      async () => {
        const failure = new Error('the host says no: ü');
        for (const options of [{}, { async: true }]) {
          const hostCall = (binding, namespace, operation, payload) =>
            ({ fail: () => Promise.reject(failure), now: () => payload })[string(payload)]?.() ?? soon(payload);
          const host = await WapcHost.instantiate(await guest(name), { ...options, hostCall, logger() {} });
          for (const text of ['waPC!', 'now', 'x'.repeat(100_000), '', 'wörld 🌍']) {
            equal(string(await host.invoke('hello', text)), `Hello, ${text}`);
            equal(string(await host.invoke('echo', text)), text);
          }
          equal((await fails('WAPC_GUEST', () => host.invoke('echo', 'fail'))).cause, failure);
          await fails('WAPC_GUEST', () => host.invoke('nope'));
          equal(string(host.invokeSync('hello', 'now')), 'Hello, now');
          await fails('WAPC_ASYNC', () => host.invokeSync('hello', 'later'));
          equal(string(await host.invoke('hello', 'again')), 'Hello, again');
          host.close();
        }
      },
    ];
  }

  yield [
    'async functions: on this thread, where no worker is needed',
    async () => {
      const host = await WapcHost.instantiate(await guest('wat/probe'), { hostCall: async () => 'late' });
      equal(wordsOf(await host.invoke('h', call)), [1, 4, 0]);
      equal(wordsOf(host.invokeSync('c'))[0], 2);
      host.close();
    },
  ];

  yield [
    'memory is what it would be if the host had answered at once',
    async () => {
      for (const answer of ['h', 'a longer answer']) {
        const seen = [];
        for (const hostCall of [() => answer, () => soon(answer)]) {
          const host = await WapcHost.instantiate(await guest('wat/probe'), { hostCall });
          const request = words(512, 1, 512, 1, 512, 1, 512, 1, 4096);
          await host.invoke('r', request);
          await host.invoke('g', request);
          seen.push(await host.invoke('q', words(512, 1024)));
          host.close();
        }
        equal(seen[1].length, 131072);
        equal(seen[0], seen[1]);
      }
    },
  ];

  yield [
    'guests that suspend at once keep what is theirs',
    async () => {
      const { hostCall, calls } = patient();
      const module = await WapcModule.compile(await guest('bench'), { hostCall });
      const hosts = await Promise.all(Array.from({ length: 20 }, () => module.instantiate()));
      const answers = hosts.map((host, index) => host.invoke('call', `${index}`));
      // The last one goes on first.
      for (const [index, { resolve }] of [...calls.entries()].reverse()) resolve(`answer ${index}`);
      equal(
        (await Promise.all(answers)).map(string),
        hosts.map((_, index) => `answer ${index}`),
      );
      for (const host of hosts) host.close();
      module.close();
    },
  ];

  yield [
    'calls that are deep on the stack; too deep a one is WAPC_TRAP',
    async () => {
      const host = await WapcHost.instantiate(await guest('wat/deep'), { hostCall: () => soon() });
      for (const depth of [0, 1, 1000]) equal(wordsOf(await host.invoke('x', words(depth)))[0], depth);
      if (!canSuspend) await fails('WAPC_TRAP', () => host.invoke('x', words(8000)));
      equal(wordsOf(await host.invoke('x', words(1000)))[0], 1000);
      host.close();
    },
  ];

  if (canSuspend) return;

  yield [
    'limits.fuel is for an invocation, however often it is suspended; limits.timeout too, with limits.interrupt',
    async () => {
      const hostCall = (binding, namespace, operation, payload) => soon(payload);
      // Its start takes 69,000; 100 host calls 280,000, and 481,000 with unwinding and rewinding.
      const limits = { fuel: 350_000 };
      const host = await WapcHost.instantiate(await guest('bench'), { hostCall, limits });
      for (let turn = 0; turn < 3; turn++) {
        equal(string(await host.invoke('call', 'x')), 'x');
        await fails('WAPC_LIMIT', () => host.invoke('calls', 'x'));
      }
      host.close();
      const atOnce = await WapcHost.instantiate(await guest('bench'), { hostCall: () => 'x', limits });
      await atOnce.invoke('calls', 'x');
      atOnce.close();
      const timed = await WapcHost.instantiate(await guest('wat/probe'), {
        hostCall,
        limits: { interrupt: true, timeout: 250 },
      });
      equal(wordsOf(await inTime(() => timed.invoke('h', call)))[0], 1);
      await fails('WAPC_TIMEOUT', () => timed.invoke('L'));
      equal(wordsOf(await inTime(() => timed.invoke('h', call)))[0], 1);
      timed.close();
    },
  ];

  yield* lying(environment);

  yield [
    'what needs all five exports: a guest that lacks one is no such guest',
    async () => {
      const bytes = await guest('wat/probe');
      const name = new TextEncoder().encode('asyncify_get_state');
      const at = bytes.findIndex((_, index) => name.every((byte, i) => bytes[index + i] === byte));
      bytes[at] = 'A'.charCodeAt(0);
      const hostCall = () => soon();
      const host = await WapcHost.instantiate(bytes, { hostCall });
      await fails('WAPC_ASYNC', () => host.invoke('h', call));
      host.close();
      if (!hasWorkers) await fails('WAPC_UNSUPPORTED', () => WapcHost.instantiate(bytes, { async: true, hostCall }));
    },
  ];

  yield [
    'replace by a guest that cannot suspend itself: WAPC_UNSUPPORTED, and the guest that was there stays in place',
    async () => {
      const host = await WapcHost.instantiate(await guest('wat/probe'), { hostCall: async () => 'late' });
      await fails('WAPC_UNSUPPORTED', async () => host.replace(await environment.guest('wat/probe')));
      equal(wordsOf(await host.invoke('h', call)), [1, 4, 0]);
      await host.replace(await guest('wat/version'));
      equal(string(await host.invoke('v')), 'version0');
      host.close();
    },
  ];

  yield [
    'in workers: also where no memory is shared with them',
    async () => {
      const { hostCall, calls, called } = patient();
      const options = { size: 1, workers: true, logger() {} };
      const pool = await WapcPool.create(await guest('hello'), { ...options, hostCall });
      for (const number of [0, 1]) {
        const answer = pool.invoke('hello', 'waPC!');
        const { payload, resolve } = await called(number);
        resolve(payload);
        equal(string(await answer), 'Hello, waPC!');
      }
      do await fails('WAPC_TIMEOUT', () => pool.invoke('echo', 'x', { timeout: 250 }));
      while (calls.length === 2);
      equal(calls[2].context.signal.aborted, true);
      const hostCallAtOnce = (binding, namespace, operation, payload) => payload;
      await pool.close();
      const another = await WapcPool.create(await guest('hello'), { ...options, hostCall: hostCallAtOnce });
      equal(string(await another.invoke('hello', 'again')), 'Hello, again');
      await another.close();
      if (hasWorkers) return;
      const plain = await environment.guest('hello');
      await fails('WAPC_UNSUPPORTED', () => WapcPool.create(plain, { ...options, hostCall: hostCallAtOnce }));
    },
  ];

  const like = { ...environment, guest, canSuspend: true, hasWorkers: false };
  for (const part of [
    asynchronous,
    deadlines,
    into,
    scopes,
    chains,
    renewing,
    stacks,
    stack,
    lifecycle,
    observing,
    closing,
    languages,
    waiting,
    replacing,
  ]) {
    for (const [name, run] of part(like)) yield [`${part.name}: ${name}`, run];
  }
}

/** What guests may do with functions that the host calls to suspend them. */
function* lying({ WapcHost, guest, counts }) {
  for (const [letter, what] of Object.entries({
    g: 'start_unwind does nothing, and the guest responds',
    G: 'the same, and get_state claims to unwind',
    s: 'get_state tells another state',
    S: 'it unwinds and stores nothing',
    a: 'it calls the import again while it unwinds',
    c: 'it catches what that throws, and responds',
    O: 'it stores one byte too many',
    o: 'it claims to have stored all of memory',
    b: 'it claims to have stored less than nothing',
    f: 'it stores more than memory has room for',
    r: 'it returns before it is back in the import',
    t: 'start_unwind traps',
    T: 'stop_unwind traps',
    u: 'start_rewind traps',
    U: 'stop_rewind traps',
    i: 'start_unwind calls the import',
    I: 'stop_unwind calls the import',
    j: 'start_rewind calls the import',
    J: 'stop_rewind calls the import',
    k: 'get_state calls the import',
  })) {
    yield [
      `${what}: WAPC_TRAP, and the next invocation runs on a fresh instance`,
      async () => {
        const before = counts();
        const host = await WapcHost.instantiate(await guest('wat/asyncify-lies'), { hostCall: () => soon('abc') });
        for (let turn = 0; turn < 2; turn++) {
          equal(wordsOf(await host.invoke('.')), [1, 3]);
          const error = await fails('WAPC_TRAP', () => host.invoke(letter));
          equal(error.cause instanceof WebAssembly.RuntimeError, true, error.message);
        }
        equal(wordsOf(await host.invoke('.')), [1, 3]);
        host.close();
        equal(counts(), before);
      },
    ];
  }

  yield [
    'it stores as much as fits, or grows while it unwinds: that is no lie',
    async () => {
      const host = await WapcHost.instantiate(await guest('wat/asyncify-lies'), { hostCall: () => soon('abc') });
      for (const letter of ['e', 'm', 'e']) equal(wordsOf(await host.invoke(letter)), [1, 3]);
      host.close();
    },
  ];

  for (const [letter, what] of [
    ['l', 'unwinds'],
    ['R', 'rewinds'],
  ]) {
    yield [
      `it logs while it ${what}, and the logger lets another guest suspend itself: neither sees the other's memory`,
      async () => {
        const lies = await guest('wat/asyncify-lies');
        const other = await WapcHost.instantiate(await guest('asyncify/bench'), { hostCall: () => soon('its own') });
        const others = [];
        const logger = () => others.push(other.invoke('call', 'x'));
        const host = await WapcHost.instantiate(lies, { hostCall: () => soon('abc'), logger });
        await fails('WAPC_TRAP', () => host.invoke(letter));
        equal(wordsOf(await host.invoke('.')), [1, 3]);
        equal(others.length, 1);
        equal(string(await others[0]), 'its own');
        for (const made of [host, other]) made.close();
      },
    ];
  }

  yield [
    'exports of other signatures: WAPC_TRAP where the host answers later',
    async () => {
      let answer = 'now';
      const host = await WapcHost.instantiate(await guest('wat/asyncify-signatures'), { hostCall: () => answer });
      equal(wordsOf(await host.invoke('x')), [1]);
      answer = soon();
      await fails('WAPC_TRAP', () => host.invoke('x'));
      answer = 'now';
      equal(wordsOf(await host.invoke('x')), [1]);
      host.close();
    },
  ];

  yield [
    'a callback that never answers leaves no timer, and no guest counted, when the guest lies',
    async () => {
      const before = counts();
      const { hostCall, calls } = patient();
      const host = await WapcHost.instantiate(await guest('wat/asyncify-lies'), {
        hostCall,
        limits: { suspensions: 1 },
      });
      await fails('WAPC_TRAP', () => host.invoke('g'));
      const next = host.invoke('.');
      calls[0].resolve('too late');
      while (calls.length < 2) await soon();
      calls[1].resolve('abcd');
      equal(wordsOf(await next), [1, 4]);
      host.close();
      equal(counts(), before);
    },
  ];
}
