/** Asks the services on a connection for their INFO and STATS. */

/** Milliseconds in which they answer, where it is not known how many there are. */
const PATIENCE = 500;

/** Milliseconds after which answers are no longer taken: a service may send them without end. */
const LONGEST = 5_000;

/** The name of the error where nobody answers. */
const NOBODY = 'NoResponders';

/**
 * Statistics of the guests that are served, one for each member.
 * @param {any} connection
 * @param {string[]} path the name of a service and the id of a member, or the name, or nothing for all
 */
export async function membersOf(connection, path) {
  const subject = ['$SRV.STATS', ...path].join('.');
  const members = [];
  const begun = performance.now();
  // The answers end where no more come for a while.
  const options = { strategy: 'stall', maxWait: PATIENCE * 4 };
  try {
    for await (const message of await connection.requestMany(subject, '', options)) {
      const member = readMember(message);
      if (member !== undefined) members.push(member);
      if (performance.now() - begun > LONGEST) break;
    }
  } catch (error) {
    if (error.name !== NOBODY) throw error;
  }
  return members;
}

/** One answer, which anybody may have sent; undefined where it is not of a guest. */
function readMember(message) {
  try {
    const { name, version, endpoints } = message.json();
    const [{ num_requests: requests, num_errors: errors, data }] = endpoints;
    const { guest, pool, inFlight } = data;
    // A host of its own runs one at a time.
    const busy = pool?.busy ?? Math.min(inFlight, 1);
    const pending = pool?.waiting ?? inFlight - busy;
    const numbers = { requests, errors, busy, pending };
    if (![name, version].every((text) => typeof text === 'string')) return undefined;
    if (!Object.values(numbers).every(Number.isFinite)) return undefined;
    const what = [guest.name, ...guest.languages, data.sha256?.slice(0, 8)];
    return { name, version, guest: what.filter((part) => typeof part === 'string').join(', '), ...numbers };
  } catch {
    return undefined;
  }
}

/** Members of one name, version and guest together, in the order of their names. */
export function summed(members) {
  const groups = new Map();
  for (const { name, version, guest, ...numbers } of members) {
    const key = JSON.stringify([name, version, guest]);
    const group = groups.get(key) ?? {
      name,
      version,
      guest,
      instances: 0,
      requests: 0,
      errors: 0,
      busy: 0,
      pending: 0,
    };
    group.instances++;
    for (const [what, number] of Object.entries(numbers)) group[what] += number;
    groups.set(key, group);
  }
  return [...groups.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, group]) => group);
}
