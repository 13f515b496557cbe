/**
 * Objects that all copies of the package in a realm share, since `wapc-host/observe` may belong to another copy than the host.
 * `noted` holds one function per copy, called when its other fields change.
 */

/** @type {{ hasSubscribers: boolean, listeners: ((event: object) => void)[], noted: (() => void)[] }} */
export const observers = (globalThis[Symbol.for('wapc-host.observers')] ??= {
  hasSubscribers: false,
  listeners: [],
  noted: [],
});

/**
 * @typedef {object} Sample
 * @property {string | undefined} guest its name
 * @property {string} stack as the engine writes it
 * @property {number} own index of the package's function that the guest has called: that lies between their frames
 * @type {{ samplers: ((sample: Sample) => void)[], noted: (() => void)[] }}
 */
export const sampling = (globalThis[Symbol.for('wapc-host.samplers')] ??= { samplers: [], noted: [] });

/** Calls the function of each copy: what it shares has changed. */
export function noteAll({ noted }) {
  for (const note of noted) note();
}
