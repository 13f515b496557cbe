/** `wapc-host services`: the guests that are served on a NATS server. */

import { membersOf, summed } from '../nats/services.js';
import { connect, NATS_OPTIONS, readAddress } from '../nats/connect.js';
import { Failure } from '../output/failure.js';
import { print } from '../output/streams.js';
import { table } from '../output/table.js';

export const usage = 'URL [options]';
export const about = `URL is that of the NATS server; with a name as its path, of that service alone, and with the id of a member after it,
of that one: where it does not answer, that is WAPC_UNREACHABLE. One line for each name, version and guest: how
many instances (members) serve it, their requests and errors so far, requests that run now, and that wait. It
needs @nats-io/transport-node beside the package.`;
export const examples = ['nats://127.0.0.1:4222', 'nats://127.0.0.1:4222/hello --watch'];
export const positionals = { least: 1, names: ['URL'] };
export const options = {
  watch: { type: 'boolean', help: 'prints it again each second, until Ctrl-C' },
  ...NATS_OPTIONS,
};

const COLUMNS = ['name', 'version', 'instances', 'requests', 'errors', 'busy', 'pending', 'guest'];
/** The columns of numbers. */
const RIGHT = [2, 3, 4, 5, 6];
/** The longest wait for the NATS server's answer to a ping, in ms. */
const LONGEST_PING = 2_000;
/** Milliseconds between two looks. */
const EACH = 1_000;
const CLEAR = '\u001b[H\u001b[2J';

export async function run(values, [url]) {
  const address = readAddress('URL', url, 2);
  const connection = await connect(address, values);
  try {
    do {
      const members = await membersOf(connection, address.path).catch((cause) => {
        throw new Failure('WAPC_UNREACHABLE', `nobody can be asked there: ${cause.message}`, { cause });
      });
      if (address.path.length > 0 && members.length === 0 && !values.watch) {
        throw new Failure('WAPC_UNREACHABLE', `nobody serves ${address.path.join(' as ')} there`);
      }
      // Without members nobody serves, or the server is away or hangs: a ping tells which.
      const isReachable = members.length > 0 || (await answersPing(connection));
      if (!isReachable && !values.watch) throw new Failure('WAPC_UNREACHABLE', 'the NATS server does not answer');
      const text = isReachable ? textOf(summed(members)) : 'the NATS server cannot be reached';
      await print(`${values.watch && process.stdout.isTTY ? CLEAR : ''}${text}\n`);
      if (values.watch) await new Promise((resolve) => setTimeout(resolve, EACH));
    } while (values.watch);
  } finally {
    await connection.close();
  }
}

/** True if the NATS server answers a ping in time: of one that hangs, its client knows only minutes later. */
async function answersPing(connection) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, LONGEST_PING, false)));
  const answered = connection.rtt().then(
    () => true,
    () => false,
  );
  return await Promise.race([answered, late]).finally(() => clearTimeout(timer));
}

function textOf(groups) {
  if (groups.length === 0) return 'no guest is served there';
  const rows = groups.map((group) => COLUMNS.map((column) => String(group[column])));
  return table([COLUMNS, ...rows], { right: RIGHT }).join('\n');
}
