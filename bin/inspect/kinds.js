/** Guesses at what files are that are no WebAssembly, by their first bytes. */

const BEGINNINGS = {
  '7f454c46': 'a program or library of Linux (ELF): compile for wasm32',
  cffaedfe: 'a program or library of macOS (Mach-O): compile for wasm32',
  '4d5a': 'a program or library of Windows: compile for wasm32',
  '504b0304': 'a ZIP archive',
  '89504e47': 'a PNG picture',
  '213c617263683e': 'a static library (ar): link it to a module',
  '4243c0de': 'LLVM bitcode: link it to a module',
  '28b52ffd': 'data compressed by zstd',
};

/**
 * A guess, for the end of a message; empty where there is none.
 * @param {Uint8Array} bytes
 */
export function kindOf(bytes) {
  const head = Buffer.from(bytes.subarray(0, 64)).toString('hex');
  const known = Object.keys(BEGINNINGS).find((beginning) => head.startsWith(beginning));
  if (known !== undefined) return `it looks like ${BEGINNINGS[known]}`;
  const text = Buffer.from(bytes.subarray(0, 64)).toString();
  const isText = /^[\p{L}\p{N}\p{P}\p{S}\s]+$/u.test(text) && !text.includes('\ufffd');
  return isText ? `it is text that begins with ${JSON.stringify(text.split('\n')[0])}` : '';
}
