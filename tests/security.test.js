/** Checks that the tests which SECURITY.md names exist, and that each line of its tables names one. */

import { deepEqual, ok } from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { root } from '../tools/run.js';
import { environment } from './environments/node.js';
import { suite } from './suite/index.js';

const read = (path) => readFileSync(join(root, path), 'utf8');
const security = read('SECURITY.md');

/** The links to files of the repository in a text: pairs of a name and a path. */
const linksIn = (text) => [...text.matchAll(/\[([^\]]+)\]\((?!#)([^)]+)\)/g)].map(([, name, path]) => [name, path]);

const isTest = ([, path]) => /^(tests\/suite\/|tests\/[^/]+\.test\.js$|src\/)/.test(path);

/** The names of the suite's tests, with suspension and without. */
const names = [true, false].flatMap((canSuspend) => [...suite({ ...environment, canSuspend })].map(([name]) => name));

/** A regular expression for a name in which `…` stands for `any`. */
const pattern = (name, any) =>
  name
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join(any);

/** True where a file has a test of that name. */
function hasTest([name, path]) {
  // A link to a whole test file.
  if (name === path) return true;
  if (path.endsWith('.rs')) return new RegExp(`#\\[test\\]\\n *fn ${name}\\(\\)`).test(read(path));
  if (path.startsWith('tests/suite/')) {
    const whole = new RegExp(`^${pattern(name, '.+')}$`);
    return names.some((each) => whole.test(each));
  }
  const quoted = `(['"\`])${pattern(name, '\\$\\{\\w+\\}')}\\1`;
  return new RegExp(`\\b(?:test\\(|import\\()${quoted}`).test(read(path));
}

const links = linksIn(security);

test('the files that SECURITY.md names are there', () => {
  deepEqual(
    links.filter(([, path]) => !existsSync(join(root, path))),
    [],
  );
});

test('the tests that SECURITY.md names are there', () => {
  const tests = links.filter(isTest);
  ok(tests.length > 50, `${tests.length} tests`);
  deepEqual(
    tests.filter((link) => !hasTest(link)),
    [],
  );
});

test('each line of a table of SECURITY.md names a test', () => {
  const lines = security.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| a guest can'));
  ok(lines.length > 30, `${lines.length} lines`);
  deepEqual(
    lines.filter((line) => !linksIn(line).some(isTest)),
    [],
  );
});
