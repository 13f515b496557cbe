/** Output of guests through WASI, against `fd_write` written by hand. */

import { readFile } from 'node:fs/promises';

import { WapcModule } from 'wapc-host';

import { sync } from './measure.js';

const compiled = await WebAssembly.compile(await readFile(new URL('../../testdata/wat/lines.wasm', import.meta.url)));
/** Bytes received, counted so that nothing is optimized away. */
export let written = 0;
const stdout = (chunk) => {
  written += chunk.length;
};

const module = await WapcModule.compile(compiled);
const ours = await module.instantiate({ async: false, stdout });
const bound = byHand();

/** A host for this one guest, with only what it needs. */
function byHand() {
  let response;
  let view = new DataView(new ArrayBuffer(0));
  let bytes;
  const instance = new WebAssembly.Instance(compiled, {
    wasi_snapshot_preview1: {
      fd_write(fd, iovecs, count, writtenPtr) {
        if (fd !== 1) return 8;
        if (view.buffer !== memory.buffer) {
          view = new DataView(memory.buffer);
          bytes = new Uint8Array(memory.buffer);
        }
        let length = 0;
        for (let i = 0; i < count; i++) {
          const ptr = view.getUint32(iovecs + 8 * i, true);
          const len = view.getUint32(iovecs + 8 * i + 4, true);
          stdout(bytes.slice(ptr, ptr + len));
          length += len;
        }
        view.setUint32(writtenPtr, length, true);
        return 0;
      },
    },
    wapc: {
      __guest_request() {},
      __guest_response(ptr, len) {
        response = new Uint8Array(memory.buffer, ptr, len).slice();
      },
    },
  });
  const { memory, __guest_call: call } = instance.exports;
  return () => {
    call(0, 0);
    return response;
  };
}

/** @type {import('./table.js').Case[]} */
export const cases = [
  {
    label: 'each of 100 lines of 64 B, fd_write',
    competitors: { ours: sync(() => ours.invokeSync('x')), byHand: sync(bound) },
    ratio: (ns) => ns.byHand / ns.ours,
    target: '>= 0.5',
    per: 100,
  },
];
