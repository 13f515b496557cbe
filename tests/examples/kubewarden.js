/**
 * The Kubewarden policy, built and judged by in Node and in a page. Part of `npm run test:environments`: the crates take
 * minutes to build.
 */

import { equal, match } from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { serveFolder } from '../../tools/serve.js';
import { openChromium } from '../browser/browsers.js';
import { cloned, install, quiet, run } from './clone.js';

const { folder, remove } = cloned();
after(remove);
const example = folder('kubewarden-policy');

before(() => {
  install(example);
  const { status, stderr } = run(example, 'npm', ['run', 'build', '--silent']);
  equal(status, 0, stderr);
});

test('in Node pods are admitted where the namespace has the label', () => {
  const { status, stdout, stderr } = run(example, 'npm', quiet);
  equal(status, 0, stderr);
  match(stdout, /^info: looking at a pod /m);
  match(stdout, /^web in shop: admitted$/m);
  match(stdout, /^web in scratch: refused, the namespace scratch has no label team$/m);
});

test('in a page, too; a namespace that the cluster does not have is not judged', async () => {
  const { address, stop } = await serveFolder(example, 0, {});
  const { page, close } = await openChromium(address);
  const outcome = (beginning) =>
    page.waitForFunction(
      (beginning) => globalThis.document.querySelector('output').textContent.startsWith(beginning),
      beginning,
    );
  await outcome('refused: ');
  const request = await page.inputValue('textarea');
  for (const [namespace, beginning] of [
    ['shop', 'admitted'],
    ['nowhere', 'not judged: '],
  ]) {
    await page.fill('textarea', request.replaceAll('"scratch"', `"${namespace}"`));
    await page.click('button');
    await outcome(beginning);
  }
  await close();
  stop();
});
