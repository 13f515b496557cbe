/** Files that somebody chooses or drops, of which one is run. */

import { count } from '../../parts/numbers.js';

/** The guest of some files: the first one that is named like a guest, if there is one; a note says that it is one of them. */
export function fromFiles(files) {
  const file = files.find(({ name }) => /\.wasm$/i.test(name)) ?? files[0];
  const note = `One guest runs at a time: this one of the ${count(files.length)} files was taken.`;
  return { name: file.name, file, note: files.length > 1 ? note : undefined };
}
