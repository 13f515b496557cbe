// Uses the package in a program that has no types of any platform.

import {
  WapcError,
  WapcHost,
  WapcModule,
  WapcPool,
  type Bytes,
  type HostCall,
  type HostCallContext,
  type HostOptions,
  type InvokeOptions,
  type Limits,
  type PoolOptions,
  type ReplaceOptions,
  type WasiOptions,
} from 'wapc-host';
import { devtools, observe, profile, type PoolEvent, type Profile, type WorkEvent } from 'wapc-host/observe';
import * as slim from 'wapc-host/slim';

const hostCall: HostCall = (binding, namespace, operation, payload, { signal }) => {
  signal.throwIfAborted();
  signal.addEventListener('abort', () => {}, { once: true });
  return operation === 'fail' ? Promise.reject(signal.reason) : payload;
};

export async function use(bytes: Uint8Array<ArrayBuffer>, { signal }: HostCallContext): Promise<Bytes> {
  await slim.init(bytes, Promise.resolve(bytes.buffer));
  const module: WapcModule = await slim.WapcModule.compile('guest.wasm', { hostCall });
  using host = await WapcHost.instantiate(module);
  await using pool = await WapcPool.create(Promise.resolve(bytes), { workers: { url: 'worker.js' } });
  await pool.use((pooled) => pooled.invoke('operation', bytes, { signal, timeout: 1 }));
  module[Symbol.dispose]();
  const error = new WapcError('WAPC_GUEST', 'message', { cause: host });
  if (error.guest === undefined) throw error;
  return host.invoke(error.toJSON().message, new DataView(bytes.buffer));
}

/** `undefined` is nothing given, for every option, also under `exactOptionalPropertyTypes`. */
type Undefined<Options> = { [Name in keyof Options]-?: undefined };
type Accepts<Options, Given extends Options> = [Options, Given];
export type Accepted = [
  Accepts<HostOptions, Undefined<HostOptions>>,
  Accepts<PoolOptions, Undefined<PoolOptions>>,
  Accepts<PoolOptions, { workers: { url: undefined; factory: undefined } }>,
  Accepts<WasiOptions, Undefined<WasiOptions>>,
  Accepts<WasiOptions, { env: { name: undefined }; preopens: { '/': { path: string; readonly: undefined } } }>,
  Accepts<Limits, Undefined<Limits>>,
  Accepts<InvokeOptions, Undefined<InvokeOptions>>,
  Accepts<ReplaceOptions, Undefined<ReplaceOptions>>,
  Accepts<Parameters<WapcHost['invoke']>, [string, undefined, undefined]>,
  Accepts<Parameters<WapcHost['invokeSync']>, [string, undefined, { context: undefined }]>,
  Accepts<Parameters<WapcPool['get']>, [undefined, { signal: undefined }]>,
];

export function reuse(host: WapcHost, pool: WapcPool, into: Uint8Array<ArrayBuffer>): [Bytes, Promise<Bytes>] {
  // @ts-expect-error A value is no bytes.
  void host.call('operation', 1, { into });
  // @ts-expect-error As above.
  void pool.call('operation', 1, { into });
  return [
    host.invokeSync('operation', into, { into, context: 1 }),
    pool.invoke('operation', into, { into, timeout: 1 }),
  ];
}

/** Events of both kinds can be taken apart alike; `kind` or `duration` says which it is. */
export function watch(times: number[], reasons: unknown[]): (() => void | Profile)[] {
  const stop = observe(({ kind, guest, operation, bytesIn, duration, error }) => {
    if (error === undefined) times.push(duration ?? 0, bytesIn ?? 0, `${kind} ${guest} ${operation}`.length);
  });
  const narrow = observe((event: WorkEvent | PoolEvent) => {
    if (event.kind === 'evicted') reasons.push(event.reason);
    if (event.duration !== undefined) times.push(event.start);
    // @ts-expect-error Events of pools have none.
    times.push(event.start);
  });
  const parts = observe(({ host, invocation, binding, namespace, bytesOut, waited }) => {
    reasons.push(host, invocation, binding, namespace, bytesOut, waited);
  });
  const told = observe((event) => {
    if ('start' in event) times.push(event.start);
    else reasons.push(event.host.toFixed());
  });
  return [stop, narrow, parts, told, devtools(), profile()];
}

// @ts-expect-error No such option.
export const misspelt: HostOptions = { hostcall: hostCall };
// @ts-expect-error Not a timeout.
export const mistyped: InvokeOptions = { timeout: '1' };
