#!/usr/bin/env node
/** The command line: `npx wapc-host COMMAND …`. docs/cli.md describes it. */

import { main } from './main.js';
import { report } from './output/report.js';
import { flush, handleStreamErrors } from './output/streams.js';

const isDebug = process.argv.includes('--debug');

handleStreamErrors((error) => process.exit(report(error, isDebug)));
// Thrown outside of all promises: by a timer of a module of routes, for instance.
process.on('uncaughtException', (error) => process.exit(report(error, isDebug)));
const code = await main(process.argv.slice(2)).catch((error) => report(error, isDebug));
await flush();
// Not left to the event loop: a module of routes may keep it busy for ever.
process.exit(code);
