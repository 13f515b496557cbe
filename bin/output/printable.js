/** Text of guests, which is not trusted: control characters would reach the terminal. */

// eslint-disable-next-line no-control-regex -- those are what it finds
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** The text with its control characters (but tabs and line feeds) and those that turn its direction escaped. */
export const printable = (text) =>
  text.replace(CONTROLS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

const ESCAPES = { '\n': '\\n', '\t': '\\t' };

/** The same on one line: names of a guest must not look like lines or columns of the tool. */
export const onOneLine = (text) => printable(text).replace(/[\n\t]/g, (character) => ESCAPES[character]);

/** The same with all lines but the first indented: those of a guest must not look like messages of the tool. */
export const indented = (text) => printable(text).replaceAll('\n', '\n  ');

/** True for text that a terminal shows as it is. */
export const isPrintable = (text) => printable(text.replaceAll('\r\n', '\n')) === text.replaceAll('\r\n', '\n');
