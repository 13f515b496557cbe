#!/usr/bin/env node
/** The command line: `npx wapc-host COMMAND …`. docs/cli.md describes it. */

import { main } from './main.js';
import { Failure } from './output/failure.js';
import { report } from './output/report.js';
import { flush, handleStreamErrors } from './output/streams.js';

const args = process.argv.slice(2);
// Arguments behind "--" are no options, even if they look like one: a payload, for instance.
const isDebug = args.slice(0, [...args, '--'].indexOf('--')).includes('--debug');

handleStreamErrors((error) => process.exit(report(error, isDebug)));
// Thrown outside of all promises: by a timer of a module of routes, for instance.
process.on('uncaughtException', (error) => process.exit(report(error, isDebug)));
// Nothing is left to run that could settle what a command awaits. Node would exit with 13, without a word.
process.once('beforeExit', () => {
  const where = 'look for it in the module of --routes, at its top level or in the answer of a host call';
  void end(report(new Failure('WAPC_ASYNC', `a promise that is awaited never settles: ${where}`), isDebug));
});
await end(await main(args).catch((error) => report(error, isDebug)));

/** Ends the process once its output is written. Not left to the event loop: a module of routes may keep it busy for ever. */
async function end(code) {
  await flush();
  process.exit(code);
}
