/** `wapc-host run`: invokes an operation of a guest. */

import { WapcHost, WapcPool } from 'wapc-host';

import { GUEST_OPTIONS, hostOptions } from '../guest/options.js';
import { profiled } from '../guest/profile.js';
import { trace } from '../guest/trace.js';
import { printable } from '../output/printable.js';
import { print, printError, waitForReaders } from '../output/streams.js';
import { FORMAT_OPTIONS, formatOf } from '../payload/formats.js';
import { readPayload } from '../payload/input.js';

export const usage = 'GUEST OPERATION [PAYLOAD] [options]';
export const about = `GUEST is a file or a URL. PAYLOAD is text; @FILE sends the bytes of a file, - those of standard input, and
@@TEXT a text that begins with "@". Without PAYLOAD standard input is sent where it is no terminal; '' is
an empty payload. The answer goes to standard output, unchanged where that is no terminal. What the guest
writes goes to standard output and standard error as it comes, its log lines to standard error.`;
export const examples = [
  'guest.wasm hello waPC --echo',
  `guest.wasm add '{"a":1,"b":2}' --json --timeout 500`,
  'guest.wasm hello @name.txt --routes routes.js --trace',
];
export const positionals = { least: 2, names: ['GUEST', 'OPERATION', 'PAYLOAD'] };
export const options = {
  ...FORMAT_OPTIONS,
  ...GUEST_OPTIONS,
  trace: { type: 'boolean', help: 'prints each host call and log line with its time to standard error' },
  profile: {
    type: 'boolean',
    help: 'prints which functions the guest has spent its time in to standard error (on this thread, with limits.interrupt)',
  },
};

export async function run(values, [guest, operation, payload]) {
  const format = await formatOf(values);
  const host = await hostOptions(values, guest, format.codec);
  const { bytes, from } = await readPayload(payload);
  const request = format.encode(bytes, from);
  waitForReaders();
  const logger = values.trace ? trace() : (line) => void printError(`${printable(line)}\n`);
  const streams = { logger, stdout: (chunk) => void print(chunk), stderr: (chunk) => void printError(chunk) };
  const show = async (response) => void (await print(format.show(response, Boolean(process.stdout.isTTY))));
  if (values.profile) {
    const limits = { ...host.limits, interrupt: true };
    const inThread = await WapcHost.instantiate(guest, { ...host, ...streams, limits });
    try {
      return await profiled(async () => show(await inThread.invoke(operation, request)));
    } finally {
      inThread.close();
    }
  }
  // In a worker: a guest that never ends is stopped by its timeout, and leaves this thread free for signals.
  const pool = await WapcPool.create(guest, { ...host, ...streams, size: 1, workers: true });
  try {
    await show(await pool.invoke(operation, request));
  } finally {
    pool.destroy();
  }
}
