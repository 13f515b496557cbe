/** Links that share a guest, an operation, a payload and a callback: all of it is in the fragment, which no server sees. */

const FIELDS = ['guest', 'operation', 'payload', 'format', 'callback'];

/** Characters of the longest field that is taken from a link. */
const LONGEST = 64 << 10;

/** True for the fragment of such a link. */
export const isShared = (fragment) => Boolean(new URLSearchParams(fragment.slice(1)).get('guest'));

/** Why a link does not bring some values: one of them is too long. Undefined where it does. */
export function tooLong(values) {
  const name = FIELDS.find((name) => values[name]?.length > LONGEST);
  return name && `its ${name} has ${values[name].length} characters; a link brings ${LONGEST} at the most`;
}

/** The link of what is shared. */
export function linkOf(values) {
  const parameters = new URLSearchParams();
  for (const name of FIELDS) if (values[name]) parameters.set(name, values[name]);
  return `${location.href.split('#')[0]}#${parameters}`;
}

/** Reads the fields of a link that shares a guest: texts by their names. Throws where one is too long. */
export function sharedBy(fragment) {
  const parameters = new URLSearchParams(fragment.slice(1));
  const values = Object.fromEntries(FIELDS.map((name) => [name, parameters.get(name) ?? '']));
  const reason = tooLong(values);
  if (reason !== undefined) throw new Error(reason);
  return values;
}
