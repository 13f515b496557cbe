/** Reads the bytes of a guest from a file or a URL. */

import { readFile } from 'node:fs/promises';

import { Failure } from '../output/failure.js';

/**
 * @param {string} source a path or a URL
 * @returns {Promise<Uint8Array>}
 * @throws {Failure} WAPC_LOAD, as the package says it
 */
export async function readGuest(source) {
  try {
    if (/^[a-z][a-z0-9+.-]+:/i.test(source)) return await fetched(source);
    return await readFile(source);
  } catch (cause) {
    const detail = cause.cause?.message ?? cause.message;
    throw new Failure('WAPC_LOAD', `expected a guest in a file or at a URL, could not read ${source}: ${detail}`, {
      cause,
    });
  }
}

async function fetched(url) {
  if (url.startsWith('file:')) return readFile(new URL(url));
  const response = await fetch(url);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
