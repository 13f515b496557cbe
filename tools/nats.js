/** Finds the NATS server for tests, the benchmark and the example. */

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian has it where only root's PATH leads. */
const MORE = ['/usr/sbin', '/usr/local/sbin'];

/** The path of a `nats-server`, or undefined. */
export function findNatsServer() {
  if (process.env.NATS_SERVER) return process.env.NATS_SERVER;
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...MORE];
  return folders.map((folder) => join(folder, 'nats-server')).find((path) => existsSync(path));
}
