// Imports the worker's script, which only modules can.

import * as worker from 'wapc-host/worker';

export const nothing: {} = worker;
// @ts-expect-error It exports nothing.
export const something = worker.anything;
