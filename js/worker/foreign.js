/**
 * Worker scripts of another origin, such as a CDN. Browsers refuse them, but accept a script of this origin that
 * imports them.
 */

import { platform } from '../platform/platform.js';

/** Blob URLs of the importing scripts, by the URL that they import. They last as long as the page. */
const importing = new Map();

/**
 * Returns the result of `start`, in which `new Worker` accepts scripts of other origins. `Worker` is replaced while
 * `start` runs: only bundlers know the URL of the package's own script, and they look for the literal `new Worker(…)`.
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

/** The URL of a script that imports the one at `href`. */
function importOf(href) {
  if (!importing.has(href)) {
    const script = new Blob([`import ${JSON.stringify(href)};`], { type: 'text/javascript' });
    importing.set(href, URL.createObjectURL(script));
  }
  return importing.get(href);
}
