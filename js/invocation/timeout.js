/** Errors of time limits that have passed. */

import { WapcError } from '../base/error.js';

/** The error of an invocation that exceeded its timeout, in ms. */
export const timeoutError = (timeout) =>
  new WapcError('WAPC_TIMEOUT', `the invocation took longer than its ${timeout} ms`);

/** The error of a start that exceeded `limits.start`, in ms. */
export const startTimeoutError = (limit) =>
  new WapcError('WAPC_TIMEOUT', `the instance took longer to start than its ${limit} ms (\`limits.start\`)`);
