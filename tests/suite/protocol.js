/** Everything that the protocol specifies or leaves open; ranges at the boundary and one past it. */

import { bytes, equal, fails, string, words, wordsOf } from './assert.js';
import { relay } from './routes.js';

const PAGE = 65536;
const MAX = 0xffffffff;
/** The address at which the probe guest keeps the operation's name, one letter. */
const NAME = 512;

/** The arguments of a host call with these binding, namespace, operation and payload ranges. */
const hostCallWords = (...ranges) => words(...ranges.flat());
const valid = [NAME, 1];

export function* protocol({ WapcHost, guest }) {
  const probe = async (options) =>
    WapcHost.instantiate(await guest('wat/probe'), { async: false, logger() {}, ...options });

  /** Each range that is checked: a function that returns the invocation passing the `len` bytes at `ptr`. */
  const takers = {
    __guest_response: (ptr, len) => ['s', words(ptr, len)],
    __guest_error: (ptr, len) => ['e', words(ptr, len, 0)],
    __console_log: (ptr, len) => ['l', words(ptr, len)],
    'binding of __host_call': (ptr, len) => ['h', hostCallWords([ptr, len], valid, valid, valid)],
    'namespace of __host_call': (ptr, len) => ['h', hostCallWords(valid, [ptr, len], valid, valid)],
    'operation of __host_call': (ptr, len) => ['h', hostCallWords(valid, valid, [ptr, len], valid)],
    'payload of __host_call': (ptr, len) => ['h', hostCallWords(valid, valid, valid, [ptr, len])],
  };
  const outside = [
    [PAGE, 1],
    [PAGE - 1, 2],
    [0, PAGE + 1],
    [MAX, 1],
    [MAX, MAX],
    [1, MAX],
    [0x80000000, 0x80000000],
  ];
  const inside = [
    [PAGE, 0],
    [MAX, 0],
    [PAGE - 1, 0],
  ];

  for (const [what, invocation] of Object.entries(takers)) {
    yield [
      `${what}: a range that leaves memory stops the guest`,
      async () => {
        const host = await probe({ hostCall: () => undefined });
        for (const range of outside) {
          const error = await fails('WAPC_PROTOCOL', () => host.invoke(...invocation(...range)));
          const leaves = ` bytes at ${range[0]} leave the guest's memory of ${PAGE} bytes`;
          equal(error.message.includes(leaves), true, error.message);
        }
        equal(wordsOf(await host.invoke('c'))[0], 1, 'calls of the fresh instance');
        host.close();
      },
    ];
    yield [
      `${what}: a range within memory does not`,
      async () => {
        const host = await probe({ hostCall: () => undefined });
        for (const range of inside) {
          if (what === '__guest_error') await fails('WAPC_GUEST', () => host.invoke(...invocation(...range)));
          else await host.invoke(...invocation(...range));
        }
        host.close();
      },
    ];
  }

  yield [
    '__guest_request: writes exactly its bytes, the last ones too',
    async () => {
      const host = await probe();
      const payload = words(PAGE - 1, PAGE - 8);
      const memory = await host.invoke('q', payload);
      const expected = new Uint8Array(PAGE).fill(0xaa);
      expected.set(payload, 1024);
      expected.set(payload, PAGE - 8);
      expected[NAME] = 0x71;
      expected[PAGE - 1] = 0x71;
      // The payload is written after the operation, over its last byte.
      expected.set(payload, PAGE - 8);
      equal(memory, expected);
      for (const [operation, ptr] of [
        [PAGE, 0],
        [0, PAGE - 7],
        [MAX, 0],
        [0, MAX],
        [0, 0x80000000],
      ]) {
        await fails('WAPC_PROTOCOL', () => host.invoke('q', words(operation, ptr)));
      }
      host.close();
    },
  ];

  for (const [letter, what, hostCall] of [
    ['r', '__host_response', () => 'answer!!'],
    [
      'x',
      '__host_error',
      () => {
        throw 'answer!!';
      },
    ],
  ]) {
    yield [
      `${what}: at the boundary and one past it`,
      async () => {
        const host = await probe({ hostCall });
        const at = (ptr) => hostCallWords(valid, valid, valid, valid, [ptr]);
        const written = await host.invoke(letter, at(4096));
        equal(string(written.subarray(0, 8)), 'answer!!');
        equal(written.subarray(8), new Uint8Array(56).fill(0xaa));
        await host.invoke(letter, at(PAGE - 8));
        for (const ptr of [PAGE - 7, PAGE, MAX, 0x80000000]) {
          await fails('WAPC_PROTOCOL', () => host.invoke(letter, at(ptr)));
        }
        host.close();
      },
    ];
  }

  yield [
    'no response, a failure without a message, a text and a success, two responses',
    async () => {
      const host = await probe();
      await fails('WAPC_PROTOCOL', () => host.invoke('n'));
      for (const failure of [['z'], ['e', words(NAME, 0, 0)]]) {
        const { message } = await fails('WAPC_GUEST', () => host.invoke(...failure));
        equal(message, 'the guest reported a failure without a message');
      }
      equal((await fails('WAPC_GUEST', () => host.invoke('e', words(NAME, 1, 1)))).message, 'e');
      equal((await fails('WAPC_GUEST', () => host.invoke('e', words(NAME, 1, 0)))).message, 'e');
      equal(wordsOf(await host.invoke('E', 'x'))[0], 7, 'a response outweighs a text');
      equal(await host.invoke('2', 'last'), bytes('last'));
      equal(wordsOf(await host.invoke('c'))[0], 8, 'none of them cost the instance');
      host.close();
    },
  ];

  yield [
    'an answer and a host error are cleared by the next host call and the next invocation',
    async () => {
      let answer = 'four';
      const host = await probe({
        hostCall() {
          if (answer === undefined) throw new Error('übel');
          return answer;
        },
      });
      const call = () => host.invoke('h', hostCallWords(valid, valid, valid, valid));
      equal(wordsOf(await call()), [1, 4, 0]);
      equal(wordsOf(await host.invoke('l', words(NAME, 1))), [1, 0, 0]);
      answer = undefined;
      equal(wordsOf(await call()), [0, 0, 5], 'the length of an error text is in UTF-8 bytes');
      answer = '';
      equal(wordsOf(await call()), [1, 0, 0]);
      host.close();
    },
  ];

  yield [
    'responses and payloads of host calls from the same place, and from others, are copies of their own',
    async () => {
      const payloads = [];
      const host = await probe({ hostCall: (binding, namespace, operation, payload) => void payloads.push(payload) });
      const responses = [];
      const expected = [];
      for (const length of [0, 1, 16, 17, 64, 65, 4095, 4096]) {
        for (let round = 0; round < 8; round++) {
          const content = Uint8Array.from({ length: 5000 }, (_, index) => index * 7 + round);
          // Some rounds at the same place, then one behind it; memory grows while a view is kept.
          const at = 1024 + 32 + (round === 3 ? 8 : 0);
          if (length === 17 && round === 6) await host.invoke('W', words(0));
          const place = words(at, length);
          responses.push(await host.invoke('s', new Uint8Array([...place, ...new Uint8Array(24), ...content])));
          const call = hostCallWords(valid, valid, valid, [at, length]);
          await host.invoke('h', new Uint8Array([...call, ...content]));
          expected.push(content.subarray(at - 1056, at - 1056 + length));
        }
      }
      equal(responses, expected);
      equal(payloads, expected);
      for (const { buffer, length } of [...responses, ...payloads]) equal(buffer.byteLength, length);
      equal(new Set([...responses, ...payloads].map(({ buffer }) => buffer)).size, 2 * expected.length);
      host.close();
    },
  ];

  yield [
    'texts are UTF-8, whatever their length and characters',
    async () => {
      const texts = [0, 1, 2, 63, 64, 65].flatMap((length) =>
        ['', 'ü', '\u007f', '\u0080', '\0', '\ud800', '🌍'].flatMap((other) => {
          const letters = 'x'.repeat(Math.max(0, length - other.length));
          return [other + letters, letters + other];
        }),
      );
      let answer;
      const host = await WapcHost.instantiate(await guest('wat/relay'), { async: false, hostCall: () => answer });
      for (const text of texts) {
        equal(await host.invoke('echo', text), bytes(text), 'payload');
        answer = text;
        equal(await host.invoke('relay', relay('b', 'o')), bytes(text), 'answer');
      }
      host.close();
    },
  ];

  yield [
    'every kind of answer, and values that are no answers',
    async () => {
      let answer;
      const host = await probe({ hostCall: () => answer });
      const call = () => host.invoke('h', hostCallWords(valid, valid, valid, valid));
      const four = new Uint8Array([0, 1, 2, 3]);
      for (const [value, length] of [
        [undefined, 0],
        ['üü', 4],
        [four, 4],
        [four.buffer, 4],
        [new DataView(four.buffer, 1), 3],
        [new Uint16Array(four.buffer, 2, 1), 2],
      ]) {
        answer = value;
        equal(wordsOf(await call()), [1, length, 0]);
      }
      for (const value of [null, 5, {}, [1], true, Symbol('s')]) {
        answer = value;
        equal(wordsOf(await call())[0], 0);
      }
      host.close();
    },
  ];

  yield [
    'without a callback the host error names the call',
    async () => {
      const host = await probe();
      const error = await host.invoke('x', hostCallWords(valid, valid, valid, valid, [4096]));
      equal(
        string(error).startsWith("no hostCall was given to answer binding 'x', namespace 'x',"),
        true,
        string(error),
      );
      host.close();
    },
  ];

  yield [
    'names that are not UTF-8 stop the guest; texts that are not are mended',
    async () => {
      const log = [];
      const host = await probe({ hostCall: () => undefined, logger: (line) => log.push(line) });
      // Memory is filled with 0xaa: a continuation byte without a lead byte.
      for (const broken of [0, 1, 2]) {
        const ranges = [valid, valid, valid, valid];
        ranges[broken] = [4096, 2];
        await fails('WAPC_PROTOCOL', () => host.invoke('h', hostCallWords(...ranges)));
      }
      await host.invoke('h', hostCallWords(valid, valid, valid, [4096, 2]));
      await host.invoke('l', words(4096, 2));
      equal(log, ['\ufffd\ufffd']);
      equal((await fails('WAPC_GUEST', () => host.invoke('e', words(4096, 1, 0)))).message, '\ufffd');
      host.close();
    },
  ];

  yield [
    'a name of the same length but other bytes is another name',
    async () => {
      const names = [];
      const host = await probe({ hostCall: (binding) => void names.push(binding) });
      for (const name of ['ab', 'cd', 'cd', '\ufeffx', 'é', '']) {
        const text = bytes(name);
        const payload = new Uint8Array(64);
        payload.set(hostCallWords([1024 + 40, text.length], valid, valid, valid));
        payload.set(text, 40);
        await host.invoke('h', payload);
      }
      equal(names, ['ab', 'cd', 'cd', '\ufeffx', 'é', '']);
      host.close();
    },
  ];

  yield [
    'memory that grows during a host call',
    async () => {
      const host = await probe({ hostCall: () => 'after growth' });
      const before = host.memorySize;
      equal(string(await host.invoke('g', hostCallWords(valid, valid, valid, valid))), 'after growth');
      equal(host.memorySize, before + PAGE);
      host.close();
    },
  ];

  yield [
    'operations with any text',
    async () => {
      const host = await probe();
      // Not even the operation is written, so the guest does not recognize it.
      await fails('WAPC_TRAP', () => host.invoke(''));
      for (const name of ['c', 'c\0d', 'cö🌍']) await host.invoke(name);
      await host.invoke('c'.repeat(65536 - 512));
      await fails('WAPC_PROTOCOL', () => host.invoke('c'.repeat(65536 - 511)));
      host.close();
    },
  ];

  yield [
    'a shared memory, whose growth detaches nothing and whose text no decoder takes',
    async () => {
      const log = [];
      let wasm;
      try {
        wasm = await WebAssembly.compile(await guest('wat/shared'));
      } catch {
        return; // An engine without shared memory.
      }
      const host = await WapcHost.instantiate(wasm, {
        async: false,
        hostCall: (b, n, o, p) => p,
        logger: (line) => log.push(line),
      });
      const text = 'ü'.repeat(40);
      const answer = await host.invoke('echo', text);
      equal([string(answer), answer.buffer instanceof ArrayBuffer], [text, true]);
      equal(log, [text]);
      host.close();
    },
  ];
}
