/** The last lines that a guest said: they explain a trap, as the message of a panic does. */

const LINES = 4;
const CHARACTERS = 1024;

/** The end of what was said before and now. */
export const hear = (before, now) => (before + now.slice(-CHARACTERS)).slice(-2 * CHARACTERS);

/** The last lines of what was said, as the end of an error message; empty where nothing was. */
export function lastWords(said) {
  const lines = said.slice(-CHARACTERS).trimEnd().split('\n').slice(-LINES);
  return lines[0] === '' && lines.length === 1 ? '' : `; it said last:\n${lines.join('\n')}`;
}
