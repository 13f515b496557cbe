/** One seed: its guest is run in the ways of its plan, and what that comes to is compared. */

import { expected } from './expected.js';
import { FAULT, observed } from './observed.js';
import { planOf } from './plan.js';
import { WAYS } from './ways.js';

/**
 * `watch` is shown what nothing may refer to once the guest is closed, `show` all that comes out.
 * @returns what differs, as `{ kind, detail }`, and figures: outcomes by code, whether it was valid
 */
export async function compare(seed, bytes, { bystander, oddly, watch, show = () => {} }) {
  if (!WebAssembly.validate(bytes)) return { differences: [], valid: 0, codes: {} };
  const module = new WebAssembly.Module(bytes);
  const plan = planOf(seed, module);
  show({ plan });
  const [differences, codes] = [[], {}];
  let first;
  for (const way of plan.ways) {
    const results = await observed(bytes, plan, way, { bystander, watch });
    show({ way, results });
    for (const { code } of results) codes[nameOf(code)] = (codes[nameOf(code)] ?? 0) + 1;
    first ??= results;
    const found = faults(results);
    if (!plan.isDeep && !plan.isVarying) {
      const wanted = plan.hasWasi ? first : expected(module, plan, way, oddly);
      show({ way: plan.hasWasi ? plan.ways[0] : 'the reference', results: wanted });
      const withoutEvents = WAYS[way].isPool && !plan.startsNothing;
      if (!wanted.isVarying) found.push(...firstDifference(wanted, results, withoutEvents));
    }
    for (const { kind, detail } of found) {
      differences.push({ kind, detail: `${way}, ${plan.callback.name}: ${detail}` });
    }
  }
  return { differences, codes, valid: 1 };
}

/** What no guest may come to, whatever others come to. */
const faults = (results) =>
  results.filter(({ code }) => code.startsWith(FAULT)).map(({ code }) => ({ kind: FAULT, detail: code }));

/** Bytes are one outcome, faults another. */
const nameOf = (code) => (/^\d/.test(code) ? 'bytes' : code.split(':')[0]);

/**
 * Where two lists of results part, if they do. A pool starts instances when it sees fit: what their starts were seen to do is left out.
 */
function firstDifference(wanted, got, withoutEvents) {
  for (let i = 0; i < Math.max(wanted.length, got.length); i++) {
    const [a, b] = [wanted[i], got[i]];
    // Engines end their stacks at depths of their own.
    if (a?.code === 'OVERFLOW' || b?.code === 'OVERFLOW') return [];
    for (const field of withoutEvents ? ['code', 'text'] : ['code', 'text', 'events']) {
      const [x, y] = [a, b].map((result) => JSON.stringify(result?.[field]));
      if (x === y) continue;
      const kind = field === 'code' ? `${nameOf(a?.code ?? 'nothing')} -> ${nameOf(b?.code ?? 'nothing')}` : field;
      return [{ kind, detail: `invocation ${i}: ${field}: expected ${x}, got ${y}` }];
    }
  }
  return [];
}
