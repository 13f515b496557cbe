/** `wapc-host init`: writes a guest to start from. */

import { relative } from 'node:path';

import { closest } from '../arguments/closest.js';
import { UsageError } from '../arguments/usage-error.js';
import { filesOf, isInstalled } from '../init/files.js';
import { ALIASES, LANGUAGES } from '../init/languages.js';
import { enter } from '../init/steps.js';
import { writeFolder } from '../init/write.js';
import { print } from '../output/streams.js';

const names = Object.keys(LANGUAGES);

export const usage = 'LANGUAGE [DIR]';
export const about = `Writes a guest with three operations, the answers of its host and a test, and says how it is built. LANGUAGE
is ${names.slice(0, -1).join(', ')} or ${names.at(-1)}; DIR is LANGUAGE-guest without one. A folder that is not empty is refused.`;
export const examples = ['rust', 'assemblyscript plug-ins/greeter'];
export const positionals = { least: 1, names: ['LANGUAGE', 'DIR'] };
export const options = {};

export async function run(values, [name, folder = `${name}-guest`]) {
  if (!Object.hasOwn(LANGUAGES, name)) throw unknown(name);
  const language = LANGUAGES[name];
  writeFolder(folder, filesOf(name, language));
  await print(stepsFor(language, relative('', folder)));
}

function unknown(name) {
  const meant = ALIASES.get(name.toLowerCase()) ?? name;
  return new UsageError(
    `init: unknown language ${JSON.stringify(name)}. ${closest(meant, names)}The languages are ${names.join(', ')}`,
  );
}

const NOT_PUBLISHED = '      # until wapc-host is published: npm install PATH-OF-ITS-TARBALL';

function stepsFor({ title, tools, build, guest }, folder) {
  return `Wrote a guest in ${title} to ${folder || 'this folder'}. It needs ${tools}.

${folder === '' ? '' : `  ${enter(folder)}\n`}  npm install${isInstalled ? NOT_PUBLISHED : ''}
  npm run build    # ${build}
  npm test

  npx wapc-host run ${guest} hello waPC
`;
}
