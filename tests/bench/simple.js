/**
 * Measures how long this V8 takes to compile modules that were made to take long: within the bounds of simple guests, which
 * are compiled on the calling thread (`src/simple.rs`), and without one of the bounds. All have 128 KiB at the most.
 */

const BYTES = 128 * 1024;
const RUNS = 3;

const I32 = 0x7f;
const I64 = 0x7e;
const [BLOCK, END, BR_TABLE, LOCAL_GET, I32_CONST] = [0x02, 0x0b, 0x0e, 0x20, 0x41];
const NO_VALUES = 0x40;

function leb128(number) {
  const bytes = [];
  for (; number > 0x7f; number >>>= 7) bytes.push((number & 0x7f) | 0x80);
  return [...bytes, number];
}

const repeat = (times, bytes) => Array.from({ length: times }, () => bytes).flat();
const sized = (bytes) => [...leb128(bytes.length), ...bytes];
const section = (id, ...content) => [id, ...sized(content.flat())];

/** A module with functions of one type, as many parameters as results. */
function moduleOf(values, bodies) {
  const types = [...leb128(values), ...repeat(values, [I64])];
  const count = leb128(bodies.length);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60], types, types),
    ...section(3, count, repeat(bodies.length, [0])),
    ...section(10, count, bodies.map(sized).flat()),
  ]);
}

/** The most locals of a simple guest's function, and of any. */
const FEW = [1, ...leb128(1000), I32];
const MOST = [1, ...leb128(50_000), I32];

/** Branches inside of as many blocks: each of them is looked for. */
function branches(bytes, locals = [0]) {
  const blocks = Math.floor(bytes / 6);
  const branch = [BLOCK, NO_VALUES, I32_CONST, 0, BR_TABLE, 0, 0, END];
  const count = Math.floor((bytes - 3 * blocks - locals.length - 1) / branch.length);
  return [...locals, ...repeat(blocks, [BLOCK, NO_VALUES]), ...repeat(count, branch), ...repeat(blocks + 1, [END])];
}

/** Blocks inside of each other, each of which takes and leaves `values` values. */
function blocks(bytes, values) {
  const gets = Array.from({ length: values }, (_, local) => [LOCAL_GET, ...leb128(local)]).flat();
  const count = Math.floor((bytes - gets.length - 2) / 3);
  return [0, ...gets, ...repeat(count, [BLOCK, 0]), ...repeat(count + 1, [END])];
}

const KIB = 1024;
const cases = {
  within: {
    '512 functions of 1,000 locals': () => moduleOf(0, repeat(512, [[...FEW, END]])),
    '7 functions of 16 KiB, branches inside of blocks': () => moduleOf(0, repeat(7, [branches(16 * KIB)])),
    'those, and 505 of 1,000 locals': () =>
      moduleOf(0, [...repeat(7, [branches(16 * KIB, FEW)]), ...repeat(505, [[...FEW, END]])]),
    '7 functions of 16 KiB, blocks of 32 values': () => moduleOf(32, repeat(7, [blocks(16 * KIB, 32)])),
  },
  'beyond one of': {
    '15,000 functions of 50,000 locals': () => moduleOf(0, repeat(15_000, [[...MOST, END]])),
    '512 functions of 50,000 locals': () => moduleOf(0, repeat(512, [[...MOST, END]])),
    'one function, branches inside of blocks': () => moduleOf(0, [branches(120 * KIB)]),
    'one function, blocks of 1,000 values': () => moduleOf(1000, [blocks(120 * KIB, 1000)]),
  },
};

/** Prints the shortest of some runs of each. V8 keeps what it has compiled, so each run compiles other bytes. */
export function simple() {
  console.log('\nms that this V8 takes to compile, on the calling thread');
  for (const [where, modules] of Object.entries(cases)) {
    for (const [what, make] of Object.entries(modules)) {
      const bytes = make();
      if (bytes.length > BYTES) throw new Error(`${what}: ${bytes.length} bytes`);
      const times = Array.from({ length: RUNS }, (_, run) => {
        const other = Uint8Array.from([...bytes, ...section(0, [1, run])]);
        const began = performance.now();
        new WebAssembly.Module(other);
        return performance.now() - began;
      });
      console.log(
        `${Math.min(...times)
          .toFixed(0)
          .padStart(5)}  ${where} the bounds: ${what}`,
      );
    }
  }
}
