/** Runs the guest of one seed in the ways of its plan, and compares the results. */

import { expected } from './expected.js';
import { FAULT, observed } from './observed.js';
import { planOf } from './plan.js';
import { WAYS } from './ways.js';

/**
 * `watch` is given what nothing may refer to once the guest is closed, `show` all that is observed.
 * @returns the differences, as `{ kind, detail }`, and figures: outcomes by code, whether the guest was valid
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

/** Outcomes that no guest may have. */
const faults = (results) =>
  results.filter(({ code }) => code.startsWith(FAULT)).map(({ code }) => ({ kind: FAULT, detail: code }));

/** The name of an outcome. All bytes have one name, and all faults. */
const nameOf = (code) => (/^\d/.test(code) ? 'bytes' : code.split(':')[0]);

/**
 * The first difference between two lists of results, if any. A pool starts instances at times of its own: the events of
 * their starts are not compared.
 */
function firstDifference(wanted, got, withoutEvents) {
  for (let i = 0; i < Math.max(wanted.length, got.length); i++) {
    const [a, b] = [wanted[i], got[i]];
    // Engines overflow their stacks at different depths.
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
