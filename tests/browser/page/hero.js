/** The top of the page. */

import { $, all, equal, expect, type, until } from './person.js';

const marked = () =>
  all('#hero-code pre:not([hidden]) .line').flatMap((line, i) => (line.matches('.ran') ? [i + 1] : []));
const greeting = () => $('#greeting').textContent;

export const tests = {
  async 'a greeting by itself, and all statements of the code ran'() {
    await until(() => greeting() === 'Hello, waPC!');
    expect($('#said').textContent.includes('logging something'), 'the guest logged nothing');
    const lines = all('#hero-code pre:not([hidden]) .line').map((line) => line.textContent.trim());
    const isStatement = (text) => text !== '' && text !== '}' && !/^(import|export) /.test(text);
    const ran = lines.flatMap((text, i) => (isStatement(text) ? [i + 1] : []));
    equal(marked(), ran);
  },
  async 'a greeting for a name: only the lines that ran just now are marked'() {
    $('#hello').requestSubmit();
    await until(() => marked().length === 3);
    type($('#name'), 'Ada');
    await until(() => greeting() === 'Hello, Ada');
    const lines = all('#hero-code pre:not([hidden]) .line').map(({ textContent }) => textContent);
    const of = (part) => lines.findIndex((text) => text.includes(part)) + 1;
    equal(marked(), [of('lines.push(line)'), of('echo'), of('host.call')]);
  },
  async 'names that follow each other: the last one is greeted, once'() {
    const shown = [];
    const observer = new MutationObserver(() => shown.push(greeting()));
    observer.observe($('#greeting'), { childList: true });
    const name = 'Grace Hopper';
    for (let end = 1; end <= name.length; end++) type($('#name'), name.slice(0, end));
    await until(() => greeting() === 'Hello, Grace Hopper');
    observer.disconnect();
    equal([...new Set(shown)], ['Hello, Grace Hopper']);
    equal(all('#said p').length, 1, 'log lines:');
    type($('#name'), '');
    await until(() => greeting() === 'Hello, ');
    type($('#name'), 'waPC!');
    await until(() => greeting() === 'Hello, waPC!');
  },
  async 'the figures are measured'() {
    await until(() => !$('#call-figure').hidden && !$('#greeted-figure').hidden);
    expect(/^[\d.]+\s(µs|ms)$/.test($('#call-time').textContent), $('#call-time').textContent);
    expect(/^[\d.,]+\s(ms|s)$/.test($('#greeted-time').textContent), $('#greeted-time').textContent);
    expect(/^\d+ KB/.test($('.figures li').textContent), $('.figures').textContent);
  },
  async 'what came of copying is told by a status, too'() {
    const button = $('#install button');
    button.click();
    await until(() => $('#copied[role="status"]').textContent !== '');
    expect(/^(copied|select it, and copy)$/.test($('#copied').textContent), $('#copied').textContent);
    await until(() => button.textContent === 'copy');
    equal($('#copied').textContent, '');
  },
  'the code for Node and for the command line'() {
    for (const [name, text] of [
      ['Node', 'import.meta.resolve'],
      ['Command line', 'npx wapc-host run'],
      ['Browser', 'lines.push(line)'],
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
