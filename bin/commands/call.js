/** `wapc-host call`: invokes an operation of a guest that somebody serves. */

import { remote } from 'wapc-host/nats';

import { count, milliseconds } from '../arguments/units.js';
import { UsageError } from '../arguments/usage-error.js';
import { connect, NATS_OPTIONS, readAddress, withoutUser } from '../nats/connect.js';
import { print } from '../output/streams.js';
import { FORMAT_OPTIONS, formatOf } from '../payload/formats.js';
import { readPayload } from '../payload/input.js';

export const usage = 'URL OPERATION [PAYLOAD] [options]';
export const about = `URL is that of the NATS server with the service's name as its path. PAYLOAD and the answer are those of
wapc-host run. It needs @nats-io/transport-node beside the package.`;
export const examples = [
  'nats://127.0.0.1:4222/hello hello waPC',
  `tls://nats.example.com/shop order '{"id":1}' --json --creds user.creds --retries 5`,
];
export const positionals = { least: 2, names: ['URL', 'OPERATION', 'PAYLOAD'] };
export const options = {
  ...FORMAT_OPTIONS,
  timeout: { type: 'string', value: 'MS', help: 'gives it up after milliseconds (or 2s, 1m), 10s without it' },
  retries: { type: 'string', value: 'N', help: 'tries again so often where nobody has run it' },
  ...NATS_OPTIONS,
};

/** The longest delay of Node's timers, in ms: they treat longer ones as 1. */
const LONGEST_DELAY = 0x7fffffff;

export async function run(values, [url, operation, payload]) {
  const address = readAddress('URL', url, 1);
  const [name] = address.path;
  if (name === undefined)
    throw new UsageError(
      `URL: expected the service's name as its path, as in ${withoutUser(url).replace(/\/$/, '')}/hello`,
    );
  const format = await formatOf(values);
  const settings = {
    timeout: milliseconds('timeout', values.timeout ?? '10s', 'ms'),
    retries: ['0', undefined].includes(values.retries) ? 0 : count('retries', values.retries),
  };
  const { bytes, from } = await readPayload(payload);
  const request = format.encode(bytes, from);
  const connection = await connect(address, values, { timeout: Math.min(settings.timeout, LONGEST_DELAY) });
  try {
    const response = await remote(connection, name, settings).invoke(operation, request);
    await print(format.show(response, Boolean(process.stdout.isTTY)));
  } finally {
    await connection.close();
  }
}
