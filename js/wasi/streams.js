/** Where a guest's standard output and error go if nobody takes them. */

/** A writer of the caller's, or the default one of a stream: 1 is standard output, 2 standard error. */
export function writerOf(stream, write) {
  if (write !== undefined) return { write };
  const name = stream === 1 ? 'stdout' : 'stderr';
  const own = globalThis.process?.[name];
  if (typeof own?.write === 'function') return { write: (chunk) => void own.write(chunk) };
  return new ConsoleLines(stream === 1 ? 'log' : 'error');
}

/** The console, which has no chunks: a line at a time. */
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
  }

  /** Writes what there is of a last line. */
  end() {
    if (this.#line !== '') console[this.#method](this.#line);
    this.#line = '';
  }
}
