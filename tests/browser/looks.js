/**
 * Looks at the demo page in Chromium, once every scene has run: pictures of it, and what geometry and axe say of them. The
 * pictures are kept in www/looks/, for whoever changes the page to look at.
 */

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from '../../tools/run.js';

/* global axe, document, getComputedStyle, innerWidth, NodeFilter, requestAnimationFrame, scrollTo */

const LOOKS = join(root, 'www/looks');
const SCENES = ['calls', 'unharmed', 'cores', 'languages', 'own'];

/** Waits until the page has greeted. */
export const greeted = (page) =>
  page.waitForFunction(() => document.getElementById('greeting').textContent.startsWith('Hello, '));

/** Scrolls through the page: each scene runs once. */
export async function seeAll(page) {
  for (const id of SCENES) {
    await page
      .locator(`#${id} .stage`)
      .evaluate((stage) => stage.scrollIntoView({ behavior: 'instant', block: 'center' }));
    await page.waitForFunction((id) => document.getElementById(id).dataset.state === 'done', id);
  }
}

/** Takes a picture of the whole page. */
export async function picture(page, name) {
  mkdirSync(LOOKS, { recursive: true });
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
  await page.screenshot({ path: join(LOOKS, `${name}.png`), fullPage: true });
}

/** What is wrong in the geometry of the page: what is wider than the window, cut, or over something else. */
export const misplaced = (page) =>
  page.evaluate(async () => {
    // Charts are drawn anew for the width.
    for (let frame = 0; frame < 3; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
    const wrong = [];
    if (document.documentElement.scrollWidth > innerWidth) {
      wrong.push(`the page is ${document.documentElement.scrollWidth} px wide in ${innerWidth} px`);
    }
    const told = (element) => `${element.tagName}.${element.className?.baseVal ?? element.className}`;
    // Texts lie over each other in editors, where one is the marked copy of the other.
    const isShown = (element) =>
      element.checkVisibility() && element.closest('.editor, .hidden, .skip, .drop-here') === null;
    /** The part of an element that its scrolling ancestors let through. */
    const clipped = (rect, element) => {
      let { left, top, right, bottom } = rect;
      for (let at = element.parentElement; at !== null && at !== document.body; at = at.parentElement) {
        if (getComputedStyle(at).overflow === 'visible') continue;
        const box = at.getBoundingClientRect();
        [left, top] = [Math.max(left, box.left), Math.max(top, box.top)];
        [right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)];
      }
      return { left, top, right, bottom };
    };
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const { parentElement: element } = node;
      if (node.data.trim() === '' || !isShown(element) || /SCRIPT|TEMPLATE/.test(element.tagName)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        if (rect.width < 1) continue;
        const seen = clipped(rect, element);
        const isScrolled = element.closest('pre') !== null;
        if (!isScrolled && (seen.right < rect.right - 1 || seen.left > rect.left + 1)) {
          wrong.push(`cut: ${told(element)} ${node.data.trim().slice(0, 40)}`);
        }
        if (seen.right > seen.left && seen.bottom > seen.top) texts.push({ ...seen, element, text: node.data.trim() });
      }
    }
    texts.sort((one, other) => one.top - other.top);
    texts.forEach((one, i) => {
      // The lines of a title are closer than its letters are high.
      const bottom = one.bottom - Math.max(3, 0.07 * (one.bottom - one.top));
      for (let j = i + 1; j < texts.length && texts[j].top < bottom; j++) {
        const other = texts[j];
        const isOver = other.left < one.right - 2 && one.left < other.right - 2;
        if (isOver) wrong.push(`over each other: ${one.text.slice(0, 40)} | ${other.text.slice(0, 40)}`);
      }
    });
    for (const control of document.querySelectorAll('button, input, summary, a')) {
      const { width, height } = control.getBoundingClientRect();
      if (isShown(control) && (width < 20 || height < 20) && control.closest('p, small') === null) {
        wrong.push(`hard to press: ${told(control)} ${control.textContent} ${width} × ${height}`);
      }
    }
    return [...new Set(wrong)];
  });

const source = readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');

/** What axe finds. */
export async function axeFinds(page) {
  await page.evaluate(source);
  return page.evaluate(async () => {
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  });
}
