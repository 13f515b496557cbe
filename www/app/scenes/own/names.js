/** Names and addresses of guests, as the page shows them. */

import { addressOf } from '../../parts/load.js';

/** An address or a name, cut off where it is too long to be shown. */
export const cut = (text, most = 300) => (text.length > most ? `${text.slice(0, most)}…` : text);

/** The name of the guest at an address: the last part of its path. */
export function nameOf(text) {
  try {
    return cut(decodeURIComponent(addressOf(text).pathname.split('/').at(-1)) || text, 100);
  } catch {
    return cut(text, 100);
  }
}

/** An address that other pages understand, too. */
export const absolute = (text) => (URL.canParse(text, document.baseURI) ? new URL(text, document.baseURI).href : text);
