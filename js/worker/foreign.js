/** Worker scripts of another origin, as of a CDN: browsers refuse them, but not a script of this origin that imports them. */

import { platform } from '../platform/platform.js';

/** The scripts that import others, by the address of those: they last as long as the page. */
const importing = new Map();

/**
 * The result of `start`, which may start workers of other origins meanwhile. `Worker` is replaced for as long as it runs:
 * only bundlers know the address of the package's own script, and they want to see it in `new Worker(…)`.
 */
export function withForeign(start) {
  const { Worker } = globalThis;
  const isPage = platform.readFile === undefined && Worker !== undefined;
  if (!isPage || !Reflect.set(globalThis, 'Worker', AnyOrigin)) return start();
  try {
    return start();
  } finally {
    globalThis.Worker = Worker;
  }

  function AnyOrigin(script, options) {
    const { href, origin, protocol } = new URL(script, globalThis.document?.baseURI ?? globalThis.location?.href);
    const isForeign = protocol.startsWith('http') && origin !== globalThis.origin;
    return isForeign ? new Worker(importOf(href), { ...options, type: 'module' }) : new Worker(script, options);
  }
}

/** The address of a script that imports the one at `href`. */
function importOf(href) {
  if (!importing.has(href)) {
    const script = new Blob([`import ${JSON.stringify(href)};`], { type: 'text/javascript' });
    importing.set(href, URL.createObjectURL(script));
  }
  return importing.get(href);
}
