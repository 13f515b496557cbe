/** The functions of a guest on a stack that was sampled (`base/sampling.js`). */

/** A frame of WebAssembly, as all engines write it: names come in front, so the last one counts. */
const FRAME = /^(.*)wasm-function\[(\d+)\]/;

/**
 * The guest's functions on a stack, from the innermost outwards. The frames from the top are JavaScript's, the core's,
 * `own`, the guest's function that asks for more instructions (the rewriter has appended it and those behind it), and the
 * guest's own.
 */
export function functionsOf({ stack, own }) {
  const frames = stack.split('\n').map((line) => FRAME.exec(line));
  const first = frames.findIndex((frame) => frame !== null && Number(frame[2]) === own);
  const [, appended] = first < 0 ? [] : frames.slice(first, first + 2);
  if (!appended) return [];
  const functions = [];
  for (const frame of frames.slice(first + 2)) {
    // JavaScript that called the guest.
    if (frame === null) break;
    const index = Number(frame[2]);
    if (index < Number(appended[2])) functions.push({ index, name: nameIn(frame[1]) });
  }
  return functions;
}

/** The name in front of a frame's index: V8 `at NAME (wasm://…:`, Firefox `NAME@file:`, WebKit `NAME.`. */
function nameIn(text) {
  const [, v8, others] = /^(?: +at )?(.+) \(wasm:.*$|^(.+?)(?:@.*|\.)$/.exec(text) ?? [];
  const name = v8 ?? others;
  return name === undefined || /^(?:<.*|wasm-function\[.*)$/.test(name) ? undefined : name;
}
