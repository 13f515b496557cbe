/**
 * Checks that the Rust files of each crate use one another without circles: `eslint` does so for js/. A module and the
 * files of its folder count as one, since a child may use what its parent has; siblings, and what stands elsewhere, do not.
 *
 * Why not `cargo modules`: building it takes minutes, and its graph has an edge for each `super::`.
 */

import { readFileSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

import { fail, root } from './run.js';

/** The crates: where their modules stand, and what else stands there. */
const CRATES = [
  { folder: 'src', isOther: (name) => name.startsWith('wasi/') },
  { folder: 'src/wasi', isOther: () => false },
];

/** The top-level modules of a crate, and which others each of them uses. */
function graphOf({ folder, isOther }) {
  const files = readdirSync(join(root, folder), { recursive: true })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => name.endsWith('.rs') && !isOther(name));
  const graph = new Map();
  for (const name of files) {
    const module = name.replace(/\.rs$/, '').split('/')[0];
    if (module === 'lib' || module === 'main') continue;
    const uses = graph.get(module) ?? new Set();
    graph.set(module, uses);
    // Tests may look anywhere; comments use nothing.
    const source = readFileSync(join(root, folder, name), 'utf8')
      .split('#[cfg(test)]\nmod tests')[0]
      .replace(/\/\/.*$/gm, '');
    for (const used of usedModules(source)) if (used !== module) uses.add(used);
  }
  return graph;
}

/** The names behind each `crate::`, those in braces among them. */
function* usedModules(source) {
  for (const [, name, group] of source.matchAll(/\bcrate::(?:(\w+)|\{([^}]*)\})/g)) {
    if (name !== undefined) yield name;
    else for (const [, first] of group.matchAll(/(?:^|,)\s*(\w+)/g)) yield first;
  }
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
