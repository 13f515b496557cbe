/**
 * Checks that the Rust files of each crate use one another without circles: `eslint` does so for js/. A child may use its
 * parents, which declare it; other files, siblings among them, may not use one another in a circle.
 *
 * Why not `cargo modules`: building it takes minutes, and its graph has an edge for each `super::`.
 */

import { readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

import { fail, root } from './run.js';

/** The crates: where their modules stand, and which files there belong to another crate. */
const CRATES = [
  { folder: 'src', isOther: (name) => name.startsWith('wasi/') },
  { folder: 'src/wasi', isOther: () => false },
];

/** The modules of a crate by their paths (`host::calls`), and the paths of those that each of them uses. */
function graphOf({ folder, isOther }) {
  const files = readdirSync(join(root, folder), { recursive: true })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name.endsWith('.rs') && !isOther(name));
  const sources = new Map(files.map((name) => [pathOf(name), readFileSync(join(root, folder, name), 'utf8')]));
  sources.delete('lib');
  sources.delete('main');
  const graph = new Map();
  for (const [path, source] of sources) {
    const used = [...usedPaths(path, source)].map((names) => moduleIn(sources, names));
    graph.set(path, new Set(used.filter((other) => other !== undefined && !isWithin(path, other))));
  }
  return graph;
}

/** `host/calls.rs` is the module `host::calls`, `calls/mod.rs` is `calls`. */
const pathOf = (name) => name.replace(/(\/mod)?\.rs$/, '').replaceAll('/', '::');

/** True for a module and its parents. */
const isWithin = (path, parent) => path === parent || path.startsWith(`${parent}::`);

/** The paths behind each `crate::`, `super::` and `self::`, as names from the crate on; those in braces one by one. */
function* usedPaths(path, source) {
  // Tests may look anywhere; comments use nothing.
  const code = source.split('#[cfg(test)]\nmod tests')[0].replace(/\/\/.*$/gm, '');
  for (const [, start, tail, group] of code.matchAll(
    /\b(crate|self|super(?:::super)*)((?:::\w+)*)(?:::\{([^}]*)\})?/g,
  )) {
    const from = { crate: [], self: path.split('::') }[start] ?? path.split('::').slice(0, -start.split('::').length);
    const names = [...from, ...tail.split('::').slice(1)];
    if (group === undefined) yield names;
    else for (const item of group.split(',')) yield [...names, ...item.trim().split('::')];
  }
}

/** The innermost module that a path leads into; undefined for none of the crate's. */
function moduleIn(sources, names) {
  for (let length = names.length; length > 0; length--) {
    const path = names.slice(0, length).join('::');
    if (sources.has(path)) return path;
  }
  return undefined;
}

/** A circle, as the modules on its way; undefined where there is none. */
function circleIn(graph) {
  const done = new Set();
  const visit = (module, way) => {
    if (way.includes(module)) return [...way.slice(way.indexOf(module)), module];
    if (done.has(module)) return undefined;
    for (const used of graph.get(module) ?? []) {
      const circle = visit(used, [...way, module]);
      if (circle !== undefined) return circle;
    }
    done.add(module);
    return undefined;
  };
  for (const module of graph.keys()) {
    const circle = visit(module, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

for (const crate of CRATES) {
  const circle = circleIn(graphOf(crate));
  if (circle !== undefined) fail(`${crate.folder}: a circle of modules: ${circle.join(' -> ')}`);
}
