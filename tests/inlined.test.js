/** The core of a page, which is decoded from text in one of three ways: a program in Node that has only those. */

import { equal } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const core = readFileSync(new URL('../dist/core.wasm', import.meta.url));
const guest = readFileSync(new URL('../testdata/wat/echo.wasm', import.meta.url));

/** The bytes that the package compiles as its core, and a guest's answer, both hexadecimal. */
async function answered(without) {
  const program = `
    Uint8Array.fromHex ??= (hex) => new Uint8Array(Buffer.from(hex, 'hex'));
    const { Module } = WebAssembly;
    const compiled = [];
    WebAssembly.Module = new Proxy(Module, {
      construct: (_, [bytes]) => (compiled.push(Buffer.from(bytes)), new Module(bytes)),
    });
    const { Buffer } = globalThis;
    ${without}
    const { WapcHost } = await import('./dist/index.js');
    const host = await WapcHost.instantiate(Buffer.from('${guest.toString('hex')}', 'hex'));
    const answer = await host.invoke('echo', new Uint8Array([0, 127, 128, 255]));
    console.log(compiled[0].toString('hex'), Buffer.from(answer).toString('hex'));
  `;
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, maxBuffer: 1 << 20 });
  return stdout.trim();
}

for (const [name, without] of Object.entries({
  'Uint8Array.fromHex': 'globalThis.Buffer = undefined;',
  Buffer: 'delete Uint8Array.fromHex;',
  neither: 'delete Uint8Array.fromHex; globalThis.Buffer = undefined;',
}))
  test(`the core is decoded by ${name}`, async () => {
    equal(await answered(without), `${core.toString('hex')} 007f80ff`);
  });
