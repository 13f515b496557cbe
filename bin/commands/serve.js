/** `wapc-host serve`: serves a guest on NATS until it is told to end. */

import { accessSync, constants, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';

import { serve } from 'wapc-host/nats';

import { MOST_WORKERS, count } from '../arguments/units.js';
import { UsageError } from '../arguments/usage-error.js';
import { GUEST_OPTIONS, hostOptions } from '../guest/options.js';
import { NATS_OPTIONS, checkName, checkVersion, connect, readAddress } from '../nats/connect.js';
import { ofFile, ofStore } from '../nats/guest.js';
import { Failure } from '../output/failure.js';
import { printable } from '../output/printable.js';
import { printError } from '../output/streams.js';

export const usage = 'GUEST --name NAME --nats URL [options]';
export const about = `GUEST is a file or a URL; with --from-store the name of a guest in that bucket, whose new versions take over
while requests run. Each instance runs in a worker. SIGTERM and SIGINT drain: it takes nothing new, answers what
it has and exits with 0; a second one exits at once. It needs @nats-io/transport-node beside the package, and
--from-store @nats-io/obj.`;
export const examples = [
  'guest.wasm --name hello --nats nats://127.0.0.1:4222 --echo',
  'hello --name hello --nats tls://nats.example.com --from-store guests --routes routes.js',
];
export const positionals = { least: 1, names: ['GUEST'] };
export const options = {
  name: { type: 'string', value: 'NAME', help: "the service's name: letters, digits, _ and -" },
  nats: { type: 'string', value: 'URL', help: 'the NATS server, nats:// or with TLS tls://; a user may be in it' },
  'service-version': { type: 'string', value: 'V', help: "the service's version (SemVer), 1.0.0 without it" },
  workers: { type: 'string', value: 'N', help: 'instances, as many as processors without it; 0 is one on this thread' },
  'from-store': { type: 'string', value: 'BUCKET', help: 'takes GUEST from an object store of NATS, and follows it' },
  'id-file': { type: 'string', value: 'FILE', help: 'holds the id of this member while it takes requests' },
  ...NATS_OPTIONS,
  ...GUEST_OPTIONS,
};

export async function run(values, [guest]) {
  const { name, nats, 'service-version': version = '1.0.0', 'from-store': bucket, 'id-file': file } = values;
  for (const option of ['name', 'nats']) {
    if (values[option] === undefined) throw new UsageError(`serve: expected --${option}; see wapc-host serve --help`);
  }
  checkName('--name', name);
  checkVersion('--service-version', version);
  if (bucket !== undefined) checkName('--from-store', bucket);
  const address = readAddress('--nats', nats, 0);
  const pooled = { ...(await hostOptions(values, guest)), ...instances(values), logger: log };
  if (file !== undefined) clearIdFile(file);
  let isServing = false;
  const asked = untilAsked(() =>
    isServing ? 'answering what was taken; a second one exits at once' : 'ends before it serves',
  );
  const start = async () => {
    const connection = await connect(address, values, { name: `wapc-host serve ${name}`, maxReconnectAttempts: -1 });
    const own = await (bucket === undefined ? ofFile(guest, pooled) : ofStore(connection, bucket, guest, pooled));
    const service = await serve(connection, own.pool, { name, version, data: own.data });
    return { connection, own, service };
  };
  const started = await Promise.race([asked, start()]);
  // Asked to end before it serves: the end of the process ends what has started.
  if (started === undefined) return;
  isServing = true;
  const { connection, own, service } = started;
  if (file !== undefined) writeFileSync(file, service.id);
  await printError(`serving ${name} ${version} at ${address.servers}, id ${service.id}\n`);
  try {
    await Promise.race([asked, closed(connection)]);
    own.stop();
  } finally {
    if (file !== undefined) rmSync(file, { force: true });
  }
  await service.close();
  await own.pool.close();
  await connection.close();
}

/**
 * Removes what a member that was killed has left in `--id-file`. Throws a UsageError where that file cannot be written: found
 * out later, a member that already takes requests would end without answering them.
 */
function clearIdFile(file) {
  if (file === '') throw new UsageError('--id-file: expected the path of a file, got ""');
  try {
    rmSync(file, { force: true });
    accessSync(dirname(file), constants.W_OK);
  } catch (cause) {
    throw new UsageError(`--id-file: ${file} cannot be written (${cause.code})`, { cause });
  }
}

function instances({ workers }) {
  const size = workers === undefined ? availableParallelism() : count('workers', workers, MOST_WORKERS, 0);
  return size === 0 ? { size: 1 } : { size, workers: true };
}

const log = (line) => void printError(`${printable(line)}\n`);

/**
 * Resolves at the first SIGTERM or SIGINT. The second one exits at once, as it would have without this.
 * @param {() => string} reaction tells for standard error what comes of the first one
 */
function untilAsked(reaction) {
  return new Promise((resolve) => {
    let isAsked = false;
    for (const [signal, number] of Object.entries({ SIGTERM: 15, SIGINT: 2 })) {
      process.on(signal, () => {
        if (isAsked) process.exit(128 + number);
        isAsked = true;
        void printError(`${signal}: ${reaction()}\n`);
        resolve(undefined);
      });
    }
  });
}

/** Rejects when the connection is closed by the other side, for good. */
async function closed(connection) {
  const error = await connection.closed();
  throw new Failure('WAPC_UNREACHABLE', `the connection was closed: ${error?.message ?? 'by the server'}`, {
    cause: error,
  });
}
