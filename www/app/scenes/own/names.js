/** What a guest that somebody brings is called. */

import { addressOf } from '../../parts/load.js';

/** An error of a guest by its name: the package is given its bytes. */
export function underName(error, name) {
  error.message = error.message.replace(/^the bytes: /, `${name}: `);
  return error;
}

/** An address as it is shown, and a name. */
export const cut = (text, most = 300) => (text.length > most ? `${text.slice(0, most)}…` : text);

/** What a guest at an address is called. */
export function nameOf(text) {
  try {
    return cut(decodeURIComponent(addressOf(text).pathname.split('/').at(-1)) || text, 100);
  } catch {
    return cut(text, 100);
  }
}

/** An address that other pages understand, too. */
export const absolute = (text) => (URL.canParse(text, document.baseURI) ? new URL(text, document.baseURI).href : text);
