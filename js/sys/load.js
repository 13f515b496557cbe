/** Where a guest's bytes come from: what the core (`src/source.rs`) needs of the platform. */

import { platform } from '../platform.js';

export function isThenable(value) {
  return value !== null && typeof value === 'object' && typeof value.then === 'function';
}

/** By its tag as well, since a page's `Response` may be one of another realm, and Node has more than one. */
export function isResponse(value) {
  return Object.prototype.toString.call(value) === '[object Response]';
}

export function bufferSource(source) {
  if (source instanceof Uint8Array) return source;
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  const tag = Object.prototype.toString.call(source);
  return tag === '[object ArrayBuffer]' || tag === '[object SharedArrayBuffer]' ? new Uint8Array(source) : undefined;
}

/** A string without a scheme, or a `file:` URL, in an engine that has files. A single letter is a drive, not a scheme. */
export function isFile(source) {
  if (platform.readFile === undefined) return false;
  const text = String(source);
  return text.startsWith('file:') || !/^[a-z][a-z0-9+.-]+:/i.test(text);
}

export async function readFile(path) {
  const text = String(path);
  return platform.readFile(text.startsWith('file:') ? new URL(text) : text);
}

export async function fetchSource(url) {
  return fetch(url);
}

let warned = false;

export async function compileStreaming(response) {
  const type = response.headers.get('content-type') ?? 'no type';
  // Engines refuse a type with parameters as well.
  if (type.trim().toLowerCase() !== 'application/wasm') {
    if (!warned && response.url !== '') {
      console.warn(
        `wapc-host: ${response.url} came as ${type}, not application/wasm, so it is not compiled while it loads`,
      );
      warned = true;
    }
    return undefined;
  }
  return typeof WebAssembly.compileStreaming === 'function' ? WebAssembly.compileStreaming(response) : undefined;
}

export function withProgress(response, onProgress) {
  if (response.body === null) return response;
  const length = Number(response.headers.get('content-length') ?? NaN);
  // A length counts the bytes on the wire, so it says nothing of an encoded body.
  const total = Number.isNaN(length) || response.headers.has('content-encoding') ? undefined : length;
  let loaded = 0;
  const counter = new TransformStream({
    transform(chunk, controller) {
      loaded += chunk.byteLength;
      onProgress(loaded, total);
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body.pipeThrough(counter), { headers: response.headers });
}

export async function digest(algorithm, bytes) {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) return undefined;
  return btoa(String.fromCharCode(...new Uint8Array(await subtle.digest(algorithm, bytes))));
}
