/** VitePress's configuration of the site. Its links are relative to the site's root, wherever that is served. */

const page = (text, link) => ({ text, link });
/** A page that is not VitePress's own: the browser goes there, not its router. */
const apart = (text, link) => ({ text, link, target: '_self' });

/** The pages by section, as in docs/index.md. */
const SECTIONS = {
  Begin: [
    page('Words', '/'),
    page('Getting started', '/getting-started'),
    page('Writing guests', '/guests'),
    page('Command line', '/cli'),
    page('Examples', '/repository/examples/README'),
    apart('Demo', '/demo/index.html'),
  ],
  Guides: [
    page('Routes and values', '/routes'),
    page('Callbacks that answer later', '/callbacks'),
    page('Pools', '/pools'),
    page('Workers and deadlines', '/workers'),
    page('Deadlines on this thread, fuel', '/deadlines'),
    page('Hosts and hot swaps', '/hosts'),
    page('WASI', '/wasi'),
    page('Beyond one machine', '/cluster'),
    page('Seeing what happens', '/observing'),
    page('Loading the package', '/loading'),
    page('Where it works', '/environments'),
    page('Comparison and migration', '/comparison'),
    page('Questions and answers', '/faq'),
  ],
  Reference: [
    page('API and options', '/api'),
    page('Typings', '/reference/'),
    page('Errors', '/errors'),
    page('Protocol decisions', '/protocol'),
    page('Performance', '/performance'),
    page('Security', '/repository/SECURITY'),
    page('Changes', '/repository/CHANGELOG'),
  ],
  Contributors: [
    page('Contributing', '/repository/CONTRIBUTING'),
    page('Architecture', '/ARCHITECTURE'),
    page('Decisions', '/DECISIONS'),
  ],
};

/** The links of the navigation, which VitePress does not check. */
export const navigated = Object.values(SECTIONS).flatMap((pages) => pages.map(({ link }) => link));

/** The configuration for a site that is served at `base`, a path. */
export const config = (base, outDir) => ({
  base,
  outDir,
  title: 'wapc-host',
  description: 'Host for waPC guests, plug-ins in WebAssembly, in browsers, Node, Deno and Bun',
  // VitePress's own colours of code are too faint to be read by everybody.
  markdown: { theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } },
  head: [
    ['style', {}, 'html:root { --vp-code-lang-color: var(--vp-c-text-2); }'],
    // An empty icon: without it browsers request /favicon.ico.
    ['link', { rel: 'icon', href: 'data:,' }],
  ],
  // No request leaves the site, so that it can be read without a network.
  themeConfig: {
    search: { provider: 'local' },
    nav: [page('Guides', '/getting-started'), page('API', '/api'), apart('Demo', '/demo/index.html')],
    sidebar: Object.entries(SECTIONS).map(([text, items]) => ({ text, items })),
    outline: [2, 3],
  },
});
