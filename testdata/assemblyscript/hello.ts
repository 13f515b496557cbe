// The hello guest in AssemblyScript, with the `@wapc/as-guest` SDK.

import { consoleLog, handleCall, hostCall, register, Result } from '@wapc/as-guest';

// Greets the name that the host's echo returns.
register('hello', (payload: ArrayBuffer): Result<ArrayBuffer> => {
  consoleLog('logging something');
  const name = hostCall('default', 'foo', 'echo', payload);
  if (!name.isOk) return name;
  return Result.ok<ArrayBuffer>(String.UTF8.encode('Hello, ' + String.UTF8.decode(name.get())));
});

// Calls the host once and answers with its own payload.
register('echo', (payload: ArrayBuffer): Result<ArrayBuffer> => {
  const answer = hostCall('default', 'foo', 'echo', payload);
  return answer.isOk ? Result.ok<ArrayBuffer>(payload) : answer;
});

// Fails.
register('nope', (payload: ArrayBuffer): Result<ArrayBuffer> =>
  Result.error<ArrayBuffer>(new Error('planned failure')),
);

// Traps by the runtime's own abort.
register('abort', (payload: ArrayBuffer): Result<ArrayBuffer> => {
  assert(false, 'planned abort ü');
  return Result.ok<ArrayBuffer>(payload);
});

// The export that the host calls.
export function __guest_call(operationSize: usize, payloadSize: usize): bool {
  return handleCall(operationSize, payloadSize);
}
