import { WapcHost } from 'wapc-host';
import { log } from './log.js';

const host = await WapcHost.instantiate('hello.wasm', {
  codec: 'text',
  logger: (line) => log(line),
  hostCall: {
    foo: { echo: (name) => name },
  },
});

export const greet = (name) => host.call('hello', name);
