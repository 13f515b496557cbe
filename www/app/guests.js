/** The guests that come with the page. */

import { WapcHost } from 'wapc-host';

import { talk } from './log.js';

/** Their names and addresses. */
export const GUESTS = {
  'hello, in Rust': 'guests/rust.wasm',
  'hello, in AssemblyScript': 'guests/assemblyscript.wasm',
  'hello, in Zig': 'guests/zig.wasm',
  'hello, in C, with WASI': 'guests/c-wasi.wasm',
  'hello, in Rust, with WASI': 'guests/rust-wasi.wasm',
};

/** The options of WASI for them. */
export const wasi = {
  args: ['guest', 'of', 'the', 'page'],
  env: { NAME: 'value' },
  stdin: 'from this page',
  preopens: { '/data': { 'a.txt': 'a file in memory' } },
};

const echo = (binding, namespace, operation, payload) => payload;
const loaded = {};

/** A host of one of them, to which host calls are forwarded: made when it is first needed. */
export function others(name) {
  return (loaded[name] ??= WapcHost.instantiate(new URL(GUESTS[name], document.baseURI), {
    ...talk,
    wasi,
    hostCall: echo,
  }));
}
