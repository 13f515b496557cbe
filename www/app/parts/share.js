/** Links that share a guest, an operation, a payload and a callback: all of it is in the fragment, which no server sees. */

const FIELDS = ['guest', 'operation', 'payload', 'format', 'callback'];

/** True for the fragment of such a link. */
export const isShared = (fragment) => new URLSearchParams(fragment.slice(1)).has('guest');

/** The link of what is shared. */
export function linkOf(values) {
  const parameters = new URLSearchParams();
  for (const name of FIELDS) if (values[name]) parameters.set(name, values[name]);
  return `${location.href.split('#')[0]}#${parameters}`;
}

/** What a link shares: texts, by the names of the fields. */
export function sharedBy(fragment) {
  const parameters = new URLSearchParams(fragment.slice(1));
  return Object.fromEntries(FIELDS.map((name) => [name, parameters.get(name) ?? '']));
}
