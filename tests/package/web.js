/** Rows of environments in Chromium without a bundler: other workers, packages of another origin, headers and frames. */

import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { serveFolder } from '../../tools/serve.js';
import { ISOLATED } from '../browser/serve.js';
import { ALL, NO_WORKERS, html, visit } from './projects.js';

const DIST = 'node_modules/wapc-host/dist';

/** A module that imports an entry point by its address, and says its features by `answer` where a worker is asked for them. */
const worker = (entry, event, answer) => `
import * as wapc from './${DIST}/${entry}.js';
import { features } from './features.js';
addEventListener('${event}', (event) => {
  const found = features(wapc, 'hello.wasm', 'wasi.wasm');
  ${answer}
});`;

const SERVICE_PAGE = `
navigator.serviceWorker.onmessage = ({ data }) => (globalThis.outcome = data);
await navigator.serviceWorker.register('./worker.js', { type: 'module' });
(await navigator.serviceWorker.ready).active.postMessage('features');`;

const SHARED_PAGE = `
const { port } = new SharedWorker('./worker.js', { type: 'module' });
port.onmessage = ({ data }) => (globalThis.outcome = data);`;

/** Visits a page whose script asks a worker. */
function ask(folder, page, worker) {
  for (const [name, text] of Object.entries({
    'index.html': html('./page.js'),
    'page.js': page,
    'worker.js': worker,
  })) {
    writeFileSync(join(folder, name), text);
  }
  return visit({ folder }, ISOLATED);
}

const inServiceWorker = (folder, entry) => {
  const answer = 'event.waitUntil(found.then((features) => event.source.postMessage(features)));';
  return ask(folder, SERVICE_PAGE, worker(entry, 'message', answer));
};

/** The head of a page that finds the package at an address. */
const mapTo = (address) => `<script type="importmap">${JSON.stringify({ imports: { 'wapc-host': address } })}</script>`;

/** Visits a page whose workers' script is served with other headers than the page. */
function withWorkersServed(folder, headers) {
  writeFileSync(join(folder, 'index.html'), html('./page.js', mapTo(`./${DIST}/index.js`)));
  return visit({ folder }, (path) => (path === `/${DIST}/worker.js` ? headers : ISOLATED));
}

/** Visits a page with a frame that has an origin of its own. */
function inSandbox(folder) {
  const frame = '<iframe sandbox="allow-scripts" src="frame.html"></iframe>';
  writeFileSync(join(folder, 'frame.html'), html('./page.js', mapTo(`./${DIST}/index.js`)));
  writeFileSync(join(folder, 'index.html'), html('./parent.js', frame));
  writeFileSync(join(folder, 'parent.js'), 'onmessage = ({ data }) => (globalThis.outcome = data);');
  appendFileSync(join(folder, 'page.js'), 'parent.postMessage(globalThis.outcome, "*");\n');
  return visit({ folder }, { 'access-control-allow-origin': '*' });
}

/** Visits a page that imports the package from another origin, under a policy for it. */
async function fromElsewhere(folder, policy = () => '') {
  const elsewhere = await serveFolder(join(folder, DIST), 0, { 'access-control-allow-origin': '*' });
  writeFileSync(join(folder, 'index.html'), html('./page.js', mapTo(`${elsewhere.address}index.js`)));
  try {
    return await visit({ folder }, { ...ISOLATED, 'content-security-policy': policy(elsewhere.address) });
  } finally {
    elsewhere.stop();
  }
}

export const web = [
  {
    name: 'a service worker',
    // It cannot load WASI later: the error names the entry point that has it.
    expected: { ...ALL, workers: 'WAPC_UNSUPPORTED', WASI: 'WAPC_UNSUPPORTED', interrupt: 'WAPC_UNSUPPORTED' },
    run: (folder) => inServiceWorker(folder, 'index'),
  },
  {
    name: 'a service worker, wapc-host/service-worker',
    expected: { ...ALL, workers: 'WAPC_UNSUPPORTED' },
    run: (folder) => inServiceWorker(folder, 'service-worker'),
  },
  {
    name: 'a shared worker',
    // Chromium has no workers there.
    expected: { ...ALL, workers: 'WAPC_UNSUPPORTED' },
    run: (folder) => {
      const answer = 'found.then((features) => event.ports[0].postMessage(features));';
      return ask(folder, SHARED_PAGE, worker('index', 'connect', answer));
    },
  },
  {
    name: 'a CDN: the package of another origin',
    expected: ALL,
    run: (folder) => fromElsewhere(folder),
  },
  {
    name: 'a CDN, with a policy without blob:',
    expected: NO_WORKERS,
    run: (folder) => fromElsewhere(folder, (origin) => `worker-src 'self' ${origin}`),
  },
  {
    name: 'a CDN, with a policy that allows blob: without its origin',
    expected: NO_WORKERS,
    run: (folder) => fromElsewhere(folder, () => "worker-src 'self' blob:"),
  },
  {
    name: 'a CDN, with a policy that allows blob: and its origin',
    expected: ALL,
    run: (folder) => fromElsewhere(folder, (origin) => `worker-src blob: ${origin}`),
  },
  {
    name: 'an isolated page, whose workers have no Cross-Origin-Embedder-Policy',
    expected: NO_WORKERS,
    run: (folder) => withWorkersServed(folder, {}),
  },
  {
    name: 'a page whose workers are served with a policy that forbids WebAssembly',
    expected: { ...ALL, workers: 'WAPC_INIT' },
    run: (folder) => withWorkersServed(folder, { ...ISOLATED, 'content-security-policy': "script-src 'self'" }),
  },
  {
    name: 'a frame with `sandbox`, without `allow-same-origin`',
    expected: NO_WORKERS,
    run: inSandbox,
  },
  {
    name: 'a page with trusted types',
    expected: NO_WORKERS,
    run: (folder) => {
      writeFileSync(join(folder, 'index.html'), html('./page.js', mapTo(`./${DIST}/index.js`)));
      return visit({ folder }, { ...ISOLATED, 'content-security-policy': "require-trusted-types-for 'script'" });
    },
  },
];
