/** Judges admission requests by a Kubewarden policy, in Node and in a page. */

import { WapcHost } from 'wapc-host';

import { getResource } from './cluster.js';

const decoder = new TextDecoder();
const decode = (bytes) => JSON.parse(decoder.decode(bytes));

/** What a policy may ask of its host, by namespace and operation. All of it is JSON. */
const capabilities = {
  tracing: { log: ({ level, message, ...fields }) => void console.log(`${level}: ${message}`, fields) },
  kubernetes: { get_resource: getResource },
};

/** Answers the host calls of the binding `kubewarden`. */
async function hostCall(binding, namespace, operation, payload) {
  const operations = Object.hasOwn(capabilities, namespace) ? capabilities[namespace] : {};
  if (binding !== 'kubewarden' || !Object.hasOwn(operations, operation)) {
    throw new Error(`this host does not offer ${binding} ${namespace} ${operation}`);
  }
  const answer = await operations[operation](decode(payload));
  return answer === undefined ? undefined : JSON.stringify(answer);
}

/** Loads a policy: a function that judges requests by it. Settings that it does not accept are an error. */
export async function loadPolicy(source, settings) {
  const host = await WapcHost.instantiate(source, { name: 'namespace-label', hostCall });
  const call = async (operation, value) => decode(await host.invoke(operation, JSON.stringify(value)));
  const { valid, message } = await call('validate_settings', settings);
  if (!valid) throw new Error(`the policy does not accept its settings: ${message}`);
  return { judge: (request) => call('validate', { settings, request }), close: () => host.close() };
}
