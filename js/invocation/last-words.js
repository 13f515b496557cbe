/** The last lines of text that a guest wrote: they explain a trap, as a panic's message does. */

import { lenient } from '../base/encoding.js';

const LINES = 4;
const CHARACTERS = 1024;

/** Appends text to what the guest has said, and drops all but the end. */
export const appendSaid = (said, text) => (said + text.slice(-CHARACTERS)).slice(-2 * CHARACTERS);

/** The text at the end of bytes that a guest wrote to standard error, for `appendSaid`. */
export const endOf = (bytes) => lenient.decode(bytes.subarray(-CHARACTERS));

/** The last lines, as the end of an error message; empty if there are none. */
export function lastWords(said) {
  const lines = said.slice(-CHARACTERS).trimEnd().split('\n').slice(-LINES);
  return lines[0] === '' && lines.length === 1 ? '' : `; it said last:\n${lines.join('\n')}`;
}
