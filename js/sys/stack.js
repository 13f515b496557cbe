/**
 * The core's shadow stack. A guest that recurses until the engine's stack ends may do so inside one of the core's
 * functions, which then never puts its stack pointer back: 48 bytes are lost each time, until the core has none left.
 */

let pointer;
let top;

/** Remembers where the stack begins. To be called while nothing of the core runs. */
export function watchStack(exports) {
  pointer = exports.__stack_pointer;
  top = pointer.value;
}

/** A guest has thrown: puts the pointer back once nothing of the core runs, as it never does in a microtask. */
export function restoreStack() {
  queueMicrotask(() => {
    pointer.value = top;
  });
}
