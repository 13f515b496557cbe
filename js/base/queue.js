/**
 * A first-in, first-out queue whose items can be removed at any time, and put back in front. Finding the first item of a
 * `Set` gets slower with each deletion, since it skips deleted entries; an iterator remembers its position.
 * @template T
 */
export class Queue {
  /** Items that were put back: they come first. Undefined until there is one, since most queues have none. */
  #front;
  #lane = new Lane();

  get length() {
    const { length } = this.#lane;
    return this.#front === undefined ? length : this.#front.length + length;
  }

  /** The oldest item; undefined if the queue is empty. */
  get first() {
    return this.#front?.first ?? this.#lane.first;
  }

  push(item) {
    this.#lane.push(item);
  }

  /** Puts an item back that was removed: in front of all others, behind those that were put back before. */
  putBack(item) {
    this.#front ??= new Lane();
    this.#front.push(item);
  }

  /** Removes and returns the oldest item; undefined if the queue is empty. */
  shift() {
    return this.#front?.shift() ?? this.#lane.shift();
  }

  /** Removes an item. True if it was queued. */
  delete(item) {
    return this.#lane.delete(item) || this.#front?.delete(item) === true;
  }

  /** Removes and returns all items. */
  clear() {
    return [...(this.#front?.clear() ?? []), ...this.#lane.clear()];
  }
}

/**
 * Items in the order in which they came.
 * @template T
 */
class Lane {
  #set = new Set();
  #iterator = this.#set.values();
  /** The oldest item, where the iterator has passed it already. */
  #first;

  get length() {
    return this.#set.size;
  }

  get first() {
    if (this.#set.size === 0) return undefined;
    return (this.#first ??= this.#iterator.next().value);
  }

  push(item) {
    // An iterator that has reached the end stays there.
    if (this.#set.size === 0) this.#iterator = this.#set.values();
    this.#set.add(item);
  }

  shift() {
    if (this.#set.size === 0) return undefined;
    const item = this.#first ?? this.#iterator.next().value;
    this.#first = undefined;
    this.#set.delete(item);
    return item;
  }

  delete(item) {
    if (item === this.#first) this.#first = undefined;
    return this.#set.delete(item);
  }

  clear() {
    const all = [...this.#set];
    this.#set.clear();
    this.#first = undefined;
    return all;
  }
}
