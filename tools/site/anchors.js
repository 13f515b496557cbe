/** The anchors of headings: as forges make them, so that links to them hold there and on the site. */

/**
 * The anchor of a heading.
 * @param {string} heading its text, without the addresses of links
 */
export const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
