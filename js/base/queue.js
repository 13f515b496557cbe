/**
 * A queue, first come, first served, whose items may leave at any time. A `Set` alone takes longer and longer to say what is
 * first, since it steps over what was before; an iterator remembers where it was.
 * @template T
 */
export class Queue {
  #set = new Set();
  #iterator = this.#set.values();

  get length() {
    return this.#set.size;
  }

  push(item) {
    // An iterator that was at the end once stays there.
    if (this.#set.size === 0) this.#iterator = this.#set.values();
    this.#set.add(item);
  }

  /** Takes the one that waits longest; undefined where none does. */
  shift() {
    if (this.#set.size === 0) return undefined;
    const { value } = this.#iterator.next();
    this.#set.delete(value);
    return value;
  }

  /** Takes one out. Whether it waited. */
  delete(item) {
    return this.#set.delete(item);
  }

  /** Takes all. */
  clear() {
    const all = [...this.#set];
    this.#set.clear();
    return all;
  }
}
