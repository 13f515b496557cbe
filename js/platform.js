/** What the entry point of a platform adds to what every platform has. */
export const platform = {
  /** @type {((path: string | URL) => Promise<Uint8Array>) | undefined} where there are files */
  readFile: undefined,
};
