/**
 * Checks that the Rust files of each crate do not use one another in a circle; `eslint` does so for js/. A child may
 * use its parents, which declare it.
 *
 * Not `cargo modules`: building it takes minutes, and its graph has an edge for each `super::`.
 */

import { readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

import { fail, root } from './run.js';

/** The crates: their folder, and a test for files there that belong to another crate. */
const CRATES = [
  { folder: 'src', isOther: (name) => /^(?:wasi|interrupt)\//.test(name) },
  { folder: 'src/wasi', isOther: () => false },
  { folder: 'src/interrupt', isOther: () => false },
];

/** The modules of a crate by path (`host::calls`), each with the paths of the modules that it uses. */
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

/** The module path of a file: `host/calls.rs` is `host::calls`, `calls/mod.rs` is `calls`. */
const pathOf = (name) => name.replace(/(\/mod)?\.rs$/, '').replaceAll('/', '::');

/** True for a module and its parents. */
const isWithin = (path, parent) => path === parent || path.startsWith(`${parent}::`);

/**
 * The paths after each `crate::`, `super::` and `self::`, as names from the crate's root on; those in braces one by
 * one.
 */
function* usedPaths(path, source) {
  // Without tests, which may use any module, and without comments.
  const code = source.split('#[cfg(test)]\nmod tests {')[0].replace(/\/\/.*$/gm, '');
  for (const [, start, tail, group] of code.matchAll(
    /\b(crate|self|super(?:::super)*)((?:::\w+)*)(?:::\{([^}]*)\})?/g,
  )) {
    const from = { crate: [], self: path.split('::') }[start] ?? path.split('::').slice(0, -start.split('::').length);
    const names = [...from, ...tail.split('::').slice(1)];
    if (group === undefined) yield names;
    else for (const item of group.split(',')) yield [...names, ...item.trim().split('::')];
  }
}

/** The innermost module of the crate that a path leads into, or undefined. */
function moduleIn(sources, names) {
  for (let length = names.length; length > 0; length--) {
    const path = names.slice(0, length).join('::');
    if (sources.has(path)) return path;
  }
  return undefined;
}

/** A circle, as the modules on its way, or undefined. */
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
