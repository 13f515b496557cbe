/** A page that greets by a guest, whose host call is answered by a fetch. */

import { WapcHost } from 'wapc-host';

const element = (selector) => document.querySelector(selector);

/** The word for a greeting, which comes over the network. */
async function greeting(value, { invocation, signal }) {
  const words = await (await fetch('words.json', { signal })).json();
  return words[invocation.context.language];
}

// Compiled while it loads; later greetings use the same instance.
const host = await WapcHost.instantiate('greeter.wasm', {
  hostCall: { words: { greeting } },
  codec: 'text',
  logger: (line) => element('#log').append(`the guest: ${line}\n`),
});

async function greet(name, language) {
  try {
    element('output').textContent = await host.call('hello', name, { context: { language }, timeout: 5000 });
  } catch (error) {
    element('output').textContent = `${error.code}: ${error.message}`;
  }
}

element('form').addEventListener('submit', (event) => {
  event.preventDefault();
  greet(element('#name').value, element('#language').value);
});
element('button').click();
