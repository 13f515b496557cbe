/** Reports an error, and chooses the exit code. */

import { inspect } from 'node:util';

import { UsageError } from '../arguments/usage-error.js';
import { indented, onOneLine, printable } from './printable.js';
import { printError } from './streams.js';

/**
 * Prints an error to standard error.
 * @param {any} error
 * @param {boolean} isDebug prints its stack and cause as well
 * @returns {number} the exit code
 */
export function report(error, isDebug) {
  const isUsage = error instanceof UsageError;
  const named = typeof error?.code === 'string' ? error.code : (error?.name ?? 'Error');
  const code = isUsage ? 'wapc-host' : named;
  const message = error instanceof Error ? error.message : inspect(error);
  // The message of Node's own errors begins with their code.
  const text = message.startsWith(`${code}: `) ? message : `${code}: ${message}`;
  const detail = isDebug ? `${inspect(error, { depth: 8 })}\n` : '';
  // Set first: where standard output is closed, the process ends with it.
  process.exitCode = isUsage ? 2 : 1;
  void printError(`${isUsage ? onOneLine(text) : indented(text)}\n${printable(detail)}`);
  return process.exitCode;
}
