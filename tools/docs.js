/**
 * `npm run docs:api`: writes the API reference, of the typings, to docs/reference/. `node tools/docs.js check` writes
 * nothing. Both fail on any warning: a member without a comment, a link that leads nowhere, a type that is not there.
 */

import { register } from 'node:module';
import { join } from 'node:path';

import { root } from './run.js';

// TypeDoc needs the compiler's old interface in JavaScript, which TypeScript 7 does not have.
const hook = `export const resolve = (name, context, next) => next(name === 'typescript' ? 'typescript-5.9' : name, context);`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
const { Application } = await import('typedoc');

const typings = (name) => join(root, `js/api/${name}.d.ts`);
const app = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: [typings('index'), typings('slim'), typings('observe'), join(root, 'js/nats/index.d.ts')],
  tsconfig: join(root, 'tools/docs.tsconfig.json'),
  out: join(root, 'docs/reference'),
  router: 'module',
  readme: 'none',
  name: 'wapc-host',
  // Sources would be links to one commit, and line numbers change with every other.
  disableSources: true,
  // Braces are the types of `@throws`.
  jsDocCompatibility: { ignoreUnescapedBraces: true },
  excludePrivate: true,
  excludeExternals: true,
  sort: ['source-order'],
  // Types of the platform.
  intentionallyNotExported: ['BufferSource', 'Response', 'URL', 'WebAssembly.Module'],
  validation: {
    notExported: true,
    invalidLink: true,
    rewrittenLink: true,
    notDocumented: true,
    unusedMergeModuleWith: true,
  },
  requiredToBeDocumented: [
    'Class',
    'Interface',
    'TypeAlias',
    'Function',
    'Method',
    'Property',
    'Accessor',
    'Constructor',
  ],
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  // Where two headings have the same name, the anchors of headings are others than those that links lead to.
  useHTMLAnchors: true,
});
const project = await app.convert();
if (project === undefined) process.exit(1);
app.validate(project);
if (process.argv[2] !== 'check') await app.generateOutputs(project);
process.exitCode = app.logger.hasErrors() || app.logger.hasWarnings() ? 1 : 0;
