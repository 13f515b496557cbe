/** `--trace`: each host call and log line of a guest with its time, on standard error. */

import { observe } from 'wapc-host/observe';

import { printable } from '../output/printable.js';
import { printError } from '../output/streams.js';

/**
 * Begins to trace.
 * @returns {(line: string) => void} the logger
 */
export function trace() {
  const since = performance.now();
  const tell = (at, text) => printError(`${(at - since).toFixed(3).padStart(10)} ms  ${printable(text)}\n`);
  observe((event) => {
    if (event.kind === 'hostcall') tell(event.start, describe(event));
  });
  return (line) => void tell(performance.now(), `log  ${line}`);
}

/** @param {import('wapc-host/observe').WorkEvent} event */
function describe({ binding, namespace, operation, bytesIn, bytesOut, duration, error }) {
  const names = [binding, namespace, operation].map((name) => (name === '' ? '""' : name)).join(' ');
  const outcome =
    error === undefined ? `${bytesOut ?? 0} bytes out` : `failed: ${error instanceof Error ? error.message : error}`;
  return `call ${names}: ${bytesIn ?? 0} bytes in, ${outcome}, in ${duration.toFixed(3)} ms`;
}
