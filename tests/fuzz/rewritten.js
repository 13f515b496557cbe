/**
 * Runs a module as it is, and rewritten so that it can be interrupted: all that can be seen of it has to be the same.
 * Imported by engines of every kind.
 */

/** A refill that grants a few instructions each time, other ones each time, so that modules ask for more everywhere. */
const REFILL = new WebAssembly.Module(
  Uint8Array.from(
    // (module (global $n (mut i32) (i32.const 7)) (func (export "refill") (param i32 i32) (result i32)
    //   (global.set $n (i32.mul (global.get $n) (i32.const 5))) (i32.and (global.get $n) (i32.const 127))))
    [
      0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 6, 6, 1, 127, 1, 65, 7, 11, 7, 10, 1,
      6, 114, 101, 102, 105, 108, 108, 0, 0, 10, 18, 1, 16, 0, 35, 0, 65, 5, 108, 36, 0, 35, 0, 65, 255, 0, 113, 15, 11,
    ],
  ),
);

/** The exports that the rewriter adds. */
const ADDED = ['wapc:refill', 'wapc:quantum', 'wapc:start', 'wapc:left'];
const [TABLE, QUANTUM, START] = ADDED;

/** Calls of each function. */
const TURNS = 2;

/** Imports that answer with nothing, whatever they are asked. */
function importsFor(module, calls) {
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== 'function') return undefined;
    (imports[from] ??= Object.create(null))[name] = (...args) => {
      calls.push(`${from}.${name}(${args.map(shown)})`);
      return undefined;
    };
  }
  return imports;
}

/** A value as text, so that results are compared by what they are. */
function shown(value) {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (Array.isArray(value)) return `[${value.map(shown)}]`;
  return value === null ? 'null' : typeof value;
}

/** True for the end of the stack, which comes at another place in each of them. */
const isOverflow = (error) => error instanceof RangeError || error?.name === 'InternalError';

/** Digest of bytes (FNV-1a). */
function digest(bytes) {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Everything that can be seen of a module: undefined where its stack ended, or its imports are more than functions. */
function traceOf(module, isRewritten) {
  const trace = [];
  const imports = importsFor(module, trace);
  if (imports === undefined) return undefined;
  const attempt = (what, work) => {
    try {
      trace.push(`${what} ${shown(work())}`);
      return true;
    } catch (error) {
      if (isOverflow(error)) throw OVERFLOW;
      trace.push(`${what} threw ${error?.constructor?.name}: ${String(error?.message).replace(/#?\d+:?/g, '')}`);
      return false;
    }
  };
  try {
    let instance;
    const instantiate = () => void (instance = new WebAssembly.Instance(module, imports));
    const begun = attempt('start', () => {
      instantiate();
      if (!isRewritten) return undefined;
      const { exports } = instance;
      exports[TABLE].set(0, new WebAssembly.Instance(REFILL).exports.refill);
      exports[QUANTUM].value = 20;
      exports[START]?.();
      return undefined;
    });
    if (!begun) return trace;
    const names = Object.keys(instance.exports).filter((name) => !ADDED.includes(name));
    for (let turn = 0; turn < TURNS; turn++) {
      for (const name of names) call(instance.exports, name, turn, attempt);
    }
    for (const name of names) look(instance.exports[name], trace, name);
    return trace;
  } catch (error) {
    if (error === OVERFLOW) return undefined;
    throw error;
  }
}

const OVERFLOW = Symbol('overflow');

function call(exports, name, turn, attempt) {
  const value = exports[name];
  if (typeof value !== 'function') return;
  // The right types are not known: numbers first, then the same as 64 bits.
  const args = Array.from({ length: value.length }, (_, at) => (turn === 0 ? at * 7 + 1 : BigInt(at * 7 + 1)));
  const mixed = Array.from({ length: value.length }, (_, at) => ((at + turn) % 2 === 0 ? at : BigInt(at)));
  attempt(`${name}(${turn})`, () => value(...args));
  attempt(`${name}(mixed)`, () => value(...mixed));
}

function look(value, trace, name) {
  if (value instanceof WebAssembly.Memory) {
    const bytes = new Uint8Array(value.buffer);
    trace.push(`${name}: ${bytes.length} bytes ${digest(bytes)}`);
  } else if (value instanceof WebAssembly.Global) {
    let seen;
    try {
      seen = shown(value.value);
    } catch {
      // Vectors cannot be read.
      seen = 'unreadable';
    }
    trace.push(`${name}: ${seen}`);
  } else if (value instanceof WebAssembly.Table) {
    trace.push(`${name}: ${value.length} entries`);
  }
}

/**
 * Compares a module with the rewritten one: 'invalid' where this engine does not have its features, 'skipped' where it
 * cannot be compared, 'same', or what differs.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {(bytes: Uint8Array, WapcError: unknown) => Promise<WebAssembly.Module>} compileRewritten
 */
async function compare(bytes, compileRewritten) {
  if (!WebAssembly.validate(bytes)) return 'invalid';
  let rewritten;
  try {
    rewritten = await compileRewritten(bytes, Refused);
  } catch (error) {
    return `not rewritten: ${error.message}`;
  }
  const [plain, counted] = [traceOf(new WebAssembly.Module(bytes), false), traceOf(rewritten, true)];
  if (plain === undefined || counted === undefined) return 'skipped';
  const at = plain.findIndex((line, index) => line !== counted[index]);
  if (at < 0 && plain.length === counted.length) return 'same';
  return `plain: ${plain[at]}; rewritten: ${counted[at]}`;
}

/** Stands for a `WapcError`. */
class Refused extends Error {
  constructor(code, message) {
    super(`${code}: ${message}`);
  }
}

/**
 * Compares modules with the rewritten ones: how many were the same, were skipped, or are unknown to this engine, and what
 * differed.
 * @param {Iterable<Uint8Array<ArrayBuffer>>} modules
 * @param {number} from the seed of the first
 * @param {{ compileRewritten: (bytes: Uint8Array, WapcError: unknown) => Promise<WebAssembly.Module> }} rewriter
 */
export async function compareAll(modules, from, { compileRewritten }) {
  const tally = { same: 0, skipped: 0, invalid: 0, differences: /** @type {string[]} */ ([]) };
  let seed = from;
  for (const bytes of modules) {
    const outcome = await compare(bytes, compileRewritten);
    if (outcome in tally) tally[outcome]++;
    else tally.differences.push(`seed ${seed}: ${outcome}`);
    seed++;
  }
  return tally;
}
