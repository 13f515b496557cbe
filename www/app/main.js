/** The page: greets, and loads each scene when it comes into view. */

import { greetAtOnce } from './scenes/hero.js';
import { sayWhatIsMissing } from './parts/platform.js';
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
        },
      ),
    );
  }
  return mounted.get(section);
}

const toMount = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) if (isIntersecting) mount(target);
});

/** Stages whose scene has run by itself. */
const hasRun = new Set();

const toRun = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, intersectionRatio, intersectionRect, target } of entries) {
      if (!isIntersecting || (intersectionRatio < SEEN && intersectionRect.height < SEEN * innerHeight)) continue;
      mount(target.closest('section')).then((run) => {
        if (run === undefined || hasRun.has(target)) return;
        hasRun.add(target);
        toRun.unobserve(target);
        run();
      });
    }
  },
  { threshold: [0, 0.1, 0.2, 0.3, SEEN] },
);

for (const id of Object.keys(SCENES)) {
  const section = document.getElementById(id);
  toMount.observe(section);
  toRun.observe(section.querySelector('.stage'));
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
  const [file] = event.dataTransfer.files;
  if (file !== undefined) bringOwn((scene) => scene.takeFile(file));
});

const openShared = () => {
  const { hash } = location;
  if (isShared(hash)) bringOwn((scene) => scene.openShared(hash));
};
addEventListener('hashchange', openShared);

greetAtOnce();
sayWhatIsMissing();
openShared();
