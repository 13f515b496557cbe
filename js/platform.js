/** What the entry point of a platform adds to what every platform has, and what this one has. */
export const platform = {
  /** @type {((path: string | URL) => Promise<Uint8Array>) | undefined} where there are files */
  readFile: undefined,
  /** @type {((script?: string | URL) => unknown) | undefined} a `Worker` of the platform, where it has them */
  startWorker: undefined,
  /** @type {(() => number) | undefined} */
  parallelism: undefined,
  /** @type {WebAssembly.Module | undefined} the core, once it is loaded: workers run the same */
  core: undefined,
};

/** How many threads can run at once. */
export function parallelism() {
  return platform.parallelism?.() ?? globalThis.navigator?.hardwareConcurrency ?? 4;
}
