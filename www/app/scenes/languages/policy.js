/** A guest from the real world: a Kubewarden policy, which judges whether a pod may be created. */

import { observe } from 'wapc-host/observe';

import { loadPolicy } from '../../../../examples/kubewarden-policy/judge.js';
import request from 'source:examples/kubewarden-policy/requests/scratch.json';

import { codeEditor } from '../../parts/editor.js';
import { choices, element, errorElement } from '../../parts/elements.js';
import { size, time } from '../../parts/numbers.js';
import { has } from '../../parts/platform.js';
import { guest, line } from '../../parts/stage.js';

/** Namespaces that a pod may be created in: the cluster has the first two. */
const NAMESPACES = [
  ['scratch', 'in scratch'],
  ['shop', 'in shop'],
  ['nowhere', 'in nowhere'],
];

const inNamespace = (name) => request.trim().replaceAll('"scratch"', JSON.stringify(name));

/** The policy; loaded once. It demands a label of namespaces. */
let loaded;
const policy = () => {
  loaded ??= guest(has.jspi ? 'policy' : 'policy-asyncified').then((bytes) => loadPolicy(bytes, { label: 'team' }));
  loaded.catch(() => (loaded = undefined));
  return loaded;
};

export function policyView({ during }) {
  const editor = codeEditor({ label: 'The request to create a pod', language: 'json', value: inNamespace('scratch') });
  const { group, press } = choices('Where the pod is to be', NAMESPACES, (name) => {
    editor.value = inNamespace(name);
    run();
  });
  editor.area.addEventListener('input', () => press(''));
  const verdict = element('p', { class: 'verdict' });
  const calls = element('div', { class: 'outcome' });
  const button = element('button', { class: 'main', onclick: () => run() }, 'Judge it');
  const demands = 'It demands that the namespace of a pod has the label “team”, and asks the cluster for it.';
  const judged = element('div', { class: 'rows' }, element('p', {}, demands), group, button, verdict, calls);
  const place = element('div', { class: 'two' }, element('div', { class: 'framed' }, editor.place), judged);

  function show(kind, ...what) {
    verdict.className = `verdict ${kind}`;
    verdict.replaceChildren(...what);
  }

  const run = () =>
    during(async () => {
      show('', '…');
      calls.replaceChildren();
      let stop = () => {};
      try {
        const parsed = JSON.parse(editor.value);
        const { judge } = await policy();
        stop = observe(({ kind, namespace, operation, bytesIn, bytesOut, duration }) => {
          if (kind !== 'hostcall' || namespace !== 'kubernetes') return;
          const how = `${size(bytesIn)} → ${size(bytesOut ?? 0)}, ${time(duration)}`;
          calls.append(line('guest', [`${namespace} ${operation}`], how));
        });
        const { accepted, message } = await judge(parsed);
        show(
          accepted ? 'good' : 'bad',
          element('b', {}, accepted ? 'Accepted' : 'Refused'),
          accepted ? '' : `: ${message}`,
        );
        return accepted ? 'The pod is accepted.' : `The pod is refused: ${message}.`;
      } catch (error) {
        show('bad', element('b', {}, 'Not judged'), errorElement(error));
        return `The pod is not judged: ${error.message}`;
      } finally {
        stop();
      }
    });

  return { place, run };
}
