// Uses the package as a TypeScript program does that has the types of a page or of a web worker.

import {
  WapcError,
  WapcHost,
  WapcModule,
  WapcPool,
  features,
  type Bytes,
  type GuestSource,
  type HostCall,
  type HostCallContext,
  type HostOptions,
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
