/** Where a guest's bytes come from: what the core (`src/source.rs`) gets of whatever a caller names as a guest. */

import { WapcError, argumentError, messageOf } from '../error.js';
import { platform } from '../platform.js';

const EXPECTED = 'a path, a URL, a Response, a BufferSource, a WebAssembly.Module or a promise of one';

const tagOf = (value) => Object.prototype.toString.call(value).slice(8, -1);

/**
 * Loads a guest: its bytes, not copied, or a module where it is one or was compiled while it arrived.
 * Throws WAPC_LOAD, WAPC_COMPILE, WAPC_ARGUMENT.
 * @param {import('../index.js').GuestSource} source
 * @param {((loaded: number, total?: number) => void) | undefined} onProgress
 * @param {boolean} mayStream whether it may be compiled before all of it is there
 * @returns {Promise<{ name: string, bytes?: Uint8Array, module?: WebAssembly.Module }>}
 */
export async function load(source, onProgress, mayStream) {
  const guest = isThenable(source) ? await attempt('the promised guest', () => source) : source;
  const bytes = bufferSource(guest);
  if (bytes !== undefined) return { name: 'the bytes', bytes };
  if (tagOf(guest) === 'WebAssembly.Module') return { name: 'the module', module: guest };
  if (isResponse(guest)) return loadResponse(guest, onProgress, mayStream);
  if (typeof guest !== 'string' && !(guest instanceof URL)) throw argumentError('source', EXPECTED, guest);
  const name = String(guest);
  if (isFile(name)) return { name, bytes: await attempt(name, () => readFile(name)) };
  return loadResponse(await attempt(name, () => fetch(guest)), onProgress, mayStream);
}

async function loadResponse(response, onProgress, mayStream) {
  const name = response.url === '' ? 'the response' : response.url;
  if (!response.ok) throw loadError(name, `status ${response.status} ${response.statusText}`.trimEnd());
  return attempt(name, async () => {
    // The type is asked of the response as it came: one with progress has its headers, but no address.
    const arriving = onProgress === undefined ? response : withProgress(response, onProgress);
    if (mayStream && isStreamable(response)) return { name, module: await WebAssembly.compileStreaming(arriving) };
    return { name, bytes: new Uint8Array(await arriving.arrayBuffer()) };
  });
}

/** What `work` comes to; what it throws becomes WAPC_LOAD, or WAPC_COMPILE where that is what failed. */
async function attempt(name, work) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw loadError(name, messageOf(error), { cause: error });
    throw new WapcError('WAPC_COMPILE', `${name}: not valid WebAssembly: ${error.message}`, { cause: error });
  }
}

function loadError(name, reason, options) {
  return new WapcError('WAPC_LOAD', `could not load ${name}: ${reason}`, options);
}

export function isThenable(value) {
  return value !== null && typeof value === 'object' && typeof value.then === 'function';
}

/** By its tag as well, since a page's `Response` may be one of another realm, and Node has more than one. */
function isResponse(value) {
  return tagOf(value) === 'Response';
}

function bufferSource(source) {
  if (source instanceof Uint8Array) return source;
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  const tag = tagOf(source);
  return tag === 'ArrayBuffer' || tag === 'SharedArrayBuffer' ? new Uint8Array(source) : undefined;
}

/** A string without a scheme, or a `file:` URL, in an engine that has files. A single letter is a drive, not a scheme. */
function isFile(name) {
  return platform.readFile !== undefined && (name.startsWith('file:') || !/^[a-z][a-z0-9+.-]+:/i.test(name));
}

function readFile(name) {
  return platform.readFile(name.startsWith('file:') ? new URL(name) : name);
}

let warned = false;

/** Whether a response can be compiled while it arrives: engines want the very type, without parameters. */
function isStreamable(response) {
  const type = response.headers.get('content-type') ?? 'no type';
  if (type.trim().toLowerCase() === 'application/wasm') return typeof WebAssembly.compileStreaming === 'function';
  if (!warned && response.url !== '') {
    console.warn(
      `wapc-host: ${response.url} came as ${type}, not application/wasm, so it is not compiled while it loads`,
    );
    warned = true;
  }
  return false;
}

function withProgress(response, onProgress) {
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
