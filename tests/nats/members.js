/** Starts and ends processes that serve guests. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('member.js', import.meta.url));

/** Processes of members that have not exited. */
const running = new Set();
// A test that failed has left some: they would keep this process from ending.
after(() => running.forEach((child) => child.kill('SIGKILL')));

/**
 * Starts a process that serves a guest. Resolves once it serves.
 * @param {object} settings what `member.js` reads
 * @param {(payload: string) => void} [onRun] is called with each host call that it answers
 */
export async function startMember(settings, onRun = () => {}) {
  const child = fork(script, [JSON.stringify(settings)]);
  running.add(child);
  const exit = once(child, 'exit').finally(() => running.delete(child));
  let id;
  let becomeReplaced;
  await new Promise((resolve, reject) => {
    child.on('message', (/** @type {any} */ message) => {
      if (message.ran !== undefined) onRun(message.ran);
      if (message.replaced) becomeReplaced();
      if (message.ready === undefined) return;
      ({ ready: id } = message);
      resolve(undefined);
    });
    child.once('exit', (code) => reject(new Error(`a member ended with ${code}`)));
  });
  const end = async (act) => {
    act();
    const [code] = await exit;
    return code;
  };
  return {
    id,
    kill: () => end(() => child.kill('SIGKILL')),
    /** Stops its process until `resume`. */
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    /** Drains it. Resolves with its exit code. */
    drain: () => end(() => child.send({ act: 'drain' })),
    /** Replaces its guest. Resolves once that has taken over. */
    replace(guest) {
      child.send({ act: 'replace', guest });
      return new Promise((resolve) => (becomeReplaced = resolve));
    },
  };
}
