/** Harmless guests that invoke each other until the stack ends. */

import { equal, wordsOf } from '../assert.js';
import { among } from './bystanders.js';
import { walk } from './edge.js';
import { isOverflow } from './outcomes.js';

/** The hosts of a chain. Their guests recurse before they call, so that few suffice: browsers allow few memories. */
const LENGTH = 40;
const LEVELS = 900;

/** The ways in which each host invokes the next one. */
const LINKS = {
  invokeSync: { options: { async: false }, invoke: (host, payload) => host.invokeSync('e', payload) },
  'invoke, never suspended': {
    options: { async: false },
    // Not awaited by the callback: the result is checked later.
    invoke: (host, payload, later) => void later.push(host.invoke('e', payload)),
  },
  'invoke, and waits for it': {
    options: { async: true },
    needsSuspension: true,
    invoke: async (host, payload) => host.invoke('e', payload),
  },
};

export function* chains(environment) {
  for (const [what, link] of Object.entries(LINKS)) {
    if (link.needsSuspension && !environment.canSuspend) continue;
    yield [
      `a chain of hosts that is longer than the stack: ${what}`,
      () => among(environment, (ask, opened) => chain(environment, link, ask, opened)),
    ];
  }
}

async function chain({ guest, WapcModule }, { options, invoke }, ask, opened) {
  // The guest calls its host at the last level.
  const payload = walk(3, { from: LEVELS - 1, levels: LEVELS });
  const module = opened.add(await WapcModule.compile(await guest('wat/edge'), options));
  const hosts = [];
  const later = [];
  for (let number = 0; number < LENGTH; number++) {
    let calls = 0;
    const hostCall = () => {
      // The guest calls once before it recurses, and once at the last level.
      if (calls++ % 2 === 0 || number + 1 === LENGTH) return undefined;
      const answer = invoke(hosts[number + 1], payload, later);
      return answer instanceof Promise ? answer : undefined;
    };
    hosts.push(opened.add(await module.instantiate({ hostCall })));
  }
  for (let turn = 0; turn < 10; turn++) {
    // An error that is thrown at this level fails the test.
    later.push(invoke(hosts[turn], payload, later));
    for (const { status, reason } of await Promise.allSettled(later.splice(0))) {
      if (status === 'rejected') tooDeep(reason);
    }
    for (const host of hosts) equal(wordsOf(await host.invoke('c')).length, 1, 'it answers afterwards');
    for (const host of hosts) equal(wordsOf(host.invokeSync('c')).length, 1, 'it answers afterwards, at once');
    await ask();
  }
}

function tooDeep(error) {
  const deepest = error?.code === 'WAPC_LIMIT' || error?.code === 'WAPC_TRAP' || isOverflow(error);
  equal(deepest, true, `what is too deep (${error?.code}: ${error?.message})`);
}
