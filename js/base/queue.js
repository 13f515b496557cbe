/** `Queue`: first in, first out, with items that can be removed and put back. */

/**
 * Where an item stands in a queue, between two others.
 * @typedef {{ item: any, queue: Queue<any>, previous: Place | undefined, next: Place | undefined }} Place
 */

/**
 * A first-in, first-out queue whose items can be removed at any time, and put back in front. A linked list, since a `Set`
 * keeps deleted entries for a while, which engines pass again and again. An item is an object; its property `place` is
 * set while it is queued, so that it is in one queue at a time, and once.
 * @template {object} T
 */
export class Queue {
  length = 0;
  /** @type {Place | undefined} */
  #first = undefined;
  /** @type {Place | undefined} */
  #last = undefined;
  /** The place of the last item that was put back: these come first. */
  #lastBack;

  /**
   * The oldest item; undefined if the queue is empty.
   * @returns {T | undefined}
   */
  get first() {
    return this.#first?.item;
  }

  /** @param {T} item */
  push(item) {
    this.#insert(item, this.#last);
  }

  /**
   * Puts an item back that was removed: in front of all others, behind those that were put back before.
   * @param {T} item
   */
  putBack(item) {
    this.#lastBack = this.#insert(item, this.#lastBack);
  }

  /**
   * Removes and returns the oldest item; undefined if the queue is empty.
   * @returns {T | undefined}
   */
  shift() {
    const first = this.#first;
    if (first === undefined) return undefined;
    this.#remove(first);
    return first.item;
  }

  /**
   * Removes an item. True if it was queued.
   * @param {T} item
   */
  delete(item) {
    const { place } = /** @type {{ place?: Place }} */ (item);
    if (place?.queue !== this) return false;
    this.#remove(place);
    return true;
  }

  /**
   * Removes and returns all items.
   * @returns {T[]}
   */
  clear() {
    const all = [];
    while (this.length > 0) all.push(this.shift());
    return all;
  }

  /** Gives an item its place behind `previous`, or in front of all if that is undefined. */
  #insert(item, previous) {
    const next = previous === undefined ? this.#first : previous.next;
    const place = { item, queue: this, previous, next };
    if (previous === undefined) this.#first = place;
    else previous.next = place;
    if (next === undefined) this.#last = place;
    else next.previous = place;
    this.length++;
    return (item.place = place);
  }

  #remove(place) {
    const { item, previous, next } = place;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    if (place === this.#lastBack) this.#lastBack = previous;
    item.place = undefined;
    this.length--;
  }
}
