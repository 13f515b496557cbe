/** Parses the arguments of a command, and says of wrong ones what was expected. */

import { parseArgs } from 'node:util';

import { closest } from './closest.js';
import { UsageError } from './usage-error.js';

/**
 * The options that every command has.
 * @type {Record<string, { type: 'string' | 'boolean', short?: string, value?: string, multiple?: boolean, help: string }>}
 */
export const OPTIONS = {
  debug: { type: 'boolean', help: 'shows the stack and the cause of an error' },
  help: { type: 'boolean', short: 'h', help: 'shows this help' },
};

/**
 * Parses arguments.
 * @param {string} name of the command
 * @param {{ options: object, positionals: { least: number, names: string[] } }} command
 * @param {string[]} args
 * @returns {{ values: Record<string, any>, positionals: string[] }}
 * @throws {UsageError} an option is unknown, lacks its value, is given twice; a positional argument is missing, or one
 * too many
 */
export function parse(name, command, args) {
  const options = { ...command.options, ...OPTIONS };
  // Not strict: its messages suggest nothing, and tell nothing of the command.
  const { values, positionals, tokens } = parseArgs({
    args,
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const seen = new Set();
  for (const token of tokens) if (token.kind === 'option') check(token, options, seen, name);
  if (!values.help) checkPositionals(name, command.positionals, positionals);
  return { values, positionals };
}

function check({ name, rawName, value, inlineValue }, options, seen, command) {
  const fail = (text) => {
    throw new UsageError(`${rawName}: ${text}; see wapc-host ${command} --help`);
  };
  if (!Object.hasOwn(options, name)) {
    const near = closest(name, Object.keys(options), '--');
    fail(`unknown option. ${near}An argument that begins with "-" follows "--"`);
  }
  const { type, multiple, value: placeholder } = options[name];
  if (type === 'boolean' && value !== undefined) fail(`takes no value, got ${JSON.stringify(value)}`);
  if (type === 'string' && value === undefined) fail(`expected ${placeholder} after it, got nothing`);
  if (type === 'string' && !inlineValue && value.startsWith('-'))
    fail(`expected ${placeholder} after it, got ${JSON.stringify(value)} (a value that begins with "-": ${rawName}=…)`);
  if (seen.has(name) && !multiple) fail('given twice, expected once');
  seen.add(name);
}

function checkPositionals(name, { least, names }, positionals) {
  const see = `see wapc-host ${name} --help`;
  if (positionals.length < least) throw new UsageError(`${name}: expected ${names[positionals.length]}; ${see}`);
  // An unset variable of the shell, for instance. An operation or a payload may be empty.
  if (positionals[0] === '') throw new UsageError(`${name}: expected ${names[0]}, got ""; ${see}`);
  if (positionals.length > names.length) {
    const extra = JSON.stringify(positionals[names.length]);
    throw new UsageError(`${name}: ${extra} is one argument too many: quote what has spaces in it; ${see}`);
  }
}
