/** The languages of `wapc-host init`, each with a folder in templates/. */

/**
 * @typedef {object} Language
 * @property {string} title
 * @property {string} tools that build it, for "Needs …"
 * @property {string} build the command that builds it, in its folder
 * @property {string} guest the path of what that makes
 * @property {string} source the file with the operations
 * @property {Record<string, string>} [dependencies] npm packages of the guest
 */

/** @type {Record<string, Language>} */
export const LANGUAGES = {
  rust: {
    title: 'Rust',
    tools: 'Rust 1.85 or later (https://rustup.rs) with `rustup target add wasm32-unknown-unknown`',
    build: 'cargo build --release --target wasm32-unknown-unknown',
    guest: 'target/wasm32-unknown-unknown/release/guest.wasm',
    source: 'src/lib.rs',
  },
  assemblyscript: {
    title: 'AssemblyScript',
    tools: 'nothing but npm packages',
    build: 'asc guest.ts',
    guest: 'guest.wasm',
    // Not index.ts: json-as 1.6.0 loses the exports of a file of that name.
    source: 'guest.ts',
    // Exact: a transform and its compiler fit one another.
    dependencies: { '@wapc/as-guest': '0.3.1', assemblyscript: '0.28.20', 'json-as': '1.6.0' },
  },
  zig: {
    title: 'Zig',
    tools: 'Zig 0.17 (https://ziglang.org/download)',
    // Not `zig build`: it compiles its own program first, which takes minutes.
    build:
      'zig build-exe guest.zig -target wasm32-freestanding -fno-entry -rdynamic -O ReleaseSmall -femit-bin=guest.wasm',
    guest: 'guest.wasm',
    source: 'guest.zig',
  },
  c: {
    title: 'C',
    tools: 'make and Zig (https://ziglang.org/download), which compiles C, or wasi-sdk (`make CC=…/bin/clang`)',
    build: 'make',
    guest: 'guest.wasm',
    source: 'guest.c',
  },
};

/** Other names of languages, for suggestions. */
export const ALIASES = new Map(
  Object.entries({ rs: 'rust', as: 'assemblyscript', ts: 'assemblyscript', typescript: 'assemblyscript' }),
);
