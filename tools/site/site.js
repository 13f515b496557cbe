/**
 * `npm run docs [-- --build] [-- --base PATH]`: builds the site of docs/, with the API reference and the demo page in it,
 * into www/site, and serves it on this machine. Links that lead nowhere fail the build.
 */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { serveFolder } from '../serve.js';
import { buildPage } from '../page/build.js';
import { installed, load } from '../installed.js';
import { fail, root, step } from '../run.js';
import { config, navigated } from './config.js';
import { writePages } from './pages.js';

/**
 * VitePress is 102 MB with what it needs: a quarter of all that `npm ci` brings, for one command. Mermaid's small edition is
 * one file of 2.5 MB; the whole is 150 MB with what it needs.
 */
const TOOLS = { vitepress: '1.6.4', '@mermaid-js/tiny': '11.17.2' };

const PAGES = join(root, 'www/pages');
const SITE = join(root, 'www/site');

/** Documents outside of docs/ that the site's navigation has. */
const OTHERS = ['CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'examples/README.md'];

const markdownIn = (folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);

/** The file of a page, by its link. */
const fileOf = (link) => (link.endsWith('.html') ? link : link.replace(/\/$/, '/index').concat('.html'));

/** The text of the module that VitePress imports: the configuration, and the one function that is part of it. */
const configModule = (base) => `import { anchorOf } from '../../../tools/site/anchors.js';
const config = ${JSON.stringify(config(base, SITE))};
config.markdown.anchor = { slugify: anchorOf };
export default config;
`;

/**
 * Builds the site: its folder.
 * @param {string} base the path that it is served at
 */
export async function buildSite(base = '/') {
  const { status } = spawnSync(process.execPath, [join(root, 'tools/docs.js')], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('the API reference failed');
  for (const folder of [PAGES, SITE]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(PAGES, '.vitepress/theme'), { recursive: true });
  writePages(PAGES, [...markdownIn('docs'), ...markdownIn('docs/reference'), ...OTHERS]);
  writeFileSync(join(PAGES, '.vitepress/config.mjs'), configModule(base));
  cpSync(join(root, 'tools/site/theme.js'), join(PAGES, '.vitepress/theme/index.js'));
  cpSync(join(root, 'tools/site/theme.css'), join(PAGES, '.vitepress/theme/theme.css'));
  const tools = installed('site', TOOLS);
  cpSync(join(tools, 'node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js'), join(PAGES, 'public/mermaid.js'));
  const vitepress = await load(tools, 'vitepress');
  await vitepress.build(PAGES);
  const { site } = await buildPage();
  cpSync(site, join(SITE, 'demo'), { recursive: true });
  // Alone the page has no documents to lead to.
  const demo = join(SITE, 'demo/index.html');
  writeFileSync(
    demo,
    readFileSync(demo, 'utf8').replace('<a href="../index.html" hidden>', '<a href="../index.html">'),
  );
  const dead = navigated.filter((link) => !existsSync(join(SITE, fileOf(link))));
  if (dead.length > 0) throw new Error(`the navigation leads to what is not there: ${dead.join(', ')}`);
  const reached = new Set(navigated.map(fileOf));
  const lost = markdownIn('docs').filter((path) => !reached.has(path.replace(/^docs(.*)md$/, '$1html')));
  if (lost.length > 0) throw new Error(`the navigation does not lead to ${lost.join(', ')}`);
  return SITE;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { build: { type: 'boolean' }, base: { type: 'string', default: '/' } } });
  if (!/^\/(.*\/)?$/.test(values.base)) fail(`--base: expected a path from / to /, got ${values.base}`);
  const site = await buildSite(values.base);
  step('www/site: ready to be put anywhere');
  if (!values.build) {
    const { address } = await serveFolder(site, 8080, {}).catch(() => serveFolder(site, 0, {}));
    console.log(`The site is at ${address} (Ctrl+C ends it)`);
  }
}
