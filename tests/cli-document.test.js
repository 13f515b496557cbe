/** The commands of docs/cli.md print what stands below them; `…` stands for anything. */

import { equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { root } from '../tools/run.js';
import { TOOL, command, guest } from './cli/command.js';

const folder = mkdtempSync(join(tmpdir(), 'wapc-cli-'));
after(() => rmSync(folder, { recursive: true }));

const document = readFileSync(join(root, 'docs/cli.md'), 'utf8');
const blocks = (language) =>
  [...document.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, block]) => block);

// The guest that readers have: the package's own.
cpSync(join(root, 'dist/hello.wasm'), join(folder, 'guest.wasm'));
cpSync(guest('wat/extism'), join(folder, 'plugin.wasm'));
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
writeFileSync(join(folder, 'routes.js'), blocks('javascript')[0]);
// Where npx finds the command of a package that is installed.
mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
symlinkSync(TOOL, join(folder, 'node_modules/.bin/wapc-host'));

/** Each command of the document, with the text below it. */
const commands = blocks('console').flatMap((block) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text.slice(text.indexOf('\n') + 1)]),
);
ok(commands.length > 5);

/** A pattern of a text in which `…` stands for anything. */
const patternOf = (text) =>
  new RegExp(
    `^${text
      .split('…')
      .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('.*?')}\\s*$`,
    's',
  );

for (const [line, expected] of commands) {
  test(line, () => {
    const { stdout, error } = spawnSync('sh', ['-c', `{ ${line}; } 2>&1`], { cwd: folder, encoding: 'utf8' });
    equal(error, undefined);
    match(stdout, patternOf(expected.trimEnd()));
  });
}

test('the document has every command and option', () => {
  for (const name of ['run', 'inspect', 'bench', 'init', 'serve', 'call', 'services']) {
    ok(document.includes(`\n## ${name}\n`), name);
    const { stdout } = command([name, '--help']);
    for (const [, option] of stdout.matchAll(/^ {2}(?:-\w, )?(--\w+)/gm))
      ok(document.includes(option), `${name} ${option}`);
  }
});
