/** Names: of services and their subjects, and of operations as tokens of subjects. */

import { encoder, lenient } from '../base/encoding.js';
import { WapcError, argumentError } from '../base/error.js';

const NAME = /^[A-Za-z0-9_-]+$/;

/** Semantic Versioning 2.0.0: https://semver.org/#is-there-a-suggested-regular-expression-regex-to-check-a-semver-string */
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

/** Characters of the longest name of a service, prefix or queue group. */
const LONGEST_NAME = 128;

/**
 * Characters of the longest operation, escaped. NATS servers read at most 4,096 bytes of a message's first line
 * (`max_control_line`), which has the reply subject and the prefix as well.
 */
const LONGEST_TOKEN = 2_048;

/** Reads a name that is a token of subjects. Throws WAPC_ARGUMENT. */
export function readName(what, value) {
  if (typeof value === 'string' && value.length <= LONGEST_NAME && NAME.test(value)) return value;
  throw argumentError(what, `1 to ${LONGEST_NAME} of the characters A-Z, a-z, 0-9, _ and -`, value);
}

/** Reads a version. Throws WAPC_ARGUMENT. */
export function readVersion(value) {
  if (typeof value === 'string' && value.length <= LONGEST_NAME && SEMVER.test(value)) return value;
  throw argumentError('version', 'a semantic version, such as 1.0.0 or 2.1.0-beta.1', value);
}

/** Stands for the empty text, since tokens of subjects are not empty. No other operation is escaped like that. */
const EMPTY = '%';

/**
 * The token of an operation: letters, digits, `_` and `-` as they are, all else as `%XX` for each byte of its UTF-8.
 * Lone surrogates become U+FFFD, as they do where a guest is invoked on this machine. Throws WAPC_LIMIT for one that is
 * too long for a subject.
 * @param {string} operation
 */
export function tokenOf(operation) {
  const token = operation.length <= LONGEST_TOKEN && NAME.test(operation) ? operation : escape(operation);
  if (token.length <= LONGEST_TOKEN) return token;
  const message = `operation: its name has ${token.length} characters as part of a NATS subject (escaped), more than ${LONGEST_TOKEN}; send what is long in the payload`;
  throw new WapcError('WAPC_LIMIT', message);
}

function escape(operation) {
  if (operation === '') return EMPTY;
  // One that is far too long is not escaped to its end: each character takes one or more.
  const text = lenient.decode(encoder.encode(operation.slice(0, LONGEST_TOKEN + 1)));
  return encodeURIComponent(text).replace(/[.!~*'()]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * The operation of a token. Throws WAPC_ARGUMENT for what `tokenOf` never makes: an operation has one subject, so that
 * permissions for that subject hold.
 * @param {string} token
 */
export function operationOf(token) {
  if (NAME.test(token)) return token;
  const operation = token === EMPTY ? '' : unescape(token);
  if (operation !== undefined && tokenOf(operation) === token) return operation;
  const example = operation === undefined ? '' : `: as an operation it is written ${tokenOf(operation)}`;
  throw new WapcError(
    'WAPC_ARGUMENT',
    `subject: \`${token}\` is no operation that is escaped as it should be${example}`,
  );
}

function unescape(token) {
  try {
    return decodeURIComponent(token);
  } catch {
    return undefined;
  }
}
