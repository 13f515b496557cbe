import { WapcModule } from 'wapc-host';

/** Compiles a guest, within limits; `info` says what it is. What is no guest is refused, and the error says why. */
export async function open(bytes, name) {
  const limits = { interrupt: true, timeout: 5000, start: 5000, memory: 512 << 20 };
  return WapcModule.compile(bytes, { name, limits });
}

/** Makes a fresh instance. */
export async function start(module, options) {
  return module.instantiate(options);
}

/** Runs an operation. Payload and response are bytes. */
export async function invoke(host, operation, payload) {
  return host.invoke(operation, payload);
}
