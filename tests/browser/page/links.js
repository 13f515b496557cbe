/** The links at the top of the page. */

import { $, Scene, equal, expect, until } from './person.js';

export const tests = {
  async 'links: “Your guest” leads there, past scenes that neither come nor run'() {
    const scene = new Scene('own');
    $('nav [href="#own"]').click();
    await until(() => scene.$('.folded') !== null);
    const { top } = scene.section.getBoundingClientRect();
    expect(top >= 0 && top < 40, `its top is at ${top} px`);
    equal(document.querySelectorAll(':is(#unharmed, #cores, #languages) .folded').length, 0);
    history.replaceState(null, '', location.pathname + location.search);
  },
};
