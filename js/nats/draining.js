/**
 * `drain` of a connection, by which programs end: it ends all subscriptions, and closes the connection once they have ended.
 * The client of NATS waits for no handler. It waits for what `drain` of each subscription returns, so members and callers
 * replace that method.
 */

/**
 * `close` of each service on a connection, in the order in which they were served.
 * @type {WeakMap<object, Set<() => Promise<unknown>>>}
 */
const services = new WeakMap();

/** Registers `close`, which `drain` of the connection calls and waits for. Returns a function that unregisters it. */
export function closeOnDrain(connection, close) {
  const all = services.get(connection) ?? new Set();
  services.set(connection, all.add(close));
  return () => void all.delete(close);
}

/** True if anything is served on a connection. */
export const hasServices = (connection) => (services.get(connection)?.size ?? 0) > 0;

/** Closes the services on a connection one by one, the last first: its guest may call those before it. Never rejects. */
export async function closeServices(connection) {
  for (const close of [...(services.get(connection) ?? [])].reverse()) await Promise.allSettled([close()]);
}

/**
 * Replaces `drain` of a subscription. Returns the original, which resolves once what the server had sent was received.
 * @param {import('@nats-io/nats-core').Subscription} subscription
 * @param {() => Promise<any>} drain
 */
export function replaceDrain(subscription, drain) {
  const own = subscription.drain.bind(subscription);
  subscription.drain = drain;
  return own;
}
