/** Finds a guest's operations: names in the module whose outcome differs from that of a name that no guest has. */

import { namesIn } from './names.js';

/** Milliseconds that the search takes at the most by default, and one name. */
const [LONGEST, LONGEST_NAME] = [600, 50];

/** Operations that are kept at the most. */
const MOST = 40;

/** A name that no guest has. */
const UNKNOWN = 'no-guest-has-this-operation';

const refuse = () => {
  throw new Error('nothing answers while operations are looked for');
};
const quiet = { hostCall: refuse, logger() {}, stdout() {}, stderr() {} };

/** What came of an operation: the code and message of its error, or nothing. */
async function outcome(host, operation) {
  try {
    await host.invoke(operation, '', { timeout: LONGEST_NAME });
    return undefined;
  } catch (error) {
    return `${error.code} ${error.message}`;
  }
}

/**
 * The operations that were found, and how many names were tried.
 * @param {Uint8Array} bytes of the guest
 * @param {import('wapc-host').WapcModule} module of them
 * @param {number} [longest] milliseconds after which no other name is tried
 */
export async function findOperations(bytes, module, longest = LONGEST) {
  const host = await module.instantiate(quiet);
  try {
    // A guest that answers anything, or ends whatever it is asked, has no names to be found.
    const unknown = (await outcome(host, UNKNOWN))?.split(UNKNOWN);
    const operations = [];
    const until = performance.now() + longest;
    let tried = 0;
    for (const name of unknown === undefined ? [] : namesIn(bytes)) {
      if (performance.now() > until || operations.length === MOST) break;
      tried++;
      if ((await outcome(host, name)) !== unknown.join(name)) operations.push(name);
    }
    return { operations, tried };
  } finally {
    host.close();
  }
}
