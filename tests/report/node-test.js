/** Runs test files by `node --test`, and reports each test as it ends, in the order of the files. */

import { spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';

const REPORTER = new URL('events.js', import.meta.url);

/**
 * @param {string} node the program
 * @param {string[]} files relative to `cwd`
 * @param {object} options
 * @param {string} options.cwd
 * @param {number} options.silence milliseconds without any event after which the run is ended: it hangs
 * @param {number} [options.atOnce] files that run at the same time; as many as Node chooses by default
 * @param {(event: object, stop: () => void) => void} options.on gets the events of `events.js`; `stop` ends the run
 * @returns {Promise<{ status: number | null, isHung: boolean }>}
 */
export async function nodeTest(node, files, { cwd, silence, atOnce, on }) {
  // The reporter is given as a URL: paths of Windows are not accepted.
  const reporting = [`--test-reporter=${REPORTER}`, '--test-reporter-destination=stdout'];
  const args = ['--test', ...reporting, ...(atOnce === undefined ? [] : [`--test-concurrency=${atOnce}`]), ...files];
  // Starts a process group, so that the processes of the test files end with it.
  const child = spawn(node, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: process.platform !== 'win32',
  });
  const ended = new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const stop = () => endGroup(child);
  const onExit = () => stop();
  process.once('exit', onExit);
  let isHung = false;
  const hang = () => {
    isHung = true;
    stop();
  };
  let watchdog = setTimeout(hang, silence);
  createInterface({ input: child.stdout }).on('line', (line) => {
    clearTimeout(watchdog);
    watchdog = setTimeout(hang, silence);
    on(JSON.parse(line), stop);
  });
  const status = await ended;
  clearTimeout(watchdog);
  process.off('exit', onExit);
  return { status, isHung };
}

function endGroup({ pid }) {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
