/** Finds the command that is meant, parses its arguments and runs it. */

import { readFileSync } from 'node:fs';

import { closest } from './arguments/closest.js';
import { parse } from './arguments/parse.js';
import { UsageError } from './arguments/usage-error.js';
import { COMMANDS, loadCommand } from './commands/commands.js';
import { generalHelp, helpOf } from './help.js';
import { print, printError } from './output/streams.js';

/**
 * Runs the tool.
 * @param {string[]} args the arguments after the name of the tool
 * @returns {Promise<number>} the exit code: 0, or 2 where nothing was asked for
 * @throws {UsageError} the arguments make no sense
 */
export async function main(args) {
  const [first, ...rest] = args.filter((arg, index) => index > 0 || arg !== '--debug');
  if (first === undefined) {
    await printError(generalHelp());
    return 2;
  }
  if (first === '--help' || first === '-h' || (first === 'help' && rest.length === 0)) return say(generalHelp());
  if (first === '--version') return say(`${version()}\n`);
  const isHelp = first === 'help';
  const name = isHelp ? rest[0] : first;
  if (!Object.hasOwn(COMMANDS, name)) throw unknown(name);
  const command = await loadCommand(name);
  const { values, positionals } = parse(name, command, isHelp ? ['--help'] : rest);
  if (values.help) return say(helpOf(name, command));
  await command.run(values, positionals);
  return 0;
}

async function say(text) {
  await print(text);
  return 0;
}

/** The version of the package. */
const version = () => JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

function unknown(name) {
  const what = name.startsWith('-') ? 'option' : 'command';
  const names = Object.keys(COMMANDS);
  const known = what === 'command' ? `The commands are ${names.join(', ')}` : 'Options follow a command';
  return new UsageError(`unknown ${what} ${JSON.stringify(name)}. ${closest(name, names)}${known}`);
}
