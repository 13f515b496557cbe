/**
 * Runs seeds in child processes and gathers their results. A process that dies is one difference; the next one goes on
 * after it.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('child.js', import.meta.url));

/** Seeds per process. What guests share in it is compared before and after them. */
const BATCH = 500;

/** After this many differences the run ends. */
const ENOUGH = 200;

/** Ends a process that hangs: no guest takes longer than seconds. */
const WATCHDOG_MS = 600_000;

/**
 * Runs the seeds FROM..FROM+COUNT on one engine, one process after the other.
 * @param {string} node path of the engine
 */
export async function runSeeds(node, from, count) {
  const summary = { seeds: 0, valid: 0, codes: {}, differences: [] };
  for (let seed = from; seed < from + count && summary.differences.length < ENOUGH;) {
    const until = Math.min(from + count, (Math.floor(seed / BATCH) + 1) * BATCH);
    seed = await runBatch(node, seed, until, summary);
  }
  return summary;
}

/** Runs a batch in one process: the seed to go on with. */
async function runBatch(node, from, until, summary) {
  // The child may die before it has cleaned up this folder.
  const folder = mkdtempSync(join(tmpdir(), 'wapc-host-fuzz-'));
  const child = spawn(node, ['--no-warnings', '--expose-gc', CHILD, from, until - from], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: folder },
  });
  let [seed, watchdog, errors] = [from, undefined, ''];
  const rearm = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => child.kill('SIGKILL'), WATCHDOG_MS);
  };
  rearm();
  child.stderr.setEncoding('utf8').on('data', (text) => (errors = (errors + text).slice(-2000)));
  const exited = new Promise((resolve) => child.once('close', (...status) => resolve(status)));
  for await (const text of createInterface({ input: child.stdout })) {
    rearm();
    const { seed: running, kind, detail, figures } = JSON.parse(text);
    seed = running;
    if (kind !== undefined) summary.differences.push({ seed, kind, detail });
    if (figures !== undefined) add(summary, figures);
  }
  const [code, signal] = await exited;
  clearTimeout(watchdog);
  rmSync(folder, { recursive: true });
  // Exit code 3: the child has reported why.
  if (code !== 0 && code !== 3) {
    const kind = signal === 'SIGKILL' ? 'hangs' : 'the process ends';
    summary.differences.push({ seed, kind, detail: `${signal ?? `exit code ${code}`}: ${errors}` });
  }
  return code === 0 ? until : seed + 1;
}

function add(summary, { valid, codes }) {
  summary.seeds++;
  summary.valid += valid;
  for (const [code, times] of Object.entries(codes)) summary.codes[code] = (summary.codes[code] ?? 0) + times;
}
