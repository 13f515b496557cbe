// Uses the package as a TypeScript program does.

import { WapcError, WapcHost, WapcModule, type HostCall, type HostOptions } from '../../dist/index.js';

const hostCall: HostCall = async (binding, namespace, operation, payload, { host, signal }) => {
  if (signal.aborted) throw signal.reason;
  return operation === 'id' ? String(host.id) : payload;
};
const options: HostOptions = {
  hostCall,
  async: 'auto',
  logger: (line) => console.log(line),
  limits: { payload: 1024 },
};

export async function use(): Promise<string> {
  const module = await WapcModule.compile(fetch('guest.wasm'), options);
  const languages: string[] = module.info.producers.filter(({ field }) => field === 'language').map(({ name }) => name);
  using host: WapcHost = await module.instantiate();
  try {
    const bytes: Uint8Array = await host.invoke('operation', 'payload', { signal: AbortSignal.timeout(1000) });
    return new TextDecoder().decode(bytes) + languages.join();
  } catch (error) {
    if (error instanceof WapcError && error.code === 'WAPC_GUEST') return error.message;
    throw error;
  }
}

// @ts-expect-error No such option.
export const misspelt: HostOptions = { hostcall: hostCall };
// @ts-expect-error Constructors are private.
export const made = new WapcHost();
