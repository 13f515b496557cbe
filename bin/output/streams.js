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
 * Ends the process quietly when nobody reads its output any more (`| head`).
 * @param {(error: Error) => void} onFailure gets every other error of the streams: a full disk, for instance
 */
export function endWithPipes(onFailure) {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error) => {
      if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
      onFailure(error);
    });
  }
}
