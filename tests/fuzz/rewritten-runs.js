/** Compares modules with the rewritten ones in engines: Node in processes of their own, Firefox in a page. */

import { spawn } from 'node:child_process';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { modulesOf } from '../../tools/fuzz.js';
import { openFirefox } from '../browser/browsers.js';
import { serve } from '../browser/serve.js';

const CHILD = fileURLToPath(new URL('rewritten-child.js', import.meta.url));

/** Modules of one process. */
const BATCH = 1000;

const add = (total, tally) => ({
  same: total.same + tally.same,
  skipped: total.skipped + tally.skipped,
  invalid: total.invalid + tally.invalid,
  differences: [...total.differences, ...tally.differences],
});

/** Compares the modules of the seeds FROM..FROM+COUNT on a Node. */
export async function compareInNode(node, from, count) {
  let total = { same: 0, skipped: 0, invalid: 0, differences: [] };
  for (let seed = from; seed < from + count; seed += BATCH) {
    const child = spawn(node, ['--no-warnings', CHILD, seed, Math.min(BATCH, from + count - seed)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const tally = await json(child.stdout).catch(() => ({
      ...{ same: 0, skipped: 0, invalid: 0 },
      differences: [`the process that began with seed ${seed} ended`],
    }));
    total = add(total, /** @type {any} */ (tally));
  }
  return total;
}

const PAGE = `<!doctype html><script type="module">
  import { load } from '/dist/interrupt.js';
  import { compareAll } from '/tests/fuzz/rewritten.js';
  const bytes = new Uint8Array(await (await fetch('/modules')).arrayBuffer());
  const view = new DataView(bytes.buffer);
  const modules = [];
  for (let at = 0; at < bytes.length; at += 4 + view.getUint32(at, true)) {
    modules.push(bytes.slice(at + 4, at + 4 + view.getUint32(at, true)));
  }
  const tally = await compareAll(modules, 0, await load());
  await fetch('/tally', { method: 'POST', body: JSON.stringify(tally) });
</script>`;

/** The same in Firefox, for the seeds from 0 on. */
export async function compareInFirefox(count) {
  const modules = modulesOf(0, count).flatMap((bytes) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  const { address, posted, stop } = await serve({
    extra: { '/compare.html': PAGE, '/modules': Buffer.concat(modules) },
  });
  const browser = await openFirefox(`${address}/compare.html`);
  const tally = JSON.parse(await posted);
  await browser.close();
  stop();
  return tally;
}
