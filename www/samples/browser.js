import { WapcHost } from 'wapc-host';

export async function greeter(lines) {
  const host = await WapcHost.instantiate('hello.wasm', {
    codec: 'text',
    logger: (line) => lines.push(line),
    hostCall: {
      foo: { echo: (name) => name },
    },
  });
  return (name) => host.call('hello', name);
}
