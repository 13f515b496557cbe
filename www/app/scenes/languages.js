/** Scene 4: guests in four languages, one with files, and one from the real world. */

import assemblyscript from 'source:testdata/assemblyscript/hello.ts';
import c from 'source:testdata/c/hello.c';
import catalogueSource from 'source:testdata/page/catalogue/src/lib.rs';
import cluster from 'source:examples/kubewarden-policy/cluster.js';
import files from 'source:www/samples/files.js';
import judge from 'source:examples/kubewarden-policy/judge.js';
import languages from 'source:www/samples/languages.js';
import policy from 'source:examples/kubewarden-policy/policy/src/lib.rs';
import rust from 'source:testdata/rust/src/lib.rs';
import zig from 'source:testdata/zig/hello.zig';

import { choices, element } from '../parts/elements.js';
import { latestOf } from '../parts/latest.js';
import { fill } from '../parts/stage.js';
import { filesView } from './languages/files.js';
import { greetingsView } from './languages/greetings.js';
import { policyView } from './languages/policy.js';

const VIEWS = [
  ['greetings', 'a greeting', greetingsView],
  ['files', 'files, by WASI', filesView],
  ['policy', 'a policy for Kubernetes', policyView],
];

const CODE = [
  { name: 'languages.js', language: 'js', text: languages, sample: 'www/samples/languages.js' },
  { name: 'hello.rs', language: 'rust', text: rust },
  { name: 'hello.ts', language: 'ts', text: assemblyscript },
  { name: 'hello.zig', language: 'zig', text: zig },
  { name: 'hello.c', language: 'c', text: c },
  { name: 'files.js', language: 'js', text: files, sample: 'www/samples/files.js' },
  { name: 'catalogue.rs', language: 'rust', text: catalogueSource },
  { name: 'judge.js', language: 'js', text: judge },
  { name: 'cluster.js', language: 'js', text: cluster },
  { name: 'policy.rs', language: 'rust', text: policy },
];

/** The file of each view that is shown first. */
const FIRST = { greetings: 'languages.js', files: 'files.js', policy: 'judge.js' };

export function mount(section) {
  const place = element('div', { class: 'pad' });
  const show = (name, isOpen) => {
    code.show(CODE.findIndex((file) => file.name === name));
    if (isOpen) section.querySelector('.folded').open = true;
  };
  const run = (chosen) => {
    for (const name in views) views[name].place.hidden = name !== chosen;
    show(FIRST[chosen], false);
    code.clear();
    return views[chosen].run();
  };
  const { group } = choices(
    'What they do',
    VIEWS.map(([name, text]) => [name, text]),
    run,
  );
  const { code, say, state } = fill(section, { controls: [group], stage: [place], code: CODE });

  const inTurn = latestOf();

  /** Runs some work of a view in its turn, and says what came of it. */
  const during = (work) => {
    state('running');
    return inTurn(async (isLatest) => {
      try {
        say(await work());
      } catch (error) {
        say(`It failed: ${error.message}`);
      }
      if (isLatest()) state('done');
    });
  };
  const views = Object.fromEntries(VIEWS.map(([name, , make]) => [name, make({ during, show })]));
  for (const name in views) place.append(views[name].place);
  for (const name in views) views[name].place.hidden = name !== 'greetings';
  return () => views.greetings.run();
}
