/** The page: greets, and loads each scene when it is looked at. */

import { greetAtOnce } from './scenes/hero.js';
import { $, element, reloadButton } from './parts/elements.js';
import { sayWhatIsMissing } from './parts/platform.js';
import { whenSeen } from './parts/seen.js';
import { isShared } from './parts/share.js';

/** The scenes by the ids of their sections. Each has `mount`, which fills the section and returns what runs it once. */
const SCENES = {
  calls: () => import('./scenes/two-way.js'),
  unharmed: () => import('./scenes/unharmed.js'),
  cores: () => import('./scenes/cores.js'),
  languages: () => import('./scenes/languages.js'),
  own: () => import('./scenes/own.js'),
};

/** The part of a stage, or of the window, that has to be seen before the scene runs. */
const SEEN = 0.4;

const mounted = new Map();

/** Settles when all scenes that were to run by themselves have ended. */
let turn = Promise.resolve();

/** Fills a section, once: what runs its scene, or undefined where the scene's script cannot be loaded. */
function mount(section) {
  if (!mounted.has(section)) {
    const status = section.querySelector('[role="status"]');
    mounted.set(
      section,
      SCENES[section.id]().then(
        (scene) => {
          status.textContent = '';
          return scene.mount(section);
        },
        (error) => {
          mounted.delete(section);
          status.textContent = `This scene could not be loaded: ${error.message}`;
          section.querySelector('.stage').replaceChildren(element('div', { class: 'pad' }, reloadButton()));
        },
      ),
    );
  }
  return mounted.get(section);
}

const sections = Object.keys(SCENES).map((id) => document.getElementById(id));

// Their parts rather than the sections, whose padding is seen when a link has led to the next one.
whenSeen(
  sections.flatMap(({ children }) => [...children]),
  (part) => mount(part.closest('section')),
);

const stages = whenSeen(
  sections.map((section) => section.querySelector('.stage')),
  runInTurn,
  {
    threshold: [0, 0.1, 0.2, 0.3, SEEN],
    isSeen: ({ isIntersecting, intersectionRatio, intersectionRect }) =>
      isIntersecting && (intersectionRatio >= SEEN || intersectionRect.height >= SEEN * innerHeight),
  },
);

/** Runs a scene by itself, once, if it is still seen, and nobody has used it meanwhile: then it has a state. */
async function runOnce(stage) {
  if (!stages.seen.has(stage)) return;
  const section = stage.closest('section');
  const run = await mount(section);
  if (run === undefined || !stages.seen.has(stage)) return;
  stages.forget(stage);
  if (section.dataset.state === undefined) await run();
}

/** Runs scenes one after the other: what they measure would be disturbed by each other. */
function runInTurn(stage) {
  turn = turn.then(() => runOnce(stage)).catch(reportError);
}

/** Files may be dropped anywhere, and links that share a guest lead to its scene. */
const bringOwn = (use) => mount(document.getElementById('own')).then((run) => run && SCENES.own().then(use));

const holdsFiles = ({ dataTransfer }) => dataTransfer?.types.includes('Files');
addEventListener('dragover', (event) => {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  document.body.classList.add('dropping');
});
addEventListener('dragleave', ({ relatedTarget }) => {
  if (relatedTarget === null) document.body.classList.remove('dropping');
});
addEventListener('drop', (event) => {
  document.body.classList.remove('dropping');
  if (!holdsFiles(event)) return;
  event.preventDefault();
  const files = [...event.dataTransfer.files];
  if (files.length > 0) bringOwn((scene) => scene.takeFiles(files));
});

const openShared = () => {
  const { hash } = location;
  if (isShared(hash)) bringOwn((scene) => scene.openShared(hash));
};
addEventListener('hashchange', openShared);

greetAtOnce();
sayWhatIsMissing();
openShared();
$('unscripted').remove();
