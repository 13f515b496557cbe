/**
 * Property of the contexts of host calls: true while the answer may be awaited. A registered symbol: other copies of this
 * package, such as `wapc-host/nats`, read it.
 */
export const IS_AWAITED = Symbol.for('wapc-host.isAwaited');
