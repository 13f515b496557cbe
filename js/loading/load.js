/** Loads the bytes of a guest from any `GuestSource`, for the core (`src/source.rs`). */

import { WapcError, argumentError, messageOf } from '../base/error.js';
import { lenient as decoder } from '../base/encoding.js';
import { viewOf } from '../base/payload.js';
import { tagOf } from '../base/tag.js';
import { platform } from '../platform/platform.js';
import { isRewritten } from './interruptible.js';
import { Progress } from './progress.js';

const EXPECTED = 'a path, a URL, a Response, a BufferSource, a WebAssembly.Module or a promise of one';

/** The magic bytes of a `.wasm` file as text: raw, or in Base64. */
const CONTENT = /^\0asm|^AGFzbQ/;

/**
 * Loads a guest: its bytes, or a module if the source is one or was compiled while streaming. Bytes of the caller are
 * copied, so changing them later, even from another thread, does not affect what is checked and compiled. Throws
 * WAPC_LOAD; WAPC_ARGUMENT for a wrong source, or one that throws when read; WAPC_LIMIT if there is no memory for the
 * copy.
 * @param {import('../api/index.js').GuestSource} source
 * @param {((loaded: number, total?: number) => void) | undefined} onProgress
 * @param {boolean} mayStream true if the guest may be compiled while it downloads
 * @param {string} [given] the caller's name of a guest, which bytes and modules have in errors; other sources have an address
 * @returns {Promise<Loaded>}
 */
export async function load(source, onProgress, mayStream, given) {
  try {
    return await loadFrom(await attempt('the promised guest', () => source), onProgress, mayStream, given);
  } catch (error) {
    if (error instanceof WapcError) throw error;
    throw new WapcError('WAPC_ARGUMENT', `source: it could not be read: ${messageOf(error)}`, { cause: error });
  }
}

/** A guest whose address has been fetched before `load` is called. */
class Arriving {
  /** True once `load` has been called with this guest. */
  isTaken = false;
  request = new AbortController();

  constructor(address) {
    this.address = address;
    const { signal } = this.request;
    // A `fetch` that throws rejects this promise: `load` reports the error, and does not call `fetch` again.
    this.response = new Promise((resolve) => resolve(fetch(address, { signal })));
    // The rejection is handled by `load`, which is not called where options are refused.
    this.response.catch(() => {});
  }
}

/**
 * Begins to fetch a guest that is named by an address: it arrives while the core is compiled. Returns what `load` takes
 * in its place; any other source as it is. Never throws. Call `dropUnused` in the end.
 */
export function fetchEarly(source) {
  try {
    const address = addressOf(source);
    if (address !== undefined && !isFile(address)) return new Arriving(address);
  } catch {
    // The source is no address: `load` throws the error.
  }
  return source;
}

/**
 * Ends the request of a guest that `fetchEarly` has begun, unless `load` was called with it: the core was not loaded, or
 * options were refused.
 */
export function dropUnused(arriving) {
  if (!arriving.isTaken) arriving.request.abort();
}

/** The path or address that names a guest; undefined for a source of another kind. Throws WAPC_ARGUMENT. */
function addressOf(source) {
  // By its tag: a URL may be of another realm, as an iframe's are.
  if (typeof source !== 'string' && tagOf(source) !== 'URL') return undefined;
  const name = String(source);
  if (name !== '' && !CONTENT.test(name)) return name;
  throw argumentError('source', `${EXPECTED}, not the content of a file`, source);
}

async function loadFrom(guest, onProgress, mayStream, given) {
  if (guest instanceof Arriving) {
    guest.isTaken = true;
    return loadResponse(await attempt(guest.address, () => guest.response), onProgress, mayStream);
  }
  const view = viewOf(guest);
  if (view !== undefined) return new Loaded(given ?? 'the bytes', undefined, { bytes: copyOf(view) });
  if (isModule(guest)) return new Loaded(given ?? 'the module', undefined, { module: guest });
  // By its tag: a page's `Response` may be of another realm, and Node has more than one.
  if (tagOf(guest) === 'Response') return loadResponse(guest, onProgress, mayStream);
  const name = addressOf(guest);
  if (name === undefined) throw argumentError('source', EXPECTED, guest);
  if (isFile(name)) {
    const bytes = await attempt(nameOfFile(name), () => readFile(name));
    const fileName = fileNameOf(name);
    // A URL that was read has no wrong escapes.
    return new Loaded(name, isFileUrl(name) ? decodeURIComponent(fileName) : fileName, { bytes });
  }
  return loadResponse(await attempt(name, () => fetch(name)), onProgress, mayStream);
}

async function loadResponse(response, onProgress, mayStream) {
  const address = response.url === '' ? 'the response' : shortened(response.url);
  const name = `${address} (status ${response.status}, ${response.headers.get('content-type') ?? 'no type'})`;
  if (!response.ok) throw loadError(address, `status ${response.status} ${response.statusText}`.trimEnd());
  if (onProgress === undefined) return loadArriving(name, response, response, mayStream);
  const progress = new Progress(onProgress);
  try {
    return await loadArriving(name, response, await attempt(name, () => progress.of(response)), mayStream);
  } catch (error) {
    // Engines reject with an error of their own, which does not say why the stream ended.
    const { failure } = progress;
    throw failure === undefined ? error : loadError(name, failure.reason, { cause: failure.cause });
  }
}

/** Loads a guest of `arriving`: of the response itself, or of one with its bytes and headers, but no URL. */
async function loadArriving(name, { url, headers }, arriving, mayStream) {
  const streamed = mayStream && isStreamable(url, headers) ? await compileStreaming(name, arriving, url) : undefined;
  if (streamed !== undefined) return streamed;
  // Copied too: an object that only claims to be a Response may keep the buffer it returns.
  const bytes = copyOf(new Uint8Array(await attempt(name, () => arriving.arrayBuffer())));
  // An HTML page with a success status: many servers send one for a missing file.
  if (beginsAsPage(bytes)) throw loadError(name, `a page came in its place, which begins with ${hex(bytes)}`);
  return new Loaded(name, fileNameOf(url), { bytes });
}

/** True for text that begins with a tag, behind white space or a byte order mark. */
const beginsAsPage = (bytes) => /^\s*</.test(decoder.decode(bytes.subarray(0, 64)));

/** Compiles a response while it streams. Undefined where the engine does not take it, such as one of `node-fetch`. */
async function compileStreaming(name, arriving, url) {
  try {
    return new Loaded(name, fileNameOf(url), { module: await WebAssembly.compileStreaming(arriving) });
  } catch (error) {
    // Errors are known by their names: in jest their classes are of another realm.
    if (error?.name === 'TypeError' && arriving.bodyUsed !== true) return undefined;
    if (error?.name !== 'CompileError') throw loadError(name, messageOf(error), { cause: error });
    return new Loaded(name, fileNameOf(url), { failure: error, head: await beginningOf(url) });
  }
}

/** True for a URL that has the bytes itself, or that stands for bytes of this page. */
const isLocal = (url) => /^(data|blob):/.test(url);

/** The last segment of a path, or of a URL without query and fragment; undefined if it is empty, or the URL names no file. */
function fileNameOf(path) {
  if (isLocal(path)) return undefined;
  const name = path
    .replace(/^([a-z][a-z0-9+.-]+:[^?#]*).*/is, '$1')
    .split(/[/\\]/)
    .at(-1);
  return name === '' ? undefined : name;
}

/**
 * The first bytes at a URL, for an error message: compiling has consumed those of the response. They are read from the
 * browser's cache, if they are there: a second request might be answered otherwise, or never.
 */
async function beginningOf(url) {
  // A response that was constructed locally has no URL.
  if (url === '') return undefined;
  try {
    // Only browsers have a cache: other platforms would send the request.
    if (!isLocal(url) && platform.readFile !== undefined) return undefined;
    const response = await fetch(url, isLocal(url) ? {} : { cache: 'only-if-cached', mode: 'same-origin' });
    if (!response.ok) return undefined;
    const reader = response.body.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    return value;
  } catch {
    return undefined;
  }
}

/** A loaded guest: its bytes, its module, or the error of compiling it. */
class Loaded {
  /**
   * @param {string} name of the source in errors
   * @param {string | undefined} fileName last segment of its path or URL; undefined if it has none
   * @param {{ bytes?: Uint8Array<ArrayBuffer>, module?: WebAssembly.Module, failure?: unknown, head?: Uint8Array }} guest
   */
  constructor(name, fileName, { bytes, module, failure, head = bytes }) {
    this.name = name;
    this.fileName = fileName;
    this.bytes = bytes;
    this.module = module;
    /** The engine's error, if the guest was compiled while it streamed. */
    this.failure = failure;
    /** The first 16 bytes, if known; else empty. */
    this.head = head?.slice(0, 16) ?? new Uint8Array(0);
  }

  /** True for a module that was rewritten, on the thread that has sent it, so that it can be interrupted. */
  get isRewritten() {
    return isRewritten(this.module);
  }

  /** The first bytes as the end of an error message. */
  get beginning() {
    if (this.bytes?.length === 0) return '; it is empty';
    return this.head.length === 0 ? '' : `; it begins with ${hex(this.head)}`;
  }
}

const hex = (bytes) => [...bytes.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** The result of `work`; its error becomes WAPC_LOAD. */
async function attempt(name, work) {
  try {
    return await work();
  } catch (error) {
    throw loadError(name, messageOf(error) + (platform.causeOf?.(error) ?? ''), { cause: error });
  }
}

function loadError(name, reason, options) {
  return new WapcError('WAPC_LOAD', `could not load ${name}: ${reason}`, options);
}

function copyOf(view) {
  try {
    return new Uint8Array(view);
  } catch (cause) {
    throw new WapcError('WAPC_LIMIT', 'source: there is no memory for a copy of the bytes', { cause });
  }
}

/** True for a module of any realm. Tested with a function that accepts modules only: anything can take their name. */
function isModule(value) {
  try {
    WebAssembly.Module.imports(value);
    return true;
  } catch {
    return false;
  }
}

const isFileUrl = (name) => name.startsWith('file:');

/**
 * True for a path or a `file:` URL, on a platform with files. A single letter before the colon is a drive, not a
 * scheme.
 */
function isFile(name) {
  return platform.readFile !== undefined && (isFileUrl(name) || !/^[a-z][a-z0-9+.-]+:/i.test(name));
}

/** The name of a file in errors: with its absolute path if it is relative. */
function nameOfFile(name) {
  if (name.length > LONGEST_NAME) return shortened(name);
  const path = isFileUrl(name) ? name : platform.resolve(name);
  return path === name ? name : `${name} (${path})`;
}

/** A path or address for an error message. */
const shortened = (name) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name);

function readFile(name) {
  return platform.readFile(isFileUrl(name) ? new URL(name) : name);
}

/** Longest path or address in an error message, in characters. */
const LONGEST_NAME = 200;

let warned = false;

/** True if a response may be compiled while it streams: engines require the exact content type, without parameters. */
function isStreamable(url, headers) {
  const type = headers.get('content-type') ?? 'no type';
  if (type.trim().toLowerCase() === 'application/wasm') return WebAssembly.compileStreaming !== undefined;
  if (!warned && url !== '') {
    console.warn(`wapc-host: ${url} is not compiled while it loads: it came as ${type}, not application/wasm`);
    warned = true;
  }
  return false;
}
