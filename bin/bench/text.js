/** Measurements as text. */

import { onOneLine } from '../output/printable.js';
import { table } from '../output/table.js';

/** @param {{ guest: string, operation: string, bytesIn: number, bytesOut: number, seconds: number, results: any[] }} bench */
export function textOf({ guest, operation, bytesIn, bytesOut, seconds, results }) {
  const title = `${guest} ${operation}: ${bytesIn} bytes in, ${bytesOut} bytes out, ${seconds} s each`;
  const head = ['', 'invocations/s', 'p50', 'p90', 'p99', 'max'];
  const rows = results.map(({ where, perSecond, latency: { p50, p90, p99, max } }) => [
    where,
    Math.round(perSecond).toLocaleString('en'),
    ...[p50, p90, p99, max].map(duration),
  ]);
  return `${onOneLine(title)}\n${table([head, ...rows], { right: [1, 2, 3, 4, 5] }).join('\n')}\n`;
}

/** Microseconds with a unit, to three figures. */
function duration(microseconds) {
  const [value, unit] = microseconds < 1000 ? [microseconds, 'us'] : [microseconds / 1000, 'ms'];
  return `${value < 100 ? value.toPrecision(3) : Math.round(value)} ${unit}`;
}
