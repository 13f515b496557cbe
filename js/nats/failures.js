/** Errors as messages: the code in a header, the rest of it in JSON, and what clients of others read. */

import { encoder, lenient } from '../base/encoding.js';
import { WapcError, locate, messageOf } from '../base/error.js';
import { ERROR, MAY_HAVE_RUN, SERVICE_ERROR, SERVICE_ERROR_CODE } from './wire.js';

/** Codes as those of HTTP, which ADR-32 has errors carry. All others are 500. */
const STATUS = {
  WAPC_ARGUMENT: 400,
  WAPC_LIMIT: 413,
  WAPC_POOL_FULL: 429,
  WAPC_UNREACHABLE: 503,
  WAPC_CLOSED: 503,
  WAPC_TIMEOUT: 504,
};

/** Characters of an error's message in a header, where it stands in one line. */
const LONGEST_LINE = 200;
const CODE = /^WAPC_[A-Z_]{1,40}$/;
/** The names of a host call. */
const NAMES = ['binding', 'namespace', 'operation'];

/**
 * Property of errors of requests that may have been run, although their codes (WAPC_UNREACHABLE, WAPC_POOL_FULL) are also those
 * of requests that were not: an attempt before the last was lost, or a member had passed the request on, and lost it there. A
 * registered symbol: other copies of this package read it. Not enumerable: it does not show where errors are printed.
 */
const MARK = Symbol.for('wapc-host.mayHaveRun');

/** Causes that are looked at, of an error that was caused by others. */
const MOST_CAUSES = 8;

/**
 * True for an error of a request that may have been run, and for one that has such a cause, whatever its code. Never throws: a
 * cause that cannot be read says nothing.
 */
export function mayHaveRun(error) {
  try {
    for (let depth = 0; depth <= MOST_CAUSES && Object(error) === error; depth++) {
      if (error[MARK] === true) return true;
      error = error.cause;
    }
  } catch {
    // A getter or a proxy of somebody else.
  }
  return false;
}

/** Says of an error that its request may have been run. Returns the error. */
export function markMayHaveRun(error) {
  Reflect.defineProperty(error, MARK, { value: true });
  return error;
}

/** The fields of errors of this package, of any copy of it: read once, in a `try`. Undefined for others. */
function wapcFields(error) {
  try {
    const { code, message, guest, operation, hostCall } = error;
    if (!(error instanceof WapcError) || !CODE.test(code)) return undefined;
    const isMarked = mayHaveRun(error);
    return { code, isMarked, message: String(message), ...textOf({ guest, operation }), ...hostCallOf(hostCall) };
  } catch {
    return undefined;
  }
}

/** The fields that are texts. */
const textOf = (fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value === 'string'));

/** The names of a host call as `{ hostCall }`; empty where they are none. */
function hostCallOf(value) {
  const names = NAMES.map((name) => value?.[name]);
  if (!names.every((name) => typeof name === 'string')) return {};
  return { hostCall: Object.fromEntries(NAMES.map((name, index) => [name, names[index]])) };
}

/**
 * An error as it is sent. Anything can have been thrown: an error that is not of this package becomes WAPC_GUEST, with its
 * message.
 * @param {unknown} error
 * @returns {{ code: string, line: string, fields: [string, string][], body: Uint8Array }}
 */
export function packed(error) {
  const own = wapcFields(error);
  const { code, isMarked, ...rest } = own ?? { code: 'WAPC_GUEST', isMarked: false, message: messageOf(error) };
  const line = rest.message.slice(0, LONGEST_LINE).replace(/[^ -~]+/g, ' ');
  /** @type {[string, string][]} */
  const fields = [
    [ERROR, code],
    [SERVICE_ERROR, line.trim() || code],
    [SERVICE_ERROR_CODE, String(STATUS[code] ?? 500)],
  ];
  if (isMarked) fields.push([MAY_HAVE_RUN, '1']);
  return { code, line, fields, body: encoder.encode(JSON.stringify(rest)) };
}

/** A `packed` error in one line, its code first. */
export const inOneLine = ({ code, line }) => `${code}: ${line}`;

/** An error in one line, its code first. */
export const lineOf = (error) => inOneLine(packed(error));

/**
 * The error that a message carries; undefined where it carries none. Services of others send a text alone: that is
 * WAPC_GUEST.
 * @param {any} headers
 * @param {Uint8Array} body
 * @param {string} name of the service
 * @param {string} operation
 */
export function unpacked(headers, body, name, operation) {
  const [code, text] = [headers.get(ERROR), headers.get(SERVICE_ERROR)];
  if (code === '' && text === '' && headers.get(SERVICE_ERROR_CODE) === '') return undefined;
  if (!CODE.test(code))
    return locate(new WapcError('WAPC_GUEST', text || 'the service answered with an error'), name, operation);
  const fields = parsed(body);
  const message = typeof fields.message === 'string' ? fields.message : text;
  const { guest, operation: invoked = operation } = textOf({ guest: fields.guest, operation: fields.operation });
  const error = locate(new WapcError(code, message), guest, invoked, hostCallOf(fields.hostCall).hostCall);
  return headers.get(MAY_HAVE_RUN) === '' ? error : markMayHaveRun(error);
}

function parsed(body) {
  try {
    return Object(JSON.parse(lenient.decode(body)));
  } catch {
    return {};
  }
}
