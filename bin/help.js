/** The texts of `--help`. */

import { OPTIONS } from './arguments/parse.js';
import { COMMANDS } from './commands/commands.js';

/** The help of the tool. */
export const generalHelp = () => `Runs, inspects, measures, creates and serves waPC guests.

Usage: wapc-host COMMAND …

Commands:
${columns(Object.entries(COMMANDS))}

wapc-host COMMAND --help describes a command and its options, wapc-host --version prints the version.
Exit codes: 0; 1 where the guest or the package fails, with "CODE: message" on standard error; 2 where the
arguments make no sense.
`;

/** The help of a command. */
export function helpOf(name, { usage, about, examples, options }) {
  const rows = Object.entries({ ...options, ...OPTIONS }).map(([option, { short, value, help }]) => [
    `${short === undefined ? '' : `-${short}, `}--${option}${value === undefined ? '' : ` ${value}`}`,
    help,
  ]);
  return `${COMMANDS[name]}.

Usage: wapc-host ${name} ${usage}

${about}

Options:
${columns(rows)}

Examples:
${examples.map((line) => `  wapc-host ${name} ${line}`).join('\n')}
`;
}

/** Rows of two columns, the second wrapped to 100 characters. */
function columns(rows) {
  const width = Math.max(...rows.map(([left]) => left.length)) + 4;
  return rows
    .map(([left, right]) => `  ${left}`.padEnd(width) + wrapped(right, 100 - width).join(`\n${' '.repeat(width)}`))
    .join('\n');
}

function wrapped(text, width) {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1).length + word.length >= width) lines.push('');
    lines[lines.length - 1] += lines.at(-1) === '' ? word : ` ${word}`;
  }
  return lines;
}
