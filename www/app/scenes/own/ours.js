/** Guests of the page to begin with, each with an invocation that shows what it does. */

import request from 'source:examples/kubewarden-policy/requests/shop.json';

import { absolute } from './names.js';

const ECHO = `// Answers each call of the guest with what it sent.
const hostCall = (binding, namespace, operation, payload) => payload;
`;

const CLUSTER = `// The cluster that the policy asks: its namespaces have the label.
const namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels: { team: 'sales' } },
};
const hostCall = {
  tracing: { log: () => '' },
  kubernetes: { get_resource: () => JSON.stringify(namespace) },
};
`;

/** An invocation of any guest: what is filled in for one that somebody brings. */
export const EXAMPLE = { operation: 'hello', payload: 'waPC!', format: 'text', callback: ECHO };

const SHELF = {
  'notes.txt': 'Bring milk and two lemons.',
  poems: { 'rose.txt': 'A rose is a rose is a rose.' },
};

/** By their addresses: their names, their invocations, and what is given to them besides. */
export const OURS = {
  'guests/zig.wasm': { name: 'Zig', ...EXAMPLE },
  'guests/rust.wasm': { name: 'Rust', ...EXAMPLE },
  'guests/catalogue.wasm': {
    name: 'with WASI',
    ...EXAMPLE,
    operation: 'catalogue',
    payload: '/shelf',
    preopens: { '/shelf': SHELF },
    note: 'It counts the words of the files under /shelf: notes.txt and poems/rose.txt. It sees no others.',
  },
  'guests/policy.wasm': {
    name: 'the policy',
    operation: 'validate',
    payload: JSON.stringify({ settings: { label: 'team' }, request: JSON.parse(request) }, null, 2),
    format: 'json',
    callback: CLUSTER,
    note: 'It judges whether a pod may be created, and asks the callback for the namespace, which has to have the label.',
  },
};

/** The one of the page's own guests that is at an address. */
export function oursAt(address) {
  if (address === undefined) return undefined;
  return OURS[Object.keys(OURS).find((path) => absolute(path) === absolute(address))];
}

/** True for a callback that the page itself has filled in. */
export const isOurs = (callback) =>
  ['', ...Object.values(OURS).map((example) => example.callback.trim())].includes(callback.trim());
