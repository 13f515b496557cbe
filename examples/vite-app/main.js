/** A page that greets by a guest, whose host call is answered by a fetch. */

import { WapcHost } from 'wapc-host';

const element = (selector) => document.querySelector(selector);

/** Answers the guest's host call with the word for a greeting, which comes over the network. */
async function hostCall(binding, namespace, operation, payload, { invocation, signal }) {
  if (namespace !== 'words' || operation !== 'greeting')
    throw new Error(`no such operation: ${namespace} ${operation}`);
  const words = await (await fetch('words.json', { signal })).json();
  return words[invocation.context.language];
}

// Compiled while it loads; later greetings use the same instance.
const host = await WapcHost.instantiate('greeter.wasm', {
  hostCall,
  logger: (line) => element('#log').append(`the guest: ${line}\n`),
});

async function greet(name, language) {
  try {
    const greeting = await host.invoke('hello', name, { context: { language }, timeout: 5000 });
    element('output').textContent = new TextDecoder().decode(greeting);
  } catch (error) {
    element('output').textContent = `${error.code}: ${error.message}`;
  }
}

element('form').addEventListener('submit', (event) => {
  event.preventDefault();
  greet(element('#name').value, element('#language').value);
});
element('button').click();
