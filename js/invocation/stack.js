/**
 * The shadow stacks of the core and of WASI. A guest that recurses until the engine's stack ends may do so inside one of
 * their functions, which then never puts its stack pointer back: 48 bytes are lost each time, until there are none left.
 */

/** The pointers of the core and of WASI, and where each stack begins. */
const stacks = [];

/** Remembers where the stack begins. To be called while nothing runs there. */
export function watchStack({ __stack_pointer: pointer }) {
  stacks.push({ pointer, top: pointer.value });
}

/** A guest has thrown: puts the pointer back once nothing of the core runs, as it never does in a microtask. */
export function restoreStack() {
  queueMicrotask(() => {
    for (const { pointer, top } of stacks) pointer.value = top;
  });
}
