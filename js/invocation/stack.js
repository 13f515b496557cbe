/**
 * The shadow stacks of the core and of WASI. A guest that recurses until the engine's stack overflows may do so inside
 * one of their functions, which then never restores its stack pointer: 48 bytes are lost each time, until none are
 * left.
 */

import { inMicrotask } from '../base/microtask.js';
import { CALL_FAILED, CALL_SUCCEEDED, CALL_THREW } from '../generated/constants.js';

/** The stack pointers of the core and of WASI, and their initial values. */
const stacks = [];

/** Records a stack's initial pointer. Must be called while nothing runs on it. */
export function watchStack({ __stack_pointer: pointer }) {
  stacks.push({ pointer, top: pointer.value });
}

/** True once a guest of this thread threw. */
export let hasThrown = false;

/** Restores the stack pointers after a guest threw. In a microtask, where no code of the core is running. */
function restoreStack() {
  hasThrown = true;
  inMicrotask(() => {
    for (const { pointer, top } of stacks) pointer.value = top;
  });
}

/** How a call of a guest ended that returned `result`. */
export const returned = (result) => (result === 0 ? CALL_FAILED : CALL_SUCCEEDED);

/** Handles an error that a guest's call threw, usually a trap: CALL_THREW. */
export function threw(invocation, error) {
  restoreStack();
  // An error that the caller's callback threw, which may be `undefined`, stays: it says more than the trap that it caused.
  if (invocation.hasCause !== true) invocation.thrown = error;
  return CALL_THREW;
}
