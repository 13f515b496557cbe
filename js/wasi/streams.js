/** Writers of a guest's standard output and standard error, with defaults. */

/** The caller's writer, or the default of a stream: 1 is standard output, 2 standard error. */
export function writerOf(stream, write) {
  if (write !== undefined) return { write };
  const name = stream === 1 ? 'stdout' : 'stderr';
  const own = globalThis.process?.[name];
  if (typeof own?.write === 'function') return { write: (chunk) => void own.write(chunk) };
  return new ConsoleLines(stream === 1 ? 'log' : 'error');
}

/**
 * Flushes the incomplete last line of each writer. Never throws, even if a patched console does: the guest is gone, so
 * no invocation could report it.
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

/**
 * Longest incomplete line that is buffered, in characters: a guest that writes no newline must not fill this process.
 */
const LONGEST_LINE = 1 << 16;

/** Writes to the console, which takes whole lines: a line at a time; overlong ones in pieces. */
class ConsoleLines {
  #decoder = new TextDecoder();
  #line = '';
  #method;

  constructor(method) {
    this.#method = method;
  }

  write(chunk) {
    const text = this.#line + this.#decoder.decode(chunk, { stream: true });
    this.#line = text.slice(text.lastIndexOf('\n') + 1);
    // Lines are written one by one: V8 ends the process where an array of them would have over 2^27.
    for (let start = 0, end; (end = text.indexOf('\n', start)) >= 0; start = end + 1) {
      console[this.#method](text.slice(start, end));
    }
    if (this.#line.length > LONGEST_LINE) this.end();
  }

  /** Flushes the incomplete last line. */
  end() {
    if (this.#line !== '') console[this.#method](this.#line);
    this.#line = '';
  }
}
