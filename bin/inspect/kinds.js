/** Guesses at what files are that are no guests: by their first bytes, or by what they import. */

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

/**
 * Tools whose modules need the script that the tool wrote beside them, and what tells those: an import of that module and
 * name, or all of the imports, since other tools may call a module `a` as well.
 */
const TOOLS = [
  { tool: 'wasm-bindgen', some: /^(wbg|__wbindgen_placeholder__|.*_bg\.js) / },
  { tool: 'Emscripten', some: /^env _?emscripten_/ },
  { tool: 'Emscripten', every: /^a [a-zA-Z]{1,2}$/ },
  { tool: 'Go or TinyGo', some: /^(gojs|go) / },
];

/**
 * A guess at the tool that made a module that is no guest, for the end of a message; empty where there is none.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export function toolOf(bytes) {
  // A component, or text, is no module.
  if (!WebAssembly.validate(bytes)) return '';
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(
    ({ module, name }) => `${module} ${name}`,
  );
  if (imports.length === 0) return '';
  const found = TOOLS.find(({ some, every }) =>
    every === undefined ? imports.some((one) => some.test(one)) : imports.every((one) => every.test(one)),
  );
  return found === undefined ? '' : `it looks as if ${found.tool} made it, for a script that answers its imports`;
}
