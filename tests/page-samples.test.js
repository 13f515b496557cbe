/** The samples that the demo page shows, in Node, and what its sandbox finds out about guests. */

import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, mock, test } from 'node:test';

import { serveFolder } from '../tools/serve.js';
import { assemble, section, vector } from './suite/assembler.js';
import { root } from '../tools/run.js';
import { traced } from '../tools/page/traced.js';
import { brief, textOf } from '../www/app/parts/bytes.js';
import { isShared } from '../www/app/parts/share.js';
import { whenSeen } from '../www/app/parts/seen.js';
import { findOperations } from '../www/app/sandbox/operations.js';
import { Recorder } from '../www/app/sandbox/recorder.js';
import { summaryOf } from '../www/app/sandbox/summary.js';
import { namesIn } from '../www/app/sandbox/names.js';
import callbacks from '../www/samples/callbacks.js';
import { catalogue } from '../www/samples/files.js';
import { greet, load } from '../www/samples/languages.js';
import { invoke, open, start } from '../www/samples/own.js';
import { compute, inWorkers, onThisThread } from '../www/samples/cores.js';
import * as twoWay from '../www/samples/two-way.js';
import * as unharmed from '../www/samples/unharmed.js';

const guest = (name) => readFileSync(join(root, 'testdata', `${name}.wasm`));
const HELLOS = ['hello', 'assemblyscript/hello', 'zig/hello', 'c/hello'];

describe('samples', () => {
  test('two-way.js: a callback that answers at once, and later', async () => {
    const lines = [];
    const bytes = guest(typeof WebAssembly.Suspending === 'function' ? 'hello' : 'asyncify/hello');
    for (const echo of [(name) => name, async (name) => name]) {
      const host = await twoWay.load(bytes, { foo: { echo } }, (line) => lines.push(line));
      equal(await twoWay.greet(host, 'waPC!'), 'Hello, waPC!');
      host.close();
    }
    deepEqual(lines, ['logging something', 'logging something']);
  });

  test('callbacks.js: each defines hostCall, for the namespace and operation of the guest', () => {
    for (const [text] of callbacks) {
      const hostCall = new Function(`${text}; return hostCall;`)();
      equal(typeof hostCall.foo.echo, 'function', text);
    }
  });

  test('unharmed.js: on this thread and in a worker', async () => {
    for (const make of [unharmed.onThisThread, unharmed.inWorker]) {
      const host = await make(guest('page/misbehaving'), 2000, () => {});
      for (const [operation, code] of [
        ['spin', 'WAPC_TIMEOUT'],
        ['recurse', 'WAPC_TRAP'],
        ['fill', 'WAPC_TRAP'],
        ['outside', 'WAPC_TRAP'],
        ['lie', 'WAPC_PROTOCOL'],
      ]) {
        equal((await unharmed.attempt(host, operation)).code, code, operation);
        equal(await unharmed.greetAgain(host), 'Hello, again');
      }
      await (host.destroy ?? host.close).call(host);
    }
  });

  test('cores.js: the same tiles, on this thread and over workers', async () => {
    const payload = new DataView(new ArrayBuffer(32));
    payload.setFloat64(0, -2, true);
    payload.setFloat64(8, -1, true);
    payload.setFloat64(16, 0.125, true);
    payload.setUint32(24, 16, true);
    payload.setUint32(28, 100, true);
    const tiles = Array.from({ length: 5 }, (_, i) => ({ i, payload }));
    const pictures = [];
    for (const [make, atOnce] of [
      [onThisThread, 1],
      [(guest) => inWorkers(guest, 2), 2],
    ]) {
      const host = await make(guest('page/mandelbrot'));
      const drawn = [];
      await compute(host, tiles, atOnce, ({ i }, bytes) => (drawn[i] = [...bytes].join()));
      pictures.push(drawn);
      await (host.destroy ?? host.close).call(host);
    }
    equal(pictures[0].length, 5);
    ok(new Set(pictures[0][0].split(',')).size > 3, pictures[0][0]);
    deepEqual(pictures[0], pictures[1]);
  });

  test('languages.js: each language greets', async () => {
    for (const name of HELLOS) {
      const host = await load(guest(name));
      equal(await greet(host, 'waPC!'), 'Hello, waPC!', name);
      host.close();
    }
  });

  test('files.js: a guest writes what it read', async () => {
    const files = { 'a.txt': 'one two', sub: { 'b.txt': 'three' } };
    const written = await catalogue(guest('page/catalogue'), files);
    equal(written, '   2 words  a.txt\n   1 words  sub/b.txt\n');
  });

  test('own.js: opens, starts and invokes', async () => {
    const module = await open(guest('zig/hello'), 'zig');
    const host = await start(module, { hostCall: (binding, namespace, operation, payload) => payload, logger() {} });
    deepEqual(await invoke(host, 'hello', 'x'), new TextEncoder().encode('Hello, x'));
    host.close();
  });

  test('browser.js, node.mjs and the command line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'wapc-page-'));
    const run = (...args) => spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    symlinkSync(join(root, 'dist/hello.wasm'), join(folder, 'hello.wasm'));
    const sample = JSON.stringify(join(root, 'www/samples/browser.js'));
    const greeting = `const greet = await (await import(${sample})).greeter([]); console.log(await greet('x'));`;
    equal(run('--input-type=module', '--eval', greeting).stdout, 'Hello, x\n');
    equal(run(join(root, 'www/samples/node.mjs')).stdout, 'logging something\nHello, waPC!\n');
    const script = readFileSync(join(root, 'www/samples/command.sh'), 'utf8');
    const lines = script.split('\n').filter((line) => line.startsWith('npx wapc-host '));
    const printed = [/^Hello, waPC!$/m, /order/, /my-guest/];
    lines.forEach((line, i) => {
      const words = line.slice('npx wapc-host '.length).replaceAll("'", '').split(' ');
      const args = words.map((word) => word.replace('node_modules/wapc-host', root));
      const { status, stdout, stderr } = run(join(root, 'bin/wapc-host.js'), ...args);
      equal(status, 0, stderr);
      if (i !== 1) match(stdout, printed[i]);
    });
    equal(lines.length, 3);
    rmSync(folder, { recursive: true });
  });
});

describe('operations that are found', () => {
  for (const [name, operations] of [
    ['hello', ['echo', 'hello', 'nope']],
    ['assemblyscript/hello', ['abort', 'echo', 'hello', 'nope']],
    ['zig/hello', ['echo', 'hello', 'nope']],
    ['c/hello', ['echo', 'exercise', 'exit', 'hello', 'nope']],
    ['page/misbehaving', ['fill', 'hello', 'lie', 'outside', 'recurse', 'spin']],
    ['page/catalogue', ['catalogue']],
    ['wat/edge', []],
  ]) {
    test(name, async () => {
      const bytes = guest(name);
      const found = await findOperations(bytes, await open(bytes, name), Infinity);
      deepEqual(found.operations.sort(), operations);
    });
  }

  test('no more than 40 are looked for, and the instance is closed', async () => {
    let closed = 0;
    const host = {
      invoke: (operation) =>
        operation.startsWith('no-guest') ? Promise.reject(new Error(operation)) : Promise.resolve(new Uint8Array(0)),
      close: () => closed++,
    };
    const found = await findOperations(guest('hello'), { instantiate: async () => host }, Infinity);
    deepEqual([found.operations.length, found.tried, closed], [40, 40, 1]);
  });

  test('names of modules that end early, or lie about their lengths', () => {
    const bytes = guest('zig/hello');
    for (let length = 8; length < bytes.length; length += 97) ok([...namesIn(bytes.subarray(0, length))].length >= 0);
    const lying = Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0, 11, 255, 255, 255, 255, 15, 255, 255, 255, 255, 15]);
    deepEqual([...namesIn(lying)], []);
  });

  for (const [name, segments] of [
    ['no more than the first MiB of data', ['first', '\0'.repeat(1 << 20), 'second']],
    ['no more than 1,000 segments', ['first', ...Array(999).fill(''), 'second']],
  ]) {
    test(`${name} is looked at`, () => {
      const data = vector(segments.map((text) => [1, vector([...Buffer.from(text)])]));
      const bytes = assemble(section(11, [data]));
      const names = new Set(namesIn(bytes));
      deepEqual([names.has('first'), names.has('second')], [true, false]);
    });
  }
});

describe('what is told of a guest', () => {
  const numbered = (length) => Array.from({ length }, (_, i) => ({ module: 'm', name: `n${i}`, version: '1' }));

  test('a summary names all that a usual guest has', async () => {
    const { info } = await open(guest('hello'), 'hello');
    const summary = summaryOf(info);
    deepEqual(
      summary.exports.first,
      info.exports.map(({ name }) => name),
    );
    equal(summary.exports.more + summary.moreModules + summary.producers.more, 0);
    deepEqual(
      summary.imports.flatMap(({ module, first }) => first.map((name) => ({ module, name }))),
      info.imports.map(({ module, name }) => ({ module, name })),
    );
  });

  test('lists end at 100 names, 20 modules and 20 producers, and names at 100 characters', () => {
    const few = summaryOf({ imports: numbered(100), exports: numbered(100), wasi: 'none', producers: numbered(20) });
    deepEqual([few.imports[0].more, few.exports.more, few.producers.more, few.moreModules], [0, 0, 0, 0]);
    const many = [...numbered(200_000), ...numbered(21).map(({ name }) => ({ module: name, name: 'x'.repeat(101) }))];
    const { imports, exports, producers, moreModules } = summaryOf({
      imports: many,
      exports: numbered(101),
      wasi: 'none',
      producers: numbered(21),
    });
    deepEqual([imports.length, moreModules, imports[0].first.length, imports[0].more], [20, 2, 100, 199_900]);
    deepEqual([imports[1].module, imports[1].first], ['n0', [`${'x'.repeat(100)}…`]]);
    deepEqual([exports.first.length, exports.more, producers.first.length, producers.more], [100, 1, 20, 1]);
  });
});

describe('what is told of an invocation', () => {
  test('200 events in full, then counts, then how it ends', async () => {
    for (const [lines, counted] of [
      [199, []],
      [200, [{ invoke: 1, log: 200 }]],
      [5000, [{ invoke: 1, log: 5000 }]],
    ]) {
      const events = [];
      const recorder = new Recorder((event) => events.push(structuredClone(event)));
      await recorder.invocation('hello', 'x', async () => {
        for (let i = 0; i < lines; i++) recorder.write('log', 'a line');
        return new Uint8Array(3);
      });
      const kinds = (kind) => events.filter((event) => event.kind === kind);
      equal(kinds('invoke').length + kinds('log').length, 200);
      const last = kinds('counts').at(-1);
      deepEqual(last === undefined ? [] : [last.counts], counted);
      equal(events.at(-1).kind, 'response');
      equal(events.at(-1).length, 3);
    }
  });

  test('payloads are cut at 64 KiB, and say their length; texts at 4,096 characters', async () => {
    const events = [];
    const recorder = new Recorder((event) => events.push(event));
    const answer = new Uint8Array(65_537).fill(7);
    const error = new Error('m'.repeat(5000));
    const invocation = recorder.invocation('o'.repeat(5000), new Uint8Array(65_536), async () => {
      recorder.write('log', 't'.repeat(5000));
      equal(
        recorder.call(['a', 'b', 'n'.repeat(5000)], 'x'.repeat(70_000), () => answer),
        answer,
      );
      throw error;
    });
    await rejects(invocation, (thrown) => thrown === error);
    const [invoke, log, call, answered, failure] = events;
    deepEqual([invoke.payload.length, invoke.length, invoke.operation.length], [65_536, 65_536, 4096]);
    equal(log.text.length, 4096);
    deepEqual([call.payload.length, call.length, call.names[2].length], [65_536, 70_000, 4096]);
    deepEqual([answered.payload.length, answered.length], [65_536, 65_537]);
    equal(answered.payload.buffer.byteLength, 65_536);
    equal(failure.text.length, 4096);
  });

  test('what is cut ends where a character does', async () => {
    const events = [];
    const recorder = new Recorder((event) => events.push(event));
    await recorder.invocation(`x${'😀'.repeat(3000)}`, '漢'.repeat(30_000), () => `x${'😀'.repeat(20_000)}`);
    const [invoke, response] = events;
    equal(invoke.operation, `x${'😀'.repeat(2047)}`);
    equal(textOf(invoke.payload), '漢'.repeat(21_845));
    equal(textOf(response.payload), `x${'😀'.repeat(16_383)}`);
  });
});

test('bytes are told in one line: short text in quotes, other bytes in hexadecimal', () => {
  for (const [bytes, told] of [
    ['', '""'],
    ['waPC!', '"waPC!"'],
    ['{"a":"b\\n"}', '"{"a":"b\\\\n"}"'],
    ['two\nlines', '"two\\nlines"'],
    ['x'.repeat(41), `"${'x'.repeat(40)}…"`],
    [`${'x'.repeat(39)}😀!`, `"${'x'.repeat(39)}…"`],
  ]) {
    equal(brief(new TextEncoder().encode(bytes)), told);
  }
  equal(brief(new Uint8Array(9).fill(255)), 'ff ff ff ff ff ff ff ff …');
});

test('links that share a guest name one', () => {
  for (const [fragment, shares] of [
    ['', false],
    ['#own', false],
    ['#guest', false],
    ['#guest=', false],
    ['#guest=&operation=hello', false],
    ['#guest=a.wasm', true],
    ['#operation=hello&guest=a.wasm', true],
  ]) {
    equal(isShared(fragment), shares, fragment);
  }
});

test('an element that is only passed does not count as seen; one that stays does, each time it comes', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  let show;
  const observed = new Set();
  globalThis.IntersectionObserver = class {
    constructor(listen) {
      show = (target, isIntersecting) => listen([{ target, isIntersecting }]);
    }
    observe(element) {
      observed.add(element);
    }
    unobserve(element) {
      observed.delete(element);
    }
  };
  try {
    const acted = [];
    const { seen, forget } = whenSeen(['passed', 'stays'], (element) => acted.push(element));
    deepEqual([...observed], ['passed', 'stays']);
    show('passed', true);
    mock.timers.tick(149);
    show('passed', false);
    show('stays', true);
    mock.timers.tick(149);
    show('stays', true);
    deepEqual(acted, []);
    mock.timers.tick(1);
    deepEqual([acted, [...seen.keys()]], [['stays'], ['stays']]);
    show('stays', false);
    show('stays', true);
    mock.timers.tick(150);
    deepEqual(acted, ['stays', 'stays']);
    forget('stays');
    deepEqual([[...observed], seen.size], [['passed'], 0]);
  } finally {
    delete globalThis.IntersectionObserver;
    mock.timers.reset();
  }
});

test('the server of the demo outlives requests that name no file', async () => {
  const { address, stop } = await serveFolder(join(root, 'www'), 0, {});
  const answered = (path) =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(address);
      const asked = get({ hostname, port, path }, (response) => (response.resume(), resolve(response.statusCode)));
      asked.once('error', reject);
    });
  for (const [path, status] of [
    ['/%E0', 400],
    ['/%00', 400],
    ['//', 400],
    ['/..%2f..%2fpackage.json', 404],
    ['/none', 404],
    ['/', 200],
  ]) {
    equal(await answered(path), status, path);
  }
  stop();
});

describe('lines that say that they run', () => {
  test('statements, arrow functions and functions in functions; the code does the same', () => {
    const source = [
      'const add = (a, b) => a + b;',
      'function twice(n) {',
      '  if (n === 0) {',
      '    return 0;',
      '  }',
      '  return add(',
      '    n,',
      '    n,',
      '  );',
      '}',
      'const made = () => ({ n: twice(2) });',
      'globalThis.tracedResult = made().n;',
    ].join('\n');
    const text = traced(source, 'sample', 'ran').replace(/^import .*?;/, '');
    const ran = [];
    new Function('__ran', text)((name, first, last) => ran.push([first, last]));
    equal(globalThis.tracedResult, 4);
    delete globalThis.tracedResult;
    const wanted = [
      [1, 1],
      [11, 11],
      [12, 12],
      [11, 11],
      [3, 5],
      [6, 9],
      [1, 1],
    ];
    deepEqual(ran, wanted);
  });
});
