/** Where a guest's standard output and error go if nobody takes them. */

/** A writer of the caller's, or the default one of a stream: 1 is standard output, 2 standard error. */
export function writerOf(stream, write) {
  if (write !== undefined) return { write };
  const name = stream === 1 ? 'stdout' : 'stderr';
  const own = globalThis.process?.[name];
  if (typeof own?.write === 'function') return { write: (chunk) => void own.write(chunk) };
  return new ConsoleLines(stream === 1 ? 'log' : 'error');
}

/**
 * Writes what writers still hold of a last line. Never throws, whatever a console does that was patched: the guest is gone,
 * and nobody is left to stop.
 */
export function endWriters(writers) {
  for (const writer of writers) {
    try {
      writer?.end?.();
    } catch {
      // The line is lost.
    }
  }
}

/** Characters of a line that are kept for the rest of it: a guest that never ends one must not fill this process. */
const LONGEST_LINE = 1 << 16;

/** The console, which has no chunks: a line at a time, a longer one in pieces. */
class ConsoleLines {
  #decoder = new TextDecoder();
  #line = '';
  #method;

  constructor(method) {
    this.#method = method;
  }

  write(chunk) {
    const lines = (this.#line + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#line = lines.pop();
    for (const line of lines) console[this.#method](line);
    if (this.#line.length > LONGEST_LINE) this.end();
  }

  /** Writes what there is of a last line. */
  end() {
    if (this.#line !== '') console[this.#method](this.#line);
    this.#line = '';
  }
}
