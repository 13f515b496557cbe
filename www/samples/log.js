/** Log lines of the guest of `browser.js`: whoever listens gets them. */

const listeners = new Set();

export const onLog = (listener) => listeners.add(listener);
export const log = (line) => listeners.forEach((listener) => listener(line));
