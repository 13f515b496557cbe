/** A progress bar on standard error, where that is a terminal. */

const WIDTH = 30;

/**
 * @param {string} label
 * @returns {{ show(share: number): void, clear(): void }}
 */
export function progressBar(label) {
  if (!process.stderr.isTTY) return { show() {}, clear() {} };
  return {
    show(share) {
      const full = Math.round(share * WIDTH);
      process.stderr.write(`\r${label} [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}]`);
    },
    // Erases the line.
    clear: () => void process.stderr.write('\r\u001b[K'),
  };
}
