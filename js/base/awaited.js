/**
 * Property of the contexts of host calls: true while the answer may be awaited. By a registered symbol, since other copies
 * of this package read it, of which `wapc-host/nats` is one.
 */
export const IS_AWAITED = Symbol.for('wapc-host.isAwaited');
