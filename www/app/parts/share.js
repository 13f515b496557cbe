/** Links that share a guest, an operation, a payload and a callback: all of it is in the fragment, which no server sees. */

const FIELDS = ['guest', 'operation', 'payload', 'format', 'callback'];

/** Characters of the longest field that is taken from a link. */
const LONGEST = 64 << 10;

/** True for the fragment of such a link. */
export const isShared = (fragment) => new URLSearchParams(fragment.slice(1)).has('guest');

/** The link of what is shared. */
export function linkOf(values) {
  const parameters = new URLSearchParams();
  for (const name of FIELDS) if (values[name]) parameters.set(name, values[name]);
  return `${location.href.split('#')[0]}#${parameters}`;
}

/** Reads the fields of a link that shares a guest: texts by their names. Throws where one is too long. */
export function sharedBy(fragment) {
  const parameters = new URLSearchParams(fragment.slice(1));
  const values = FIELDS.map((name) => [name, parameters.get(name) ?? '']);
  for (const [name, { length }] of values) {
    if (length > LONGEST) throw new Error(`its ${name} has ${length} characters; a link brings ${LONGEST} at the most`);
  }
  return Object.fromEntries(values);
}
