/** What a guest is, in a bounded number of words: its module may name millions of things, at any length. */

/** Names of a list, modules with imports, and producers that are told; characters of each. */
const [NAMES, MODULES, PRODUCERS, CHARACTERS] = [100, 20, 20, 100];

const cut = (text) => (text.length > CHARACTERS ? `${text.slice(0, CHARACTERS)}…` : text);

/** The first of a list, and how many more there are. */
const firstOf = (list, most) => ({ first: list.slice(0, most).map(cut), more: Math.max(0, list.length - most) });

/** The names of imports by their modules, in the order of the module. */
function byModule(imports) {
  const modules = new Map();
  for (const { module, name } of imports) {
    if (modules.has(module)) modules.get(module).push(name);
    else modules.set(module, [name]);
  }
  return modules;
}

/**
 * The summary of a module's `info`: lists are their `first` texts, and the number of `more`.
 * @param {import('wapc-host').WapcModule['info']} info
 */
export function summaryOf({ imports, exports, wasi, producers }) {
  const modules = byModule(imports);
  return {
    wasi,
    producers: firstOf(
      producers.map(({ name, version }) => `${name} ${version}`.trim()),
      PRODUCERS,
    ),
    exports: firstOf(
      exports.map(({ name }) => name),
      NAMES,
    ),
    imports: [...modules]
      .slice(0, MODULES)
      .map(([module, names]) => ({ module: cut(module), ...firstOf(names, NAMES) })),
    moreModules: Math.max(0, modules.size - MODULES),
  };
}
