// The guest `wapc-host/hello.wasm`, in AssemblyScript with the `@wapc/as-guest` SDK. It is in the package so that the
// snippets of its documents run.

import { consoleLog, handleCall, hostCall, register, Result } from '@wapc/as-guest';

// Greets the name that the host's `echo` answers with.
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

// Asks the host for the price of an order, in JSON, and answers with both.
register('order', (payload: ArrayBuffer): Result<ArrayBuffer> => {
  const price = hostCall('default', 'shop', 'price', payload);
  if (!price.isOk) return price;
  const text = '{"order":' + String.UTF8.decode(payload) + ',"price":' + String.UTF8.decode(price.get()) + '}';
  return Result.ok<ArrayBuffer>(String.UTF8.encode(text));
});

// Fails.
register('nope', (payload: ArrayBuffer): Result<ArrayBuffer> =>
  Result.error<ArrayBuffer>(new Error('planned failure')),
);

// Computes for ever.
register('spin', (payload: ArrayBuffer): Result<ArrayBuffer> => {
  while (true) {}
});

// The export that the host calls.
export function __guest_call(operationSize: usize, payloadSize: usize): bool {
  return handleCall(operationSize, payloadSize);
}
