/** The page: judges the admission request in its text field. */

import { loadPolicy } from './judge.js';

const field = document.querySelector('textarea');
const output = document.querySelector('output');

field.value = await (await fetch('requests/scratch.json')).text();
const policy = await loadPolicy('policy/target/wasm32-unknown-unknown/release/namespace_label_policy.wasm', {
  label: 'team',
});

document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const { accepted, message } = await policy.judge(JSON.parse(field.value));
    output.textContent = accepted ? 'admitted' : `refused: ${message}`;
  } catch (error) {
    output.textContent = `not judged: ${error.message}`;
  }
});
document.querySelector('button').click();
