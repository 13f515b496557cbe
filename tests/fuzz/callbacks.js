/** Host callbacks: each kind answers a payload, right or wrong, or does something to its host. */

const ints = (length) => Uint8Array.from({ length }, (_, index) => index);

/** An array whose buffer is detached. */
function detached() {
  const bytes = ints(8);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

const raise = (value) => {
  throw value;
};

/** An array with one odd property. */
const withProperty = (name, descriptor) => Object.defineProperty(ints(40), name, { configurable: true, ...descriptor });
const throwing = { get: () => raise(new Error('planned getter')) };

/** Kinds whose answers the protocol defines. */
const PLAIN = {
  echo: (payload) => payload,
  text: () => 'text: ü€😀',
  nothing: () => undefined,
  buffer: () => ints(20).buffer,
  view: () => new DataView(ints(30).buffer, 3, 17),
  words: () => new Uint16Array([1, 2, 3]),
  long: () => new Uint8Array(70_000).fill(7),
  'over every limit': () => new Uint8Array((1 << 20) + 1),
  error: () => raise(new Error('planned ü')),
  'a thrown text': () => raise('planned text'),
  'thrown nothing': () => raise(undefined),
  varying: (payload, { count }) => [payload, 'text', undefined, new Uint8Array(3)][count % 4],
};

/** Kinds whose answers only have to be the same in every way. */
const ODD = {
  detached,
  null: () => null,
  number: () => 42,
  'an object with a length': () => ({ length: Number.NaN }),
  'a then that throws': () => Object.defineProperty({}, 'then', throwing),
  'an array with a then that throws': () => withProperty('then', throwing),
  'a length that throws': () => withProperty('length', throwing),
  'a length that is less': () => withProperty('length', { value: 1 }),
  'a length that is more': () => withProperty('length', { value: 1000 }),
  'a constructor that throws': () => withProperty('constructor', throwing),
  'a subarray that throws': () => withProperty('subarray', throwing),
  'a slice that throws': () => withProperty('slice', throwing),
  symbol: () => Symbol('odd'),
};

/** Kinds that do something to the calling host by `act`, and then answer. */
const ACTING = {
  aborts: (payload, { act }) => (act('abort'), payload),
  closes: (payload, { act }) => (act('close'), payload),
  resets: (payload, { act }) => (act('reset'), payload),
  replaces: (payload, { act }) => (act('replace'), payload),
  'calls itself': (payload, { act }) => act('reenter') ?? 'WAPC_REENTRANT',
  'calls a bystander': (payload, { act }) => act('bystander', payload) ?? payload,
};

/** The same for answers that come later. */
const ACTING_LATER = {
  'calls a pool': (payload, { act }) => act('pool', payload) ?? payload,
  'makes a host': (payload, { act }) => act('make', payload) ?? payload,
};

const kinds = (group, flags) => Object.entries(group).map(([name, answer]) => ({ name, answer, ...flags }));
const later = (kind) => ({ ...kind, name: `later: ${kind.name}`, isLater: true });

const plain = kinds(PLAIN, {});
export const odd = kinds(ODD, { isOdd: true });
export const acting = [...kinds(ACTING, { isActing: true }), ...kinds(ACTING_LATER, { isActing: true, isLater: true })];
export const calm = [...plain, ...plain, ...plain.map(later)];
export const strange = [...odd, later(odd[0]), later(odd[1]), later(odd[6])];
