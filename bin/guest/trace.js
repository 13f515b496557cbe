/** `--trace`: each host call and log line of a guest with its time, on standard error. */

import { tracingChannel } from 'node:diagnostics_channel';

import { onOneLine, printable } from '../output/printable.js';
import { printError } from '../output/streams.js';

/**
 * Begins to trace.
 * @returns {(line: string) => void} the logger
 */
export function trace() {
  const since = performance.now();
  const tell = (text) => {
    const time = (performance.now() - since).toFixed(3).padStart(10);
    void printError(`${time} ms  ${printable(text)}\n`);
  };
  const ended = (event) => {
    // Where the answer comes later, the end of the call itself has no duration yet.
    if (event.duration > 0) tell(onOneLine(outcomeOf(event)));
  };
  // Not `observe`, which tells of host calls that have ended: those that never do are looked for by a trace.
  tracingChannel('wapc-host:hostcall').subscribe({
    start: (/** @type {any} */ event) => tell(onOneLine(`call ${namesOf(event)}: ${event.bytesIn} bytes`)),
    end: ended,
    asyncStart() {},
    asyncEnd: ended,
    error() {},
  });
  return (line) => tell(`log  ${line}`);
}

/** @param {any} event of the channel */
const namesOf = ({ binding, namespace, operation }) =>
  [binding, namespace, operation].map((name) => (name === '' ? '""' : name)).join(' ');

function outcomeOf({ operation, bytesOut, duration, error }) {
  const took = `in ${duration.toFixed(3)} ms`;
  if (error === undefined) return `  -> ${operation}: ${bytesOut ?? 0} bytes ${took}`;
  return `  -> ${operation} failed ${took}: ${error instanceof Error ? error.message : error}`;
}
