/** Rows of Next.js: the package in a route handler and in a client component, built with and without it as an external package. */

import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { installed } from '../../tools/installed.js';
import { ALL, GUESTS, visit } from './projects.js';

const NEXT = { next: '16.4.6', react: '19.3.1', 'react-dom': '19.3.1' };

const FILES = {
  'app/layout.js': `export default ({ children }) => <html lang="en"><body>{children}</body></html>;`,
  'app/page.js': `
'use client';
import { useEffect } from 'react';
import * as wapc from 'wapc-host';
import { features } from '../features.js';
export default function Page() {
  useEffect(() => void features(wapc, 'hello.wasm', 'wasi.wasm').then((found) => (globalThis.outcome = found)), []);
  return 'page';
}`,
  'app/features/route.js': `
import * as wapc from 'wapc-host';
import { features } from '../../features.js';
export const dynamic = 'force-dynamic';
export const GET = async () => Response.json(await features(wapc, 'hello.wasm', 'wasi.wasm'));`,
};

const configuration = (settings) => `export default { turbopack: { root: import.meta.dirname }, ${settings} };`;

/** Makes a folder a project of Next.js, which finds nothing outside of it. */
function prepareNext(folder, settings) {
  const home = join(installed('next', NEXT), 'node_modules');
  for (const name of readdirSync(home)) {
    const target = join(folder, 'node_modules', name);
    if (!existsSync(target)) cpSync(join(home, name), target, { recursive: true, verbatimSymlinks: true });
  }
  mkdirSync(join(folder, 'app/features'), { recursive: true });
  for (const [name, text] of Object.entries({ ...FILES, 'next.config.mjs': configuration(settings) })) {
    writeFileSync(join(folder, name), text);
  }
  for (const name of Object.keys(GUESTS)) cpSync(join(folder, name), join(folder, 'public', name));
}

/** The features that work on the server and in the browser: where the two differ, a feature has both outcomes. */
const both = (server, browser) =>
  Object.fromEntries(
    Object.keys(ALL).map((name) => [
      name,
      server[name] === browser[name] ? server[name] : `${server[name]}, in the browser ${browser[name]}`,
    ]),
  );

/** The address that a server says it listens at. */
const addressOf = (server) =>
  new Promise((resolve, reject) => {
    let said = '';
    const hear = (chunk) => {
      said += chunk;
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
      if (address !== undefined && said.includes('Ready')) resolve(address);
    };
    for (const stream of [server.stdout, server.stderr]) stream.on('data', hear);
    server.once('exit', () => reject(new Error(said)));
  });

const next = (what, settings, ...flags) => ({
  name: `Next.js, a route handler and a client component${what}`,
  expected: ALL,
  async run(folder) {
    prepareNext(folder, settings);
    const program = join(folder, 'node_modules/next/dist/bin/next');
    // Vite, which other rows run in this process, sets NODE_ENV.
    const env = { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'build', ...flags], { cwd: folder, env });
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
    const server = spawn(process.execPath, [program, 'start', '-H', '127.0.0.1', '-p', '0'], { cwd: folder, env });
    const ended = new Promise((resolve) => server.once('exit', resolve));
    try {
      const address = await addressOf(server);
      return both(await (await fetch(`${address}/features`)).json(), await visit(address));
    } finally {
      server.kill();
      await ended;
    }
  },
});

/** The one that `npm test` runs too. */
export const nextjs = next('', '');

export const otherNextjs = [
  next(', serverExternalPackages', `serverExternalPackages: ['wapc-host']`),
  next(', built with webpack', '', '--webpack'),
];
