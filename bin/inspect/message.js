/** Messages of the package without the name that it has for a guest that was given as bytes. */

/** @param {Error} error */
export const messageOf = (error) => error.message.replace(/^the bytes: /, '');
