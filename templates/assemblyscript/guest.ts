// A waPC guest: its host invokes these operations by name.

import { consoleLog, handleAbort, handleCall, hostCall, register, Result } from '@wapc/as-guest';
import { JSON } from 'json-as';

// Greets: text in, text out.
register('hello', (payload: ArrayBuffer): Result<ArrayBuffer> => {
  return Result.ok<ArrayBuffer>(String.UTF8.encode('Hello, ' + String.UTF8.decode(payload) + '!'));
});

@json
class Terms {
  a: f64 = NaN;
  b: f64 = NaN;
}

@json
class Sum {
  sum: f64 = 0;
}

// Adds: JSON in, JSON out. A number that is missing fails the invocation; what is no JSON traps.
register('add', (payload: ArrayBuffer): Result<ArrayBuffer> => {
  const terms = JSON.parse<Terms>(String.UTF8.decode(payload));
  if (isNaN(terms.a) || isNaN(terms.b)) return Result.error<ArrayBuffer>(new Error('expected the numbers a and b'));
  const answer: Sum = { sum: terms.a + terms.b };
  // JSON has no infinity.
  if (!isFinite(answer.sum)) return Result.error<ArrayBuffer>(new Error('the sum is too large'));
  return Result.ok<ArrayBuffer>(String.UTF8.encode(JSON.stringify<Sum>(answer)));
});

// Asks the host for capitals: binding `default`, namespace `text`, operation `upper`.
register('shout', (payload: ArrayBuffer): Result<ArrayBuffer> => {
  consoleLog('shouting');
  const loud = hostCall('default', 'text', 'upper', payload);
  if (!loud.isOk) return loud;
  return Result.ok<ArrayBuffer>(String.UTF8.encode(String.UTF8.decode(loud.get()) + '!'));
});

// The export that the host calls.
export function __guest_call(operationSize: usize, payloadSize: usize): bool {
  return handleCall(operationSize, payloadSize);
}

// Tells the host why the guest aborts: asconfig.json has it used in place of the import `env.abort`.
export function abort(message: string | null, fileName: string | null, line: u32, column: u32): void {
  handleAbort(message, fileName, line, column);
}
