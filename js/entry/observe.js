/** `wapc-host/observe`: reports the events of this thread to a listener, or to the browser's DevTools. */

import { argumentError } from '../base/error.js';
import { noteAll, observers } from '../base/realm.js';

export { profile } from '../observing/profile.js';

function setListeners(listeners) {
  observers.listeners = listeners;
  noteAll(observers);
}

/** Calls `listener` with every event. Returns a function that removes it. */
export function observe(listener) {
  if (typeof listener !== 'function') throw argumentError('listener', 'a function', listener);
  // Wrapped, so that one listener can be added twice. The array is replaced, never changed: it may be iterated right
  // now.
  let isStopped = false;
  const own = (event) => {
    // Another listener of the same event may have stopped this one.
    if (!isStopped) listener(event);
  };
  setListeners([...observers.listeners, own]);
  return () => {
    isStopped = true;
    setListeners(observers.listeners.filter((other) => other !== own));
  };
}

const TRACKS = { compile: 'Compile', instantiate: 'Instantiate', invoke: 'Invocations', hostcall: 'Host calls' };

/** Shows operations as tracks in DevTools. Returns a function that stops it. */
export function devtools() {
  return observe((event) => {
    if (event.duration === undefined) return;
    const { kind, start, duration, error, operation, guest } = event;
    const given = Object.entries(event).filter(
      ([name, value]) => value !== undefined && !['kind', 'start', 'error'].includes(name),
    );
    const properties = given.map(([name, value]) => [name, String(value)]);
    if (error !== undefined) properties.push(['error', String(error)]);
    const devtools = {
      dataType: 'track-entry',
      trackGroup: 'wapc-host',
      track: TRACKS[kind],
      color: error === undefined ? 'primary' : 'error',
      properties,
    };
    const name = operation ?? guest ?? kind;
    performance.measure(name, { start, end: start + duration, detail: { devtools } });
    // DevTools has recorded it already; the timeline would keep every entry for good.
    performance.clearMeasures(name);
  });
}
