/** Modules that others have published, SQLite and QuickJS: as they are, and rewritten so that they can be interrupted. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { rewrite } from '../../js/interrupt/rewriter.js';
import { installed, load } from '../../tools/installed.js';
import { root } from '../../tools/run.js';
import { median } from './measure.js';

const folder = installed('modules', { 'sql.js': '1.13.0', 'quickjs-emscripten': '0.32.0' });

const FILES = {
  SQLite: 'sql.js/dist/sql-wasm.wasm',
  QuickJS: '@jitl/quickjs-wasmfile-release-sync/dist/emscripten-module.wasm',
};

const bytesOf = (name) => readFileSync(join(folder, 'node_modules', FILES[name]));

/** The modules by name. */
export const modulesOfOthers = () => Object.keys(FILES).map((name) => /** @type {const} */ ([name, bytesOf(name)]));

/** Grants a million instructions each time: `(func (export "refill") (param i32 i32) (result i32) (i32.const 1000000))`. */
const REFILL = new WebAssembly.Module(
  Uint8Array.from([
    0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 10, 1, 6, 114, 101, 102, 105, 108,
    108, 0, 0, 10, 8, 1, 6, 0, 65, 192, 132, 61, 11,
  ]),
);

/** Emscripten's hook: instantiates the module as it is, or rewritten. */
function instantiating(name, isRewritten) {
  const rewriter = new WebAssembly.Module(readFileSync(join(root, 'dist/interrupt.wasm')));
  const bytes = bytesOf(name);
  const given = isRewritten ? rewrite(new WebAssembly.Instance(rewriter).exports, bytes).bytes : bytes;
  return {
    instantiateWasm(imports, done) {
      const module = new WebAssembly.Module(given);
      const instance = new WebAssembly.Instance(module, imports);
      if (isRewritten) instance.exports['wapc:refill'].set(0, new WebAssembly.Instance(REFILL).exports.refill);
      done(instance, module);
      return instance.exports;
    },
  };
}

/** Some thousand rows, an index, and queries. */
async function sqlite(isRewritten) {
  const require = createRequire(join(folder, 'package.json'));
  const path = require.resolve('sql.js/dist/sql-wasm.js');
  delete require.cache[path];
  const { Database } = await require(path)(instantiating('SQLite', isRewritten));
  return () => {
    const database = new Database();
    database.run('create table t (id integer primary key, name text, value real)');
    database.run(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
      insert into t select i, 'name ' || (i * 7919 % 1000), i * 0.5 from n`);
    database.run('create index by_name on t (name)');
    const [{ values }] =
      database.exec(`select a.name, count(*), sum(a.value + b.value) from t a join t b on a.name = b.name
      where a.id % 10 = 1 group by a.name order by 3 desc`);
    database.close();
    return values.length;
  };
}

/** Calls, an array that is sorted, and text. */
async function quickjs(isRewritten) {
  const { newQuickJSWASMModule, newVariant, RELEASE_SYNC } = await load(folder, 'quickjs-emscripten');
  const variant = newVariant(RELEASE_SYNC, { emscriptenModule: instantiating('QuickJS', isRewritten) });
  const { evalCode } = await newQuickJSWASMModule(variant).then((module) => ({
    evalCode: (code) => module.evalCode(code),
  }));
  return () =>
    evalCode(`
      function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
      const numbers = Array.from({ length: 3000 }, (_, i) => (i * 7919) % 3001).sort((a, b) => a - b);
      let text = '';
      for (let i = 0; i < 2000; i++) text += JSON.stringify({ i, name: 'x' + i });
      fib(16) + numbers[100] + text.length + (text.match(/\\d+/g) ?? []).length;
    `);
}

const TURNS = 21;

/** How many times as long each takes, in turns: pairs of its name and the median ratio. */
export async function realModules() {
  const ratios = [];
  for (const [name, make] of Object.entries({ SQLite: sqlite, QuickJS: quickjs })) {
    const [plain, rewritten] = [await make(false), await make(true)];
    if (String(plain()) !== String(rewritten())) throw new Error(`${name}: the results differ`);
    const time = (run) => {
      const start = performance.now();
      run();
      return performance.now() - start;
    };
    for (let turn = 0; turn < 5; turn++) [time(plain), time(rewritten)];
    const turns = Array.from({ length: TURNS }, (_, turn) => {
      const [first, second] = turn % 2 === 0 ? [plain, rewritten] : [rewritten, plain];
      const [a, b] = [time(first), time(second)];
      return turn % 2 === 0 ? b / a : a / b;
    });
    ratios.push(/** @type {const} */ ([name, median(turns)]));
  }
  return ratios;
}
