/** Connects to NATS, by a package that whoever uses these commands has installed. */

import { readFileSync } from 'node:fs';

import { UsageError } from '../arguments/usage-error.js';
import { Failure } from '../output/failure.js';

export const NATS_OPTIONS = {
  creds: { type: 'string', value: 'FILE', help: 'credentials of NATS: a file with a JWT and a seed' },
  'inbox-prefix': { type: 'string', value: 'PREFIX', help: 'where answers come to (default _INBOX)' },
};

/** The end of the message about a path with too many names, by how many names it may have. */
const MOST = ['nothing after the port', 'one name after the port', 'one or two names after the port'];

const EXPECTED = 'an address such as nats://127.0.0.1:4222, or tls://…';

/** An address as it may be printed: without the user and the password in it. */
export const withoutUser = (text) => text.replace(/\/\/.*@/s, '//…@');

/** Parts of an address without their escapes; undefined where those are none. */
function decoded(parts) {
  try {
    return parts.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/** A name of a service, or the id of a member: a token of subjects. `*` or `>` in one would reach others. */
const NAME = /^[\w-]{1,128}$/;

/** Throws a UsageError unless a text is a name. */
export function checkName(what, text) {
  if (NAME.test(text)) return;
  throw new UsageError(`${what}: expected 1 to 128 letters, digits, _ and -, got ${JSON.stringify(text)}`);
}

/** A semantic version, as `serve` of wapc-host/nats takes it: https://semver.org. */
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

/** Throws a UsageError unless a text is a version of a service. */
export function checkVersion(what, text) {
  if (text.length <= 128 && VERSION.test(text)) return;
  throw new UsageError(`${what}: expected a version such as 1.0.0 or 2.1.0-beta.1, got ${JSON.stringify(text)}`);
}

/** A prefix of subjects: tokens with dots between them. */
const PREFIX = /^[\w$-]+(\.[\w$-]+)*$/;

/**
 * Reads an address.
 * @param {string} what it is, in messages
 * @param {string} text
 * @param {number} most names of its path
 * @returns {{ servers: string, options: object, path: string[] }} `options` of `connect`: those for TLS and of the user
 */
export function readAddress(what, text, most) {
  /** @returns {never} */
  const fail = (expected = EXPECTED) => {
    throw new UsageError(`${what}: expected ${expected}, got ${JSON.stringify(withoutUser(text))}`);
  };
  if (!URL.canParse(text)) fail();
  const { protocol, host, username, password, pathname } = new URL(text);
  if (!['nats:', 'tls:'].includes(protocol) || host === '') fail();
  const path = pathname.split('/').filter((name) => name !== '');
  if (path.length > most) fail(MOST[most]);
  for (const name of path) checkName(what, name);
  const [user, pass] = decoded([username, password]) ?? fail('a user and a password with % as %25');
  const signedIn = pass === '' ? { token: user } : { user, pass };
  const options = { ...(protocol === 'tls:' ? { tls: {} } : {}), ...(user === '' ? {} : signedIn) };
  return { servers: `nats://${host}`, options, path };
}

/**
 * Connects. Resolves once the server has taken the connection.
 * @param {{ servers: string, options: object }} address
 * @param {{ creds?: string, 'inbox-prefix'?: string }} values
 * @param {object} [more] options of `connect`
 * @throws {Failure} WAPC_UNSUPPORTED: the package is not installed; WAPC_UNREACHABLE
 */
export async function connect({ servers, options }, { creds, 'inbox-prefix': inboxPrefix }, more = {}) {
  if (inboxPrefix !== undefined && !PREFIX.test(inboxPrefix)) {
    throw new UsageError(`--inbox-prefix: expected tokens such as _INBOX.ada, got ${JSON.stringify(inboxPrefix)}`);
  }
  const { connect, credsAuthenticator } = await transport();
  const authenticator = creds === undefined ? {} : { authenticator: credsAuthenticator(credentials(creds)) };
  try {
    return await connect({ servers, ...options, ...authenticator, ...(inboxPrefix && { inboxPrefix }), ...more });
  } catch (cause) {
    throw new Failure('WAPC_UNREACHABLE', `${servers} does not take the connection: ${cause.message}`, { cause });
  }
}

function credentials(file) {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new UsageError(`--creds: ${file} cannot be read (${cause.code})`, { cause });
  }
}

async function transport() {
  try {
    return await import('@nats-io/transport-node');
  } catch (cause) {
    const message = `\`@nats-io/transport-node\` cannot be loaded (${cause.message.split('\n')[0]}): install it beside wapc-host, by \`npm install @nats-io/transport-node\``;
    throw new Failure('WAPC_UNSUPPORTED', message, { cause });
  }
}
