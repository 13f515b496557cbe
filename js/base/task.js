/**
 * Runs a task of the core (`src/task.rs`). Resolves with its result, or rejects with its error. Called by the core.
 * @param {import('../generated/core.js').Task} task
 */
export async function run(task) {
  let value;
  let isRejected = false;
  // Every step is a microtask: nothing of a caller is on the stack.
  await undefined;
  try {
    for (;;) {
      const next = task.step(value, isRejected);
      if (task.hasEnded) return next;
      isRejected = false;
      try {
        value = await next;
      } catch (error) {
        value = error;
        isRejected = true;
      }
    }
  } finally {
    // A trap in the middle of a step has left it borrowed.
    if (task.hasEnded) task.free();
  }
}
