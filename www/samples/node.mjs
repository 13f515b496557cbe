import { WapcHost } from 'wapc-host';

const host = await WapcHost.instantiate(import.meta.resolve('wapc-host/hello.wasm'), {
  codec: 'text',
  hostCall: {
    foo: { echo: (name) => name },
  },
});

console.log(await host.call('hello', 'waPC!'));
host.close();
