/** Judges admission requests by a Kubewarden policy, in Node and in a page. */

import { WapcHost } from 'wapc-host';

import { getResource } from './cluster.js';

/** Routes for a policy's host calls, by namespace and operation. Anything else is refused. */
const hostCall = {
  tracing: { log: ({ level, message, ...fields }) => void console.log(`${level}: ${message}`, fields) },
  kubernetes: { get_resource: getResource },
};

/** Loads a policy: a function that judges requests by it. Settings that it does not accept are an error. */
export async function loadPolicy(source, settings) {
  const host = await WapcHost.instantiate(source, { hostCall, codec: 'json' });
  const { valid, message } = await host.call('validate_settings', settings);
  if (!valid) throw new Error(`the policy does not accept its settings: ${message}`);
  return { judge: (request) => host.call('validate', { settings, request }), close: () => host.close() };
}
