/**
 * Reads guests from an object store. A version that is replaced or deleted loses its chunks: the client of NATS waits for
 * them for ever where it had looked the version up before.
 */

import { startTimer } from '../base/timer.js';

/** Milliseconds without a chunk before the store is asked whether the version is still there. */
const QUIET = 500;

/** Sentinels: nothing has happened, and the version is no longer current. */
const NOTHING = Symbol('nothing');
const GONE = Symbol('gone');

/**
 * Reads the current version of a guest; the one after it where that is replaced meanwhile. Resolves with undefined where
 * there is none. Rejects as the client of NATS does, and where the connection is closed.
 * @param {any} store
 * @param {string} name
 * @param {(bucket: string) => Promise<any>} open another bucket, which a link leads to
 * @returns {Promise<{ version: string, bytes: Uint8Array } | undefined>}
 */
export async function readCurrent(store, name, open) {
  for (;;) {
    const found = await store.get(name);
    if (found === null) return undefined;
    // Of a link, the object behind it.
    const { nuid: version, name: stored, bucket } = found.info;
    const isCurrent = async () => {
      const info = await (await open(bucket)).info(stored);
      return info !== null && !info.deleted && info.nuid === version;
    };
    const bytes = await allOf(found, isCurrent);
    if (bytes !== undefined) return { version, bytes };
  }
}

/**
 * The version of a guest; undefined where there is none. That of a link is the version of the guest behind it.
 * @param {any} store
 * @param {string} name
 * @param {(bucket: string) => Promise<any>} open another bucket, which a link leads to
 * @returns {Promise<{ version: string | undefined, stored: string }>} `stored`: the name that it is stored by; of a link, its
 * target's
 */
export async function versionOf(store, name, open) {
  const info = await store.info(name);
  const { bucket, name: stored } = info?.options?.link ?? {};
  if (stored === undefined) return { version: info?.nuid, stored: name };
  // Links lead to guests, never to links: the client of NATS makes no others.
  const target = await (await open(bucket)).info(stored);
  return { version: target?.nuid, stored };
}

/** All bytes of a version; undefined where it was replaced or deleted before they came. */
async function allOf({ data, info, error: end }, isCurrent) {
  const bytes = new Uint8Array(info.size);
  // The client of NATS says its end before it is read.
  if (info.size === 0) return bytes;
  const reader = data.getReader();
  const ended = end.then((error) => {
    throw error ?? new Error('the connection was closed before all chunks came');
  });
  // A race goes to the first that has settled: chunks that came are read before the end is looked at.
  const read = () => Promise.race([reader.read(), ended]).catch((error) => unlessGone(isCurrent, error));
  let filled = 0;
  try {
    for (;;) {
      const came = await nextOf(read(), isCurrent);
      if (came === GONE) return undefined;
      if (came.done) return bytes.subarray(0, filled);
      bytes.set(came.value, filled);
      filled += came.value.length;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Throws an error of reading, but for that of a version whose chunks have gone in the middle: its digest is wrong. */
async function unlessGone(isCurrent, error) {
  if (await isCurrent()) throw error;
  return GONE;
}

/** Settles like `read`; with `GONE` where that waits, and the version is no longer current. */
async function nextOf(read, isCurrent) {
  for (;;) {
    let stopTimer;
    const quiet = new Promise((resolve) => (stopTimer = startTimer(QUIET, () => resolve(NOTHING), true)));
    let came = await Promise.race([read, quiet]).finally(stopTimer);
    if (came !== NOTHING) return came;
    const asked = isCurrent().then(
      (is) => (is ? NOTHING : GONE),
      // The connection is being restored, or is closed, which `read` says.
      () => NOTHING,
    );
    came = await Promise.race([read, asked]);
    if (came !== NOTHING) return came;
  }
}
