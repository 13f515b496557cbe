/** `wapc-host/observe`: events of all that happens on this thread, for a function or for the browser's DevTools. */

import { argumentError } from '../base/error.js';

/** The same object as in `base/observing.js`, which may be of another copy of the package. */
const shared = (globalThis[Symbol.for('wapc-host.observers')] ??= { hasSubscribers: false, listeners: [], noted: [] });

function setListeners(listeners) {
  shared.listeners = listeners;
  for (const note of shared.noted) note();
}

/** Calls back with every event until what it returns is called. */
export function observe(listener) {
  if (typeof listener !== 'function') throw argumentError('listener', 'a function', listener);
  // Apart from others with the same listener. The list is replaced, never changed: it may be walked just now.
  const own = (event) => listener(event);
  setListeners([...shared.listeners, own]);
  return () => setListeners(shared.listeners.filter((other) => other !== own));
}

const TRACKS = { compile: 'Compile', instantiate: 'Instantiate', invoke: 'Invocations', hostcall: 'Host calls' };

/** Draws works as tracks in DevTools until what it returns is called. */
export function devtools() {
  return observe((event) => {
    if (event.duration === undefined) return;
    const { kind, start, duration, error, operation, guest } = event;
    const told = Object.entries(event).filter(
      ([name, value]) => value !== undefined && !['kind', 'start', 'error'].includes(name),
    );
    const properties = told.map(([name, value]) => [name, String(value)]);
    if (error !== undefined) properties.push(['error', String(error)]);
    const devtools = {
      dataType: 'track-entry',
      trackGroup: 'wapc-host',
      track: TRACKS[kind],
      color: error === undefined ? 'primary' : 'error',
      properties,
    };
    performance.measure(operation ?? guest ?? kind, { start, end: start + duration, detail: { devtools } });
  });
}
