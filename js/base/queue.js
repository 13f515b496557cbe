/**
 * A first-in, first-out queue whose items can be removed at any time. Finding the first item of a `Set` gets slower
 * with each deletion, since it skips deleted entries; an iterator remembers its position.
 * @template T
 */
export class Queue {
  #set = new Set();
  #iterator = this.#set.values();

  get length() {
    return this.#set.size;
  }

  /** The oldest item; undefined if the queue is empty. Takes time where many were removed: not for the hot path. */
  get first() {
    return this.#set.values().next().value;
  }

  push(item) {
    // An iterator that has reached the end stays there.
    if (this.#set.size === 0) this.#iterator = this.#set.values();
    this.#set.add(item);
  }

  /** Removes and returns the oldest item; undefined if the queue is empty. */
  shift() {
    if (this.#set.size === 0) return undefined;
    const { value } = this.#iterator.next();
    this.#set.delete(value);
    return value;
  }

  /** Removes an item. True if it was queued. */
  delete(item) {
    return this.#set.delete(item);
  }

  /** Removes and returns all items. */
  clear() {
    const all = [...this.#set];
    this.#set.clear();
    return all;
  }
}
