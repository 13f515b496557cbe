/** `wapc-host inspect`: describes a guest without running it. */

import { WapcError } from 'wapc-host';

import { readGuest } from '../guest/source.js';
import { describe } from '../inspect/describe.js';
import { kindOf, toolOf } from '../inspect/kinds.js';
import { textOf } from '../inspect/text.js';
import { Failure } from '../output/failure.js';
import { onOneLine } from '../output/printable.js';
import { print } from '../output/streams.js';

export const usage = 'GUEST [--json]';
export const about = `Says of a guest, a file or a URL, its size, language, WASI, memory, its imports and exports with what the
host makes of each, and what is unusual. None of its code runs. Of a file that is no guest it says what it
is instead, and exits with 1.`;
export const examples = ['guest.wasm', 'guest.wasm --json'];
export const positionals = { least: 1, names: ['GUEST'] };
export const options = { json: { type: 'boolean', help: 'prints JSON' } };

export async function run({ json }, [guest]) {
  const bytes = await readGuest(guest);
  const description = await describe(guest, bytes).catch((error) => {
    throw instead(error, bytes);
  });
  await print(json ? `${JSON.stringify(description, undefined, 2)}\n` : textOf(description));
}

/** Guesses at what the file is, by the code of its error. */
const GUESSES = { WAPC_COMPILE: kindOf, WAPC_NOT_A_GUEST: toolOf };

/** The error of what is no guest: guesses at what it is where the package does not. */
function instead(error, bytes) {
  if (!(error instanceof WapcError)) return error;
  const message = onOneLine(error.message);
  const kind = GUESSES[error.code]?.(bytes) ?? '';
  return new Failure(error.code, `${message}${kind === '' ? '' : `; ${kind}`}`, { cause: error });
}
