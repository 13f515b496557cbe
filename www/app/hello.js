/** The greeting at the top of the page. */

import { $, errorElement, onSubmit } from './elements.js';
import { others } from './guests.js';

const decoder = new TextDecoder();

async function greet() {
  try {
    const host = await others('hello, in Rust');
    $('greeting').textContent = decoder.decode(await host.invoke('hello', $('name').value));
  } catch (error) {
    $('greeting').replaceChildren(errorElement(error));
  }
}

onSubmit($('hello'), greet);
greet();
