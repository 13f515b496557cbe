import { WapcHost } from 'wapc-host';

export const lines = [];
const host = await WapcHost.instantiate('hello.wasm', {
  codec: 'text',
  logger: (line) => lines.push(line),
  hostCall: {
    foo: { echo: (name) => name },
  },
});

export const greet = (name) => host.call('hello', name);
