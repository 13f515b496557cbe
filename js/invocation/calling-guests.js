/** The guests that are calling their host, and may wait for its answer. */

/**
 * The live guests of each host, by the handle that host callbacks see.
 * @type {WeakMap<object, Set<any>>}
 */
const guestsOf = new WeakMap();

/** Registers a guest of a host, so that its host calls can be passed as `from`. */
export function enlist(handle, guest) {
  const guests = guestsOf.get(handle);
  if (guests === undefined) guestsOf.set(handle, new Set([guest]));
  else guests.add(guest);
}

/** Removes a guest that is released. */
export const delist = (handle, guest) => void guestsOf.get(handle)?.delete(guest);

/** The guest whose host call of this invocation may be waiting for its answer; undefined if there is none. */
export function callingGuest(invocation) {
  const guests = guestsOf.get(invocation.hostCallContext?.host) ?? [];
  return [...guests].find((guest) => guest.isCalling(invocation));
}
