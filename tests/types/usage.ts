// Uses the package as a TypeScript program does that has the types of a page or of a web worker.

import {
  WapcError,
  WapcHost,
  WapcModule,
  WapcPool,
  features,
  typed,
  type Bytes,
  type Codec,
  type GuestSource,
  type HostCall,
  type HostCallContext,
  type HostOptions,
  type Invocable,
  type Routes,
} from 'wapc-host';
import { init } from 'wapc-host/slim';

const hostCall: HostCall = async (binding, namespace, operation, payload, { host, signal, invocation, mayAwait }) => {
  if (signal.aborted) throw signal.reason;
  if (operation === 'fetch')
    return (await fetch(`${invocation.context}`, { method: 'POST', body: payload, signal })).arrayBuffer();
  return operation === 'id' ? `${host.id} ${invocation.id} ${mayAwait}` : payload;
};
const options: HostOptions = {
  hostCall,
  name: 'usage',
  async: 'auto',
  logger: (line) => line.toUpperCase(),
  limits: { payload: 1024 },
};

export async function use(): Promise<string> {
  const module = await WapcModule.compile(fetch('guest.wasm'), options);
  const languages: string[] = module.info.producers.filter(({ field }) => field === 'language').map(({ name }) => name);
  using host: WapcHost = await module.instantiate();
  try {
    const bytes: Uint8Array = await host.invoke('operation', 'payload', {
      signal: AbortSignal.timeout(1000),
      context: 1,
    });
    return new TextDecoder().decode(bytes) + languages.join() + host.name?.length + features().jspi;
  } catch (error) {
    if (error instanceof WapcError && error.code === 'WAPC_GUEST') return error.message;
    throw error;
  }
}

/** Bytes go where the platform takes bytes, without a cast. */
export async function pass(host: WapcHost, pool: WapcPool): Promise<unknown[]> {
  const bytes: Bytes = await host.invoke('operation');
  const others: Uint8Array<ArrayBuffer>[] = [host.invokeSync('operation'), await pool.invoke('operation')];
  return [
    new Response(bytes),
    new Blob([bytes, ...others]),
    await crypto.subtle.digest('SHA-256', bytes),
    await fetch('/', { method: 'POST', body: bytes }),
    await WebAssembly.compile(bytes),
  ];
}

/** Routes: functions, hosts, pools, anything with `invoke`; values by a codec. */
export async function route(pool: WapcPool, remote: Invocable, codec: Codec): Promise<string> {
  const routes: Routes = {
    foo: { echo: (value) => value, sum: (list: number[]) => list.reduce((a, b) => a + b, 0), last: remote },
    kv: pool,
    raw: (binding, namespace, operation, payload, { mayAwait }) => (mayAwait ? Promise.resolve(payload) : payload),
    '*': remote,
  };
  const host = await WapcHost.instantiate('guest.wasm', { hostCall: routes, codec: 'json' });
  const other = await WapcHost.instantiate('guest.wasm', {
    hostCall: { foo: { op: async (value, call) => pool.invoke(call.operation, value, { from: call }) }, kv: host },
    codec,
  });
  const guest = typed<{ hello(name: string): string; count(): number; later(): Promise<number> }>(host);
  const greeting: string = await guest.call('hello', 'waPC!', { timeout: 1000 });
  const counts: number = (await guest.call('count')) + (await guest.call('later', undefined, { timeout: 1000 }));
  // @ts-expect-error: `hello` takes a string.
  await guest.call('hello', 1);
  // @ts-expect-error: there is no such operation.
  await guest.call('helo', 'waPC!');
  const list = await pool.call<number[]>('list', { any: 'value' });
  const anything = await pool.use((host) => typed<{ get(key: string): unknown }>(host).call('get', 'key'));
  return `${greeting} ${counts} ${list.length} ${anything} ${await other.call('x')}`;
}

/** Everything that the platform has for a guest is taken. */
export async function take(
  module: WebAssembly.Module,
  source: BufferSource,
  response: Response,
  buffer: SharedArrayBuffer,
) {
  const sources: GuestSource[] = [
    module,
    source,
    response,
    new URL('file:///'),
    'path',
    new Uint8Array(1),
    new ArrayBuffer(1),
  ];
  sources.push(fetch('guest.wasm'), WebAssembly.compile(source), response.arrayBuffer());
  await init(response, Promise.resolve(module));
  const host = await WapcHost.instantiate(module, { wasi: { stdin: new Uint8Array(buffer) } });
  await host.invoke('operation', new DataView(buffer));
  await using pool = await WapcPool.create(module, {
    workers: { url: new URL('file:///'), factory: () => new Worker('') },
  });
  const pooled = await pool.get(1000, { signal: AbortSignal.abort() });
  pool.return(pooled);
  return sources;
}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** What is handed out has the platform's own type. */
export const isSignal: Equal<HostCallContext['signal'], AbortSignal> = true;

// @ts-expect-error No such option.
export const misspelt: HostOptions = { hostcall: hostCall };
// @ts-expect-error Constructors are private.
export const made = new WapcHost();
