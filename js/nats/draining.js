/**
 * `drain` of a connection, by which programs end: it ends all subscriptions, and closes the connection once they have ended.
 * The client of NATS waits for no handler. It waits for what `drain` of each subscription returns, so members and callers
 * replace that method.
 */

/**
 * `close` of each service on a connection, in the order in which they were served. Resolves with false where the NATS server
 * has not answered in time.
 * @type {WeakMap<object, Set<() => Promise<boolean>>>}
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

/**
 * Closes the services on a connection. Never rejects.
 * @param {object} connection
 * @param {boolean} isOneByOne true where their guests may call each other: the last one first, since its guest may call those
 *   that were served before. Once the NATS server has not answered, the rest at once
 */
export async function closeServices(connection, isOneByOne) {
  const left = [...(services.get(connection) ?? [])].reverse();
  while (isOneByOne && left.length > 0) {
    const hasAnswered = await left
      .shift()()
      .catch(() => false);
    if (!hasAnswered) break;
  }
  await Promise.allSettled(left.map((close) => close()));
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
