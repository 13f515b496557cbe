/** Guests in workers are a part of their own, loaded with the first of them: what the core calls. */
export const startRemote = async (...settings) => (await import('./remote.js')).startRemote(...settings);
