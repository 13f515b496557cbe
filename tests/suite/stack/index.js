/** Stack overflows at any place leave nothing behind, and harm no other guest. */

import { fails, thrown } from '../assert.js';
import { ACTIONS } from './actions.js';
import { among } from './bystanders.js';
import { callers } from './callers.js';
import { chains } from './chains.js';
import { ENDING, IMPORTS, WASI, depthOf, shifts, trapped, walk } from './edge.js';
import { WAYS, Walker } from './walker.js';

const WASI_OPTIONS = { args: ['a'], env: { A: 'a' }, stdin: 'text', preopens: { '/data': { a: 'text' } } };

/** The guests that walk: all their imports, the imports that call back, and their options. */
const GUESTS = [
  ['wat/edge', IMPORTS, ['__host_call', '__console_log', 'env.trace', 'env.console.log'], {}],
  ['wat/edge-wasi', WASI, ['fd_write'], { wasi: WASI_OPTIONS }],
];

export function* stack(environment) {
  yield* imports(environment);
  yield* callbacks(environment);
  yield* callers(environment);
  yield* chains(environment);
}

/** Calls each import, with callbacks that do nothing. */
function* imports(environment) {
  const { guest, WapcModule, WapcPool } = environment;
  for (const [name, all, , options] of GUESTS) {
    for (const [way, { options: how, invoke, isPool }] of Object.entries(WAYS)) {
      const run = async (ask, opened) => {
        const quiet = { ...options, ...how, hostCall: () => 'text', logger() {}, stdout() {} };
        const module = opened.add(await WapcModule.compile(await guest(name), quiet));
        const made = opened.add(await (isPool ? WapcPool.create(module, { ...quiet, size: 1 }) : module.instantiate()));
        const call = (...invocation) => invoke(made, ...invocation);
        for (const [number, what] of all.entries()) {
          await (ENDING.includes(what) ? endAtTheEdge(call, number) : walkOver(call, number));
          await ask();
        }
      };
      yield [`${name} ${way}: each import at every distance from the stack's end`, () => among(environment, run)];
    }
  }
}

async function walkOver(call, number) {
  for (const wide of shifts(2, 2 * number)) {
    trapped(await thrown(() => call('e', walk(number, { wide }))));
  }
}

/** An import that ends its guest is called once in each walk. */
async function endAtTheEdge(call, number) {
  const depth = await depthOf(call);
  for (let from = depth - 200; from < depth + 20; from += 23) {
    await fails('WAPC_TRAP', () => call('e', walk(number, { from, wide: from % 24 })));
  }
}

/** Runs each action in callbacks, from every import and in every way. */
function* callbacks(environment) {
  const depths = GUESTS.map(() => Object.values(WAYS).map(() => ({ calls: 0 })));
  let nth = 0;
  for (const [what, make] of Object.entries(ACTIONS)) {
    yield [
      `a callback ${what} at every distance from the stack's end`,
      () => among(environment, (ask, opened) => act(environment, make, depths, nth++, ask, opened)),
    ];
  }
}

/** Each import that calls back acts in two of the four ways; `nth` selects which. */
async function act(environment, make, depths, nth, ask, opened) {
  const { guest, WapcModule, WapcPool } = environment;
  const bytes = await guest('wat/edge');
  const module = opened.add(await WapcModule.compile(bytes, { async: false }));
  const other = opened.add(await module.instantiate());
  const suspending = opened.add(await module.instantiate({ async: 'auto' }));
  const pool = opened.add(await WapcPool.create(module, { size: 1 }));
  const { signal } = new AbortController();
  const spare = () => module.instantiate();
  const given = { ...environment, bytes, module, other, suspending, pool, signal, spare };
  for (const [which, [name, all, calling, options]] of GUESTS.entries()) {
    const walks = opened.add(await WapcModule.compile(await guest(name), options));
    for (const [number, way] of Object.values(WAYS).entries()) {
      const callbacks = calling.filter((_, index) => (index + number + nth) % 2 === 0);
      const walker = opened.add(new Walker(environment, walks, way, depths[which][number]));
      walker.action = make({ ...given, own: () => walker.own });
      for (const callback of callbacks) {
        for (const wide of shifts(1, 4 * nth + number)) await walker.walk(all.indexOf(callback), wide);
      }
      await ask();
    }
  }
}
