/** The top of the page. */

import { $, all, equal, expect, type, until } from './person.js';

const marked = () =>
  all('#hero-code pre:not([hidden]) .line').flatMap((line, i) => (line.matches('.ran') ? [i + 1] : []));
const greeting = () => $('#greeting').textContent;

export const tests = {
  async 'a greeting by itself, and all lines of the code ran'() {
    await until(() => greeting() === 'Hello, waPC!');
    expect($('#said').textContent.includes('logging something'), 'the guest logged nothing');
    const lines = all('#hero-code pre:not([hidden]) .line').map((line) => line.textContent.trim());
    const ran = lines.flatMap((text, i) => (text !== '' && !text.startsWith('import ') ? [i + 1] : []));
    equal(marked(), ran);
  },
  async 'a greeting for a name: only the lines that ran just now are marked'() {
    type($('#name'), 'Ada');
    $('#hello').requestSubmit();
    await until(() => greeting() === 'Hello, Ada');
    const lines = all('#hero-code pre:not([hidden]) .line').map(({ textContent }) => textContent);
    const of = (part) => lines.findIndex((text) => text.includes(part)) + 1;
    equal(marked(), [of('log(line)'), of('echo'), of('host.call')]);
  },
  async 'the figures are measured'() {
    await until(() => !$('#call-figure').hidden && !$('#greeted-figure').hidden);
    expect(/^[\d.]+\s(µs|ms)$/.test($('#call-time').textContent), $('#call-time').textContent);
    expect(/^[\d.,]+\s(ms|s)$/.test($('#greeted-time').textContent), $('#greeted-time').textContent);
    expect(/^\d+ KB/.test($('.figures li').textContent), $('.figures').textContent);
  },
  'the code for Node and for the command line'() {
    for (const [name, text] of [
      ['Node', 'import.meta.resolve'],
      ['Command line', 'npx wapc-host run'],
      ['Browser', "from './log.js'"],
    ]) {
      all('#hero-code [role="tab"]')
        .find(({ textContent }) => textContent === name)
        .click();
      const shown = all('#hero-code pre').filter((pre) => !pre.hidden);
      equal(shown.length, 1);
      expect(shown[0].textContent.includes(text), shown[0].textContent);
    }
  },
};
