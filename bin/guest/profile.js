/** `--profile`: which functions a guest has spent its time in, on standard error. */

import { features } from 'wapc-host';
import { profile } from 'wapc-host/observe';

import { printError } from '../output/streams.js';
import { table } from '../output/table.js';

/** Functions that are shown. */
const MOST = 20;

const NONE = 'no samples: the guest spent less than a millisecond or so in its own functions';
const IN_WORKER =
  ', or it ran in a worker, where none are taken: with asynchronous routes, which this Node awaits there; a Node with JSPI does on this thread';

/**
 * Runs `work`, and prints the functions that guests were in meanwhile, also where it fails.
 * @param {() => Promise<void>} work
 */
export async function profiled(work) {
  const stop = profile();
  try {
    await work();
  } finally {
    await printError(`${lines(stop()).join('\n')}\n`);
  }
}

/** A name without the module's in front, and as it is written in Rust and C++: `_ZN3std4sort17h0123456789abcdefE`. */
function readable(name) {
  const own = name.replace(/^[^:]*\.wasm\./, '');
  if (!/^_ZN.*E$/.test(own)) return own;
  const parts = [];
  for (let rest = own.slice(3); ;) {
    const [digits] = /^\d*/.exec(rest) ?? [''];
    if (digits === '') break;
    parts.push(rest.slice(digits.length, digits.length + Number(digits)));
    rest = rest.slice(digits.length + Number(digits));
  }
  if (/^h[\da-f]{16}$/.test(parts.at(-1) ?? '')) parts.pop();
  return parts.join('::');
}

/** @param {import('wapc-host/observe').Profile} profile */
function lines({ samples, functions }) {
  if (samples === 0) return [NONE + (features().jspi ? '' : IN_WORKER)];
  const share = (count) => `${((100 * count) / samples).toFixed(1)}%`;
  const rows = functions
    .slice(0, MOST)
    .map(({ index, name, self, total }) => [
      share(self),
      share(total),
      name === undefined ? `function ${index}` : readable(name),
    ]);
  const others = functions.length > MOST ? [`  and ${functions.length - MOST} other functions`] : [];
  return [`${samples} samples`, ...table([['self', 'total', 'function'], ...rows], { right: [0, 1] }), ...others];
}
