/** Watches which elements are in view. */

/** Milliseconds for which an element has to be in view before that counts: what is only passed on the way is not. */
const STAYS = 150;

/**
 * Calls `act` with an element each time it has come into view, and stayed.
 * @param {Iterable<Element>} elements
 * @param {(element: Element) => void} act
 * @param {{ threshold?: number[], isSeen?: (entry: IntersectionObserverEntry) => boolean }} [options] `isSeen`: whether
 *   so much of it is seen that it counts; it is asked again at each `threshold`
 * @returns the elements that are in view, and `forget`, which ends that for one
 */
export function whenSeen(elements, act, { threshold = [0], isSeen = ({ isIntersecting }) => isIntersecting } = {}) {
  /** Timers by element: of elements that are in view. */
  const seen = new Map();
  const leave = (element) => {
    clearTimeout(seen.get(element));
    seen.delete(element);
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const { target } = entry;
        if (!isSeen(entry)) leave(target);
        else if (!seen.has(target)) seen.set(target, setTimeout(act, STAYS, target));
      }
    },
    { threshold },
  );
  for (const element of elements) observer.observe(element);
  const forget = (element) => {
    observer.unobserve(element);
    leave(element);
  };
  return { seen, forget };
}
