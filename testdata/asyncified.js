/** The guests that are also built to suspend themselves: each language's, and those of the tests of suspended guests. */
export const ASYNCIFIED = [
  'hello',
  'rust/wasi',
  'assemblyscript/hello',
  'zig/hello',
  'zig/wasi',
  'c/hello',
  'bench',
  ...['deep', 'edge', 'edge-wasi', 'probe', 'relay', 'small', 'starting', 'starts', 'version', 'wasi'].map(
    (name) => `wat/${name}`,
  ),
];
