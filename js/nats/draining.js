/**
 * `drain` of a connection, by which programs end: it ends all subscriptions, and closes the connection once they have ended.
 * By itself it does not wait for requests that were taken, nor for answers that callers wait for: here it does, since it
 * calls `drain` of each subscription, and waits for what that returns.
 */

/**
 * Functions that end what is served on a connection, once that has answered what it has taken.
 * @type {WeakMap<object, Set<() => Promise<unknown>>>}
 */
const services = new WeakMap();

/** Has `drain` of a connection wait for `close`, which it calls. Returns a function that ends that. */
export function keepOpen(connection, close) {
  const all = services.get(connection) ?? new Set();
  services.set(connection, all.add(close));
  return () => void all.delete(close);
}

/** Closes what is served on a connection. Never rejects. */
export const closeServices = (connection) =>
  Promise.allSettled([...(services.get(connection) ?? [])].map((close) => close()));

/**
 * Has a subscription be drained by `drain`. Returns its own way, which ends it once what the server had sent was received.
 * @param {import('@nats-io/nats-core').Subscription} subscription
 * @param {() => Promise<any>} drain
 */
export function drainedBy(subscription, drain) {
  const own = subscription.drain.bind(subscription);
  subscription.drain = drain;
  return own;
}
