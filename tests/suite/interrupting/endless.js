/** Guests that never end, each in its own way, and modules that name what only a rewriter appends. */

import { assemble, name, section, unsigned, vector } from '../assembler.js';

export const I32 = 0x7f;
const [I64, EMPTY] = [0x7e, 0x40];
const type = (parameters, results) => [0x60, vector(parameters), vector(results)];

/** The types of every guest here, by index. */
const TYPES = [type([I32, I32], []), type([I32, I32], [I32]), type([], []), type([I32], [])];
/** The functions of every guest here: its import, `__guest_call`, and the one that an operation of one byte calls. */
const [RESPONSE, GUEST_CALL, RUN] = [0, 1, 2];
/** The first of the functions that a guest adds. */
const OTHER = 3;

const LOOP = [0x03, EMPTY];
const END = 0x0b;
const AGAIN = [0x0c, 0, END];
/** `i32.const` of a number of 28 bits, without a sign. */
const i32 = (number) => [0x41, ...[0, 7, 14, 21].map((shift) => ((number >> shift) & 0x7f) | 0x80), 0];
const call = (index) => [0x10, index];
const forever = [LOOP, AGAIN];

const body = (code, locals = []) => {
  const bytes = [vector(locals.map((of) => [1, of])), code, END].flat(Infinity);
  return [unsigned(bytes.length), bytes];
};

/**
 * A guest: an operation of one byte runs `run`, any other is answered with four bytes.
 * @param {object} parts
 * @param {unknown[]} [parts.run] instructions
 * @param {[type: number, code: unknown[]][]} [parts.others] further functions, from `OTHER` on
 * @param {[name: string, kind: number, index: number][]} [parts.exports] further ones
 */
export function guestOf({
  run = [],
  locals = [],
  others = [],
  exports = [],
  start,
  tags = [],
  memory = [0, 1],
  elements,
  globals,
  tables = [],
  types = [],
}) {
  const guestCall = [[0x20, 0], i32(1), 0x46, [0x04, EMPTY], call(RUN), END, i32(0), i32(4), call(RESPONSE), i32(1)];
  return assemble(
    section(1, vector([...TYPES, ...types])),
    section(2, vector([[name('wapc'), name('__guest_response'), 0, 0]])),
    section(3, vector([1, 2, ...others.map(([of]) => of)])),
    section(4, vector([[0x70, 0, 2], ...tables])),
    section(5, vector([memory])),
    tags.length > 0 ? section(13, vector(tags.map((of) => [0, of]))) : [],
    globals === undefined ? [] : section(6, vector(globals)),
    section(
      7,
      vector(
        [['memory', 2, 0], ['__guest_call', 0, GUEST_CALL], ...exports].map(([of, kind, index]) => [
          name(of),
          kind,
          unsigned(index),
        ]),
      ),
    ),
    start === undefined ? [] : section(8, [unsigned(start)]),
    elements === undefined ? [] : section(9, vector(elements)),
    section(10, vector([body(guestCall), body(run, locals), ...others.map(([, code]) => body(code))])),
  );
}

/** Calls a function twice with one less, unless it is 0. */
const twice = (index) => {
  const less = [[0x20, 0], i32(1), 0x6b, call(index)];
  return [[0x20, 0], [0x04, EMPTY], less, less, END];
};

const many = (times, code) => Array(times).fill(code);

/** A loop of `turns` turns of 8 instructions, which counts in the local 0. */
const loopOf = (turns) => [
  i32(0),
  [0x21, 0],
  LOOP,
  [0x20, 0],
  i32(1),
  0x6a,
  [0x22, 0],
  i32(turns),
  0x49,
  [0x0d, 0],
  END,
];

/** Guests whose operation of one byte never ends. Some engines do not know all of their instructions. */
export const ENDLESS = {
  'a loop': { run: forever },
  'a loop by br_table': { run: [LOOP, i32(0), [0x0e, 1, 0, 0], END] },
  'a loop by br_if': { run: [LOOP, i32(1), [0x0d, 0], END, forever] },
  'a loop that calls': { run: [LOOP, call(OTHER), AGAIN], others: [[2, []]] },
  'a tree of calls': { run: [i32(60), call(OTHER)], others: [[3, twice(OTHER)]] },
  'a tree of two functions': {
    run: [i32(60), call(OTHER)],
    others: [
      [3, twice(OTHER + 1)],
      [3, twice(OTHER)],
    ],
  },
  'a tail call of itself': { run: [0x12, RUN] },
  'tail calls of each other': { run: [0x12, OTHER], others: [[2, [0x12, RUN]]] },
  'a loop in try and catch_all': { run: [LOOP, [0x06, EMPTY], forever, 0x19, END, AGAIN] },
  'a loop in try_table with catch_all': {
    run: [LOOP, [0x02, EMPTY], [0x1f, EMPTY, 1, 2, 0], forever, END, END, AGAIN],
  },
  'throw and catch': { run: [LOOP, [0x06, EMPTY], [0x08, 0], 0x19, END, AGAIN], tags: [2] },
  'throw and catch by try_table': {
    run: [LOOP, [0x02, EMPTY], [0x1f, EMPTY, 1, 2, 0], [0x08, 0], END, END, AGAIN],
    tags: [2],
  },
  'memory.fill': { run: [LOOP, i32(0), i32(0), [0x41, 0x80, 0x80, 4], [0xfc, 11, 0], AGAIN] },
  'memory.grow': { run: [LOOP, i32(0), [0x40, 0], 0x1a, AGAIN] },
  divisions: {
    run: [LOOP, [0x20, 0], [0x42, 3], 0x7f, [0x42, 9], 0x7c, [0x21, 0], AGAIN],
    locals: [I64],
  },
  'memory.fill of nothing': { run: [LOOP, many(300, [i32(0), i32(0), i32(0), [0xfc, 11, 0]]), AGAIN] },
  'table.grow that fails, and fills': {
    run: [LOOP, many(200, [[0xd0, 0x70], [0x41, 0x7f], [0xfc, 15, 0], 0x1a]), forever, AGAIN],
  },
  'table.set': { run: [LOOP, many(2000, [i32(0), [0xd2, RUN], [0x26, 0]]), AGAIN], elements: [[3, 0, vector([RUN])]] },
  'divisions in one long turn': {
    run: [LOOP, many(100_000, [[0x20, 0], [0x42, 3], 0x81, [0x21, 0]]), AGAIN],
    locals: [I64],
  },
  'a tail call behind a loop': {
    run: [loopOf(200), [0x12, RUN]],
    locals: [I32],
  },
  'responses of a megabyte': { run: [LOOP, i32(0), i32(1 << 20), call(RESPONSE), AGAIN], memory: [0, 16] },
  'waits of a millisecond': {
    run: [LOOP, i32(0), i32(0), [0x42, ...[0xc0, 0x84, 0x3d]], [0xfe, 1, 2, 0], 0x1a, AGAIN],
    memory: [3, 1, 1],
    mayTrap: true,
  },
  'a loop that takes a parameter': { run: [i32(0), [0x03, 3], 0x1a, i32(0), AGAIN], types: [] },
};

/** A loop that is too short to be looked at. */
const unseen = loopOf(480);

/** Guests that call themselves beside such loops, as often as the stack has room for. */
export const RECURSIONS = {
  'a call behind a loop': [unseen, call(RUN)],
  'calls in both arms behind a loop': [unseen, i32(1), [0x04, EMPTY], call(RUN), 0x05, call(RUN), END],
  'a call that a loop branches to': [
    [0x02, EMPTY],
    [LOOP, [0x20, 0], i32(1), 0x6a, [0x22, 0], i32(400), 0x4b, [0x0d, 1], AGAIN],
    [END, call(RUN)],
  ],
  'a call behind a loop, in a loop': [LOOP, unseen, call(RUN), [0x0c, 0], END],
  'a call in front of a loop, in a loop': [LOOP, [0x20, 0], [0x04, EMPTY], call(RUN), END, unseen, [0x0c, 0], END],
  'a call in a loop behind a loop': [unseen, LOOP, call(RUN), [0x0c, 0], END],
};

/** A guest that waits for another thread, which there is none of. */
export const WAITING = guestOf({
  run: [i32(0), i32(0), [0x42, 0x7f], [0xfe, 1, 2, 0], 0x1a],
  memory: [3, 1, 1],
});

/** Guests that never end while they start. */
export const ENDLESS_STARTS = {
  'a start section': { others: [[2, forever]], start: OTHER },
  _start: { others: [[2, forever]], exports: [['_start', 0, OTHER]] },
  _initialize: { others: [[2, forever]], exports: [['_initialize', 0, OTHER]] },
  wapc_init: { others: [[2, forever]], exports: [['wapc_init', 0, OTHER]] },
};

/** A guest that turns a loop `times` times, each of which adds to a number, and then answers. */
export const turning = (times) =>
  guestOf({
    run: [LOOP, [0x20, 0], i32(1), 0x6a, [0x22, 0], i32(times), 0x49, [0x0d, 0], END],
    locals: [I32],
  });

/** A guest that turns `times` times in all, `each` of them in one call of a function, which ends by a tail call of itself. */
export const turningByTailCalls = (times, each) =>
  guestOf({
    run: [
      [LOOP, [0x20, 0], i32(1), 0x6a, [0x22, 0], i32(each), 0x49, [0x0d, 0], END],
      [[0x23, 0], i32(each), 0x6a, [0x24, 0], [0x23, 0], i32(times), 0x49, [0x04, EMPTY], [0x12, RUN], END],
    ],
    locals: [I32],
    globals: [[I32, 1, i32(0), END]],
  });

/** A guest that executes `code` `times` times. */
const repeating = (times, code, parts = {}) =>
  guestOf({
    run: [LOOP, code, [0x20, 0], i32(1), 0x6a, [0x22, 0], i32(times), 0x49, [0x0d, 0], END],
    locals: [I32],
    ...parts,
  });

/** A response of four bytes, by a call that is given its operands. */
const responding = (...by) => [i32(0), i32(4), by];
const indirectly = responding(i32(0), [0x11, 0, 0]);
/** An expression that is a reference to the import. */
const reference = [[0xd2, RESPONSE], END];

/** Guests that call their host `times` times in one invocation, each in its own way. Some engines do not know all of them. */
export const callingHost = (times) => ({
  call: repeating(times, responding(call(RESPONSE))),
  return_call: repeating(times, call(OTHER), { others: [[2, responding([0x12, RESPONSE])]] }),
  'call_indirect, by an active segment': repeating(times, indirectly, {
    elements: [[0, i32(0), END, vector([RESPONSE])]],
  }),
  'call_indirect, by an active segment of a named table': repeating(times, indirectly, {
    elements: [[2, 0, i32(0), END, 0, vector([RESPONSE])]],
  }),
  'call_indirect, by a passive segment': repeating(times, [i32(0), i32(0), i32(1), [0xfc, 12, 0, 0], indirectly], {
    elements: [[1, 0, vector([RESPONSE])]],
  }),
  'call_indirect, by expressions': repeating(times, indirectly, {
    elements: [[4, i32(0), END, vector([reference])]],
  }),
  'call_indirect, by expressions of a type': repeating(times, [i32(0), i32(0), i32(1), [0xfc, 12, 0, 0], indirectly], {
    elements: [[5, 0x70, vector([reference])]],
  }),
  'call_indirect, by a global': repeating(times, [i32(0), [0x23, 0], [0x26, 0], indirectly], {
    globals: [[0x70, 0, reference]],
  }),
  'call_indirect, by a table of its own': repeating(times, responding(i32(0), [0x11, 0, 1]), {
    tables: [[0x40, 0, 0x70, 0, 1, reference]],
  }),
  return_call_indirect: repeating(times, call(OTHER), {
    others: [[2, responding(i32(0), [0x13, 0, 0])]],
    elements: [[0, i32(0), END, vector([RESPONSE])]],
  }),
  'call_ref of what is exported': repeating(times, responding([0xd2, RESPONSE], [0x14, 0]), {
    exports: [['x', 0, RESPONSE]],
  }),
});

/** The next index of each kind that a guest here does not have, and its rewritten form does. */
const NEXT = { type: TYPES.length, function: OTHER, table: 1, global: 0 };

/** Invalid guests: the name of what they name, and the guest. */
export const INVALID = {
  'call of a function': { run: call(NEXT.function) },
  'return_call of a function': { run: [0x12, NEXT.function] },
  'ref.func': { run: [[0xd2, NEXT.function], 0x1a] },
  'the type of a block': { run: [[0x02, NEXT.type + 1], END] },
  'the type of a loop': { run: [[0x03, NEXT.type + 1], END] },
  'the type of call_indirect': { run: [i32(0), [0x11, NEXT.type + 1, 0]] },
  'the table of call_indirect': { run: [i32(0), [0x11, 2, NEXT.table]] },
  'table.get': { run: [i32(0), [0x25, NEXT.table], 0x1a] },
  'table.size': { run: [[0xfc, 16, NEXT.table], 0x1a] },
  'global.get': { run: [[0x23, NEXT.global], 0x1a] },
  'global.set': { run: [i32(0), [0x24, NEXT.global + 1]] },
  'the type of a function': { others: [[NEXT.type + 1, []]] },
  'an export of a function': { exports: [['x', 0, NEXT.function]] },
  'an export of a table': { exports: [['x', 1, NEXT.table]] },
  'an export of a global': { exports: [['x', 3, NEXT.global]] },
  'an element': { elements: [[0, i32(0), END, vector([NEXT.function])]] },
  'the table of an element': { elements: [[2, NEXT.table, i32(0), END, 0, vector([RUN])]] },
  'the start function': { start: NEXT.function },
  'the type of a tag': { tags: [NEXT.type + 1] },
};
