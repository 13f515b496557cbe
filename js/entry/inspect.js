/** Custom inspection in Node, Deno and Bun: `console.log(host)` prints the properties that matter. */

import { WapcHost } from '../api/host.js';
import { WapcModule } from '../api/module.js';
import { WapcPool } from '../pool/pool.js';
import { PooledHost } from '../pool/pooled-host.js';

/** @type {[Function, (object: any) => object][]} */
const FIELDS = [
  [WapcModule, ({ name }) => ({ guest: name })],
  [WapcHost, ({ name, id, memorySize, closed }) => ({ guest: name, id, memorySize, closed })],
  [WapcPool, ({ name, stats }) => ({ guest: name, ...stats })],
  [PooledHost, ({ id, memorySize, closed }) => ({ id, memorySize, closed })],
];

for (const [{ name, prototype }, fieldsOf] of FIELDS) {
  Object.defineProperty(prototype, Symbol.for('nodejs.util.inspect.custom'), {
    value(depth, options, inspect) {
      let fields = {};
      try {
        fields = fieldsOf(this);
      } catch {
        // `this` is the prototype or a proxy, which has no fields.
      }
      const shown = Object.entries(fields).filter(([, value]) => value !== undefined);
      return `${name} ${inspect(Object.fromEntries(shown), options)}`;
    },
    configurable: true,
    writable: true,
  });
}
