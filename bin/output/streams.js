/** Standard output and standard error. */

/** Writes to standard output; resolves once the chunk has been handed over. */
export const print = (chunk) => write(process.stdout, chunk);

/** Writes to standard error. */
export const printError = (chunk) => write(process.stderr, chunk);

/** Waits until all that was written has been handed over. */
export const flush = () => Promise.all([print(''), printError('')]);

/** @returns {Promise<void>} */
const write = (stream, chunk) => new Promise((resolve) => stream.write(chunk, () => resolve()));

/**
 * Makes writes to pipes wait for their readers, as those to files and terminals do. Otherwise all that a guest writes faster
 * than it is read is kept in memory.
 */
export function waitForReaders() {
  // Node does it by itself on Windows alone, and documents no other way.
  for (const stream of [process.stdout, process.stderr]) /** @type {any} */ (stream)._handle?.setBlocking?.(true);
}

/**
 * Handles errors of the streams. Where nobody reads standard output any more (`| head`), the process ends quietly. Text
 * for a standard error that nobody reads is dropped: answers and exit codes do not depend on it.
 * @param {(error: Error) => void} onFailure gets every other error of the streams: a full disk, for instance
 */
export function handleStreamErrors(onFailure) {
  const onClosed = { stdout: () => process.exit(process.exitCode ?? 0), stderr() {} };
  for (const [name, closed] of Object.entries(onClosed)) {
    process[name].on('error', (error) => (error.code === 'EPIPE' ? closed() : onFailure(error)));
  }
}
