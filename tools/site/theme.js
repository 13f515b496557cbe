/** VitePress's theme, which also draws the documents' diagrams (Mermaid), as forges do. VitePress alone shows their text. */

import { useData, useRoute, withBase } from 'vitepress';
import DefaultTheme from 'vitepress/theme';
import { nextTick, onMounted, watch } from 'vue';

import './theme.css';

let loading;

/** Mermaid, a script that is too large for pages without diagrams. */
const mermaid = () =>
  (loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = withBase('/mermaid.js');
    script.onload = () => resolve(globalThis.mermaid);
    script.onerror = () => {
      // The next page tries again.
      loading = undefined;
      reject(new Error(`${script.src} could not be loaded`));
    };
    document.head.append(script);
  }));

/** Texts are wrapped, since a page is narrow: few diagrams are wider than it. */
const SEQUENCE = { wrap: true, width: 120, actorMargin: 24 };

/** Draws the diagrams of the page, or draws them again for another scheme of colours. */
async function draw(isDark) {
  const blocks = [...document.querySelectorAll('.vp-doc .language-mermaid')];
  if (blocks.length === 0) return;
  const { initialize, render } = await mermaid();
  initialize({ startOnLoad: false, theme: isDark ? 'dark' : 'neutral', fontFamily: 'inherit', sequence: SEQUENCE });
  for (const [index, block] of blocks.entries()) {
    const text = block.querySelector('code').textContent.replaceAll('<br/>', ' ');
    try {
      const { svg } = await render(`diagram-${index}`, text);
      if (block.previousElementSibling?.matches('.diagram')) block.previousElementSibling.remove();
      const figure = `<figure class="diagram" tabindex="0" aria-label="Diagram">${svg}</figure>`;
      block.insertAdjacentHTML('beforebegin', figure);
    } catch (error) {
      // Its text stays, and the others are drawn.
      console.error(error);
    }
  }
}

export default {
  extends: DefaultTheme,
  setup() {
    const { isDark } = useData();
    const route = useRoute();
    const drawSoon = () => nextTick(() => draw(isDark.value));
    onMounted(drawSoon);
    watch([() => route.path, isDark], drawSoon, { flush: 'post' });
  },
};
