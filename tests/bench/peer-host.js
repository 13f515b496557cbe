/**
 * The demo page's greeting by `@wapc/host`: as much of the package's API as that needs. It has no `env.abort` for the guest
 * of the page, which is in AssemblyScript, and so greets by the one in Zig, which is smaller.
 */

import { instantiateStreaming } from '@wapc/host';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const GUEST = 'guests/zig.wasm';

export class WapcHost {
  #host;

  static async instantiate(_, { hostCall, logger }) {
    const made = new WapcHost();
    const answer = (binding, namespace, operation, payload) =>
      encoder.encode(hostCall[namespace][operation](decoder.decode(payload)));
    made.#host = await instantiateStreaming(await fetch(GUEST), answer, logger);
    return made;
  }

  async call(operation, text) {
    return decoder.decode(await this.#host.invoke(operation, encoder.encode(text)));
  }
}

export const features = () => ({ jspi: true, sharedMemory: true, workers: true, directories: false });

// Scenes that are not seen need nothing.
export const WapcModule = undefined;
export const WapcPool = undefined;
