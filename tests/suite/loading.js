/** Sources of guests. */

import { bytes, equal, fails, string } from './assert.js';

const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
const digest = async (algorithm, data) => base64(await crypto.subtle.digest(algorithm, data));

/** Sources of the same bytes, each with a function that changes them. */
function changeable(array) {
  const boom = () => {
    throw new Error('planned');
  };
  class Own extends Uint8Array {
    slice() {
      return this;
    }
  }
  class Odd extends Uint8Array {
    get buffer() {
      return boom();
    }
    get byteLength() {
      return boom();
    }
    get length() {
      return boom();
    }
    slice() {
      return boom();
    }
    subarray() {
      return boom();
    }
  }
  const plain = Uint8Array.prototype.fill;
  const changing = (bytes) => [bytes, () => plain.call(bytes, 0)];
  const made = [
    () => changing(new Own(array)),
    () => changing(new Odd(array)),
    () => changing(Object.defineProperty(new Uint8Array(array), 'slice', { value: () => array })),
    () => {
      const { buffer } = new Uint8Array(array);
      return [buffer, () => new Uint8Array(buffer).fill(0)];
    },
    () => {
      const response = new Response('', { headers: { 'content-type': 'application/wasm' } });
      const bytes = new Uint8Array(array);
      response.arrayBuffer = async () => bytes.buffer;
      return [response, () => bytes.fill(0)];
    },
  ];
  if (typeof SharedArrayBuffer === 'function') {
    made.push(() => {
      const bytes = new Uint8Array(new SharedArrayBuffer(array.length));
      bytes.set(array);
      return changing(bytes);
    });
  }
  return made;
}

export function* loading({ WapcHost, WapcModule, WapcPool, guest, url, hasWorkers, canSuspend }) {
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
    'a URL, as a string and as an object',
    async () => {
      for (const source of [url('wat/probe'), new URL(url('wat/probe'))]) {
        const host = await WapcHost.instantiate(source, { async: false });
        await host.invoke('c');
        host.close();
      }
    },
  ];

  yield [
    'a compiled module: options are laid over those that it was compiled with',
    async () => {
      const lines = [];
      const logger = (whose) => (line) => lines.push(`${whose}: ${line}`);
      const hostCall = (binding, namespace, operation, payload) => payload;
      const module = await WapcModule.compile(await guest('hello'), { hostCall, logger: logger('module') });
      for (const make of [
        (options) => module.instantiate(options),
        (options) => WapcHost.instantiate(module, options),
      ]) {
        for (const options of [undefined, {}, { logger: logger('own') }]) {
          const host = await make(options);
          equal(string(await host.invoke('hello', 'x')), 'Hello, x');
          host.close();
        }
        const lined = ['module', 'module', 'own'].map((whose) => `${whose}: logging something`);
        equal(lines.splice(0), lined);
        await fails('WAPC_ARGUMENT', () => make({ logger: 5 }));
      }
      module.close();
    },
  ];

  yield [
    'sources that cannot be loaded',
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
    'bytes that are not WebAssembly',
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
        // Those of a response that was compiled while streaming are not known.
        const mayStream = source instanceof Response && told.endsWith('wasm');
        if (!mayStream) equal(error.message.includes('begins with'), told !== '');
      }
      const page = await fails('WAPC_LOAD', () => WapcModule.compile(wasm('<html>', 'text/html')));
      equal(page.message.includes('status 200, text/html') && page.message.includes('3c 68'), true, page.message);
      const text = '\ufeff\n <!doctype html>';
      await fails('WAPC_LOAD', () => WapcModule.compile(wasm(text, 'text/html')));
    },
  ];

  yield [
    'files of other kinds, which are named',
    async () => {
      for (const [source, told] of [
        [bytes('<!DOCTYPE html>'), 'HTML'],
        [new Uint8Array([0x1f, 0x8b, 8, 0]), 'gzip'],
        [new Uint8Array([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]), 'component'],
        [bytes('(module)'), 'text'],
        [bytes(';; a module\n(module)'), 'text'],
      ]) {
        const error = await fails('WAPC_NOT_A_GUEST', () => WapcModule.compile(source));
        equal(error.message.includes(told), true, error.message);
        equal(error.cause instanceof WebAssembly.CompileError, true);
        const named = await fails('WAPC_NOT_A_GUEST', () => WapcModule.compile(source, { name: 'mine' }));
        equal(named.message, `mine${error.message.slice('the bytes'.length)}`);
      }
    },
  ];

  yield [
    'a URL that has no guest: errors show its first bytes, also where it was compiled while streaming',
    async () => {
      const address = (type, text) => `data:${type},${encodeURIComponent(text)}`;
      for (const type of ['application/wasm', 'application/octet-stream']) {
        const broken = await fails('WAPC_COMPILE', () => WapcModule.compile(address(type, 'hello')));
        equal(broken.message.includes('68 65 6c 6c 6f'), true, broken.message);
        const text = await fails('WAPC_NOT_A_GUEST', () => WapcModule.compile(address(type, '(module)')));
        equal(text.message.includes('28 6d 6f 64'), true, text.message);
      }
    },
  ];

  yield [
    'a guest in a data URL has no name',
    async () => {
      const source = await guest('wat/small');
      const address = `data:application/wasm;base64,${btoa(String.fromCharCode(...new Uint8Array(source)))}`;
      const module = await WapcModule.compile(address);
      equal(module.name, undefined);
      module.close();
    },
  ];

  yield [
    'modules of other kinds, which are named',
    async () => {
      for (const [name, told] of [
        ['extism', 'Extism'],
        ['opa', 'OPA'],
        ['command', 'WASI command'],
        ['component-core', 'component'],
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
        // Checked before compiling, so the error is not that these bytes are no WebAssembly.
        await fails('WAPC_INTEGRITY', () => WapcModule.compile(bytes('no wasm'), { integrity }));
      }
      await fails('WAPC_ARGUMENT', async () =>
        WapcModule.compile(await WebAssembly.compile(array), { integrity: sha256 }),
      );
    },
  ];

  yield [
    'bytes that are changed once their digest is taken, or say something else of themselves: those that were checked',
    async () => {
      const array = await guest('wat/probe');
      const integrity = `sha256-${await digest('SHA-256', array)}`;
      for (const make of changeable(array)) {
        const [source, change] = make();
        const { subtle } = crypto;
        const take = subtle.digest;
        let changes = 0;
        subtle.digest = (...args) => {
          const taken = Reflect.apply(take, subtle, args);
          change();
          changes++;
          return taken;
        };
        try {
          const host = await WapcHost.instantiate(source, { integrity, limits: { memory: 1 << 24 }, async: false });
          await host.invoke('c');
          host.close();
        } finally {
          delete subtle.digest;
        }
        equal(changes, 1);
      }
    },
  ];

  yield [
    'bytes that are detached',
    async () => {
      for (const Own of [Uint8Array, DataView]) {
        const view = new Own((await guest('wat/probe')).slice().buffer);
        structuredClone(view, { transfer: [view.buffer] });
        await fails('WAPC_ARGUMENT', () => WapcModule.compile(view));
      }
    },
  ];

  /** Digests of a guest, and one of another file. */
  const digests = async () => {
    const array = await guest('wat/probe');
    const [sha256, sha512, other] = await Promise.all([
      digest('SHA-256', array),
      digest('SHA-512', array),
      digest('SHA-256', bytes('other')),
    ]);
    return { array, sha256: `sha256-${sha256}`, sha512: `sha512-${sha512}`, other: `sha256-${other}` };
  };

  yield [
    'integrity of a module: what its bytes were checked against when it was compiled, and nothing else',
    async () => {
      const { array, sha256, sha512, other } = await digests();
      for (const [compiled, given, isSame] of [
        [sha256, undefined, true],
        [sha256, sha256, true],
        [sha256, `${other} ${sha256}`, true],
        [`${other} ${sha256}`, `${sha256}?opt`, true],
        [`${sha512} ${sha256}`, sha512, true],
        [undefined, undefined, true],
        [undefined, sha256, false],
        [sha256, other, false],
        [sha256, sha512, false],
        [`${other} ${sha256}`, other, false],
        [`${sha512} ${sha256}`, sha256, false],
        [sha256, `${sha256} ${sha512}`, false],
      ]) {
        const module = await WapcModule.compile(array, { integrity: compiled });
        const host = await WapcHost.instantiate(array, { async: false });
        const options = { integrity: given, async: false };
        for (const make of [
          () => module.instantiate(options),
          () => WapcHost.instantiate(module, options),
          () => WapcPool.create(module, { size: 1, ...options }),
          ...(hasWorkers ? [() => WapcPool.create(module, { size: 1, workers: true, ...options })] : []),
          () => host.replace(module, { integrity: given }),
        ]) {
          if (isSame) await (await make())?.close();
          else await fails('WAPC_ARGUMENT', make);
        }
        host.close();
        module.close();
      }
      // Accepted: bytes that are compiled and verified in one step.
      await (await WapcPool.create(array, { size: 1, integrity: sha256, async: false })).close();
      const module = await WebAssembly.compile(array);
      await fails('WAPC_ARGUMENT', () => WapcHost.instantiate(module, { integrity: sha256 }));
      await fails('WAPC_ARGUMENT', () => WapcPool.create(module, { integrity: sha256 }));
    },
  ];

  yield [
    'integrity of what takes over: demanded where the host was made with it',
    async () => {
      const { array, sha256, sha512, other } = await digests();
      const checked = await WapcModule.compile(array, { integrity: sha512 });
      const unchecked = await WapcModule.compile(array);
      const replacements = async (host, rows) => {
        for (const [source, options, code] of rows) {
          if (code === undefined) await host.replace(source, options);
          else await fails(code, () => host.replace(source, options));
          await host.invoke('c');
        }
      };
      const always = () => [
        [array, { integrity: sha256 }],
        [wasm(array), { integrity: sha512 }],
        [array, { integrity: null }],
        [unchecked, { integrity: null }],
        [WebAssembly.compile(array), { integrity: null }],
        [checked, undefined],
        [checked, { integrity: sha512 }],
        [array, { integrity: other }, 'WAPC_INTEGRITY'],
        [checked, { integrity: sha256 }, 'WAPC_ARGUMENT'],
        [unchecked, { integrity: sha256 }, 'WAPC_ARGUMENT'],
        [WebAssembly.compile(array), { integrity: sha256 }, 'WAPC_ARGUMENT'],
        [array, { integrity: 'sha1-aaaa' }, 'WAPC_ARGUMENT'],
        [array, { integrity: 5 }, 'WAPC_ARGUMENT'],
        [array, { integrty: sha256 }, 'WAPC_ARGUMENT'],
        [checked, { integrty: sha256 }, 'WAPC_ARGUMENT'],
        [array, null, 'WAPC_ARGUMENT'],
        [checked, 'sha256', 'WAPC_ARGUMENT'],
      ];
      const unsaid = [
        [array, undefined],
        [array, {}],
        [array, { integrity: undefined }],
        [unchecked, undefined],
        [unchecked, {}],
        [WebAssembly.compile(array), undefined],
      ];
      const refused = unsaid.map((row) => [...row, 'WAPC_ARGUMENT']);
      for (const async of hasWorkers || canSuspend ? [false, true] : [false]) {
        for (const [source, options, rows] of [
          [array, { integrity: sha256 }, refused],
          [checked, { integrity: sha512 }, refused],
          [checked, {}, refused],
          [array, {}, unsaid],
          [unchecked, {}, unsaid],
        ]) {
          const host = await WapcHost.instantiate(source, { ...options, async });
          await replacements(host, [...rows, ...always(), ...rows]);
          host.close();
        }
      }
      for (const module of [checked, unchecked]) module.close();
    },
  ];

  yield [
    'options of replace are read once',
    async () => {
      const { array, sha256 } = await digests();
      const host = await WapcHost.instantiate(array, { integrity: sha256, async: false });
      let reads = 0;
      const options = {
        get integrity() {
          return reads++ === 0 ? sha256 : null;
        },
      };
      await host.replace(array, options);
      equal(reads, 1);
      host.close();
    },
  ];

  yield [
    'onProgress is told the bytes so far in rising order, and a total where the header counts the same bytes',
    async () => {
      const array = await guest('hello');
      for (const [headers, total] of [
        [{ 'content-length': String(array.length) }, array.length],
        [{}, undefined],
        // The header counts the encoded bytes, so there is no total.
        [{ 'content-length': String(array.length), 'content-encoding': 'identity' }, undefined],
      ]) {
        const seen = [];
        const onProgress = (...now) => seen.push(now);
        (await WapcModule.compile(wasm(array, 'application/wasm', { headers }), { onProgress })).close();
        equal(seen.at(-1), [array.length, total]);
        const loaded = seen.map(([now]) => now);
        equal(
          loaded,
          loaded.toSorted((a, b) => a - b),
        );
      }
      const nothing = wasm(null);
      await fails('WAPC_COMPILE', () => WapcModule.compile(nothing, { onProgress() {} }));
    },
  ];

  for (const type of ['application/wasm', 'application/octet-stream']) {
    yield [
      `${type}: what ends a download is the cause of its error, also with progress`,
      async () => {
        const planned = new Error('planned');
        const cut = () => new ReadableStream({ pull: (controller) => controller.error(planned) });
        const seen = [];
        const onProgress = (...now) => seen.push(now);
        const cutOff = await fails('WAPC_LOAD', () => WapcModule.compile(wasm(cut(), type), { onProgress }));
        equal([cutOff.cause === planned, seen], [true, []]);
        let canceled;
        const endless = new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(8)),
          cancel: (reason) => void (canceled = reason),
        });
        const throwing = () => {
          throw planned;
        };
        const threw = await fails('WAPC_LOAD', () => WapcModule.compile(wasm(endless, type), { onProgress: throwing }));
        equal([threw.cause === planned, canceled === planned], [true, true]);
        const used = wasm(await guest('wat/probe'), type);
        await used.arrayBuffer();
        await fails('WAPC_LOAD', () => WapcModule.compile(used, { onProgress }));
      },
    ];
  }

  yield [
    'a response that is not of this platform, such as those of node-fetch: its bytes are compiled once they are there',
    async () => {
      const array = await guest('wat/echo');
      class Theirs {
        [Symbol.toStringTag] = 'Response';
        url = '';
        status = 200;
        ok = true;
        body = {};
        constructor(type) {
          this.headers = new Headers({ 'content-type': type });
        }
        arrayBuffer = async () => new Uint8Array(array).buffer;
      }
      const { Response } = globalThis;
      // Packages put their own in the place of the platform's, and jest with jsdom has none.
      for (const global of [Response, Theirs, undefined]) {
        globalThis.Response = global;
        try {
          for (const type of ['application/wasm', 'application/octet-stream']) {
            for (const onProgress of [undefined, () => {}]) {
              (await WapcModule.compile(new Theirs(type), { onProgress })).close();
            }
          }
        } finally {
          globalThis.Response = Response;
        }
      }
    },
  ];

  yield [
    'a guest that does not compile is not requested again',
    async () => {
      const own = Object.getOwnPropertyDescriptor(globalThis, 'fetch');
      const requests = [];
      const fetch = (address, { cache } = {}) => {
        requests.push(cache);
        return cache === 'only-if-cached' ? Promise.reject(new TypeError('not there')) : new Promise(() => {});
      };
      Object.defineProperty(globalThis, 'fetch', { value: fetch, configurable: true });
      try {
        const response = Object.defineProperty(wasm('hello'), 'url', { value: 'https://wapc-host.example/a.wasm' });
        await fails('WAPC_COMPILE', () => WapcModule.compile(response));
        equal(
          requests.filter((cache) => cache !== 'only-if-cached'),
          [],
        );
      } finally {
        Object.defineProperty(globalThis, 'fetch', own);
      }
    },
  ];

  if (globalThis.document !== undefined) {
    yield [
      'a URL, bytes and signals of another realm are taken as those of this one',
      async () => {
        const frame = document.body.appendChild(document.createElement('iframe'));
        const { AbortController, URL, Uint8Array } = frame.contentWindow;
        const host = await WapcHost.instantiate(new URL(url('wat/echo'), location.href));
        const into = new Uint8Array(8);
        const { signal } = new AbortController();
        equal(string(await host.invoke('e', new Uint8Array([97, 98]), { into, signal })), 'ab');
        equal([...into.subarray(0, 2)], [97, 98]);
        const aborted = new AbortController();
        aborted.abort('early');
        equal(await host.invoke('e', '', { signal: aborted.signal }).catch((reason) => reason), 'early');
        host.close();
        frame.remove();
      },
    ];
  }
}
