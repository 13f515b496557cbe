/** `viewPayloads`: callbacks that get their payloads as views of the guest's memory. */

import { equal, words, wordsOf } from './assert.js';

/** Where the payloads of these host calls lie: where the guest writes nothing else. */
const AT = 8192;

/** A host call whose payload is so long; `r` answers with the 64 bytes at 4096, where the guest has the host's answer. */
const call = (length) => words(512, 1, 512, 1, 512, 1, AT, length, 4096);

export function* views({ WapcHost, WapcModule, WapcPool, guest, hasWorkers }) {
  const probe = async (options) => WapcHost.instantiate(await guest('wat/probe'), { async: false, ...options });

  yield [
    'a function gets a view of the memory of its guest, of every length',
    async () => {
      const seen = [];
      const hostCall = (binding, namespace, operation, payload) => {
        seen.push([binding, payload.byteOffset, payload.length, payload.every((byte) => byte === 0xaa)]);
        if (payload.length > 0) equal(payload.buffer.byteLength, 65536, 'its buffer is the memory');
      };
      const host = await probe({ hostCall, viewPayloads: true });
      for (const length of [0, 1, 16, 17, 4096, 65536 - AT]) equal(wordsOf(host.invokeSync('h', call(length)))[0], 1);
      const lengths = [1, 16, 17, 4096, 65536 - AT];
      equal(seen, [['h', 0, 0, true], ...lengths.map((length) => ['h', AT, length, true])]);
      host.close();
    },
  ];

  yield [
    'a view that is kept is detached when memory grows, and the next host call gets another',
    async () => {
      const kept = [];
      const hostCall = (binding, namespace, operation, payload) => {
        kept.push(payload);
        return payload.slice();
      };
      const host = await probe({ hostCall, viewPayloads: true });
      for (const length of [32, 100]) equal(host.invokeSync('g', call(length)).length, length);
      equal(
        kept.map(({ length }) => length),
        [0, 0],
      );
      host.close();
    },
  ];

  yield [
    'an option of a module is the default of its hosts; without it, payloads are copies',
    async () => {
      let payload;
      const hostCall = (binding, namespace, operation, bytes) => void (payload = bytes);
      const module = await WapcModule.compile(await guest('wat/probe'), { hostCall, viewPayloads: true, async: false });
      for (const [options, isView] of [
        [{}, true],
        [{ viewPayloads: true }, true],
        [{ viewPayloads: false }, false],
      ]) {
        const host = await module.instantiate(options);
        host.invokeSync('h', call(32));
        equal([payload.length, payload.buffer.byteLength], [32, isView ? 65536 : 32]);
        host.close();
      }
      const host = await probe({ hostCall });
      host.invokeSync('h', call(32));
      equal(payload.buffer.byteLength, 32);
      host.close();
    },
  ];

  yield [
    'routes, and callbacks of guests in workers, get copies',
    async () => {
      let payload;
      const route = (bytes) => void (payload = bytes);
      // The namespace and the operation of the host call are the guest's own operation.
      const host = await probe({ hostCall: { h: { h: route } }, viewPayloads: true });
      equal(wordsOf(await host.invoke('h', call(32)))[0], 1);
      equal([payload.length, payload.buffer.byteLength], [32, 32]);
      host.close();
      if (!hasWorkers) return;
      const hostCall = (binding, namespace, operation, bytes) => void (payload = bytes);
      const options = { size: 1, workers: true, hostCall, viewPayloads: true };
      const pool = await WapcPool.create(await guest('wat/probe'), options);
      await pool.invoke('h', call(33));
      equal([payload.length, payload.buffer.byteLength], [33, 33]);
      await pool.close();
    },
  ];
}
