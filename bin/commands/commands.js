/** The commands: each is a module of its name, which is loaded when it is asked for. */

/** The commands, with what each does. */
export const COMMANDS = {
  run: 'Invokes an operation of a guest',
  inspect: 'Describes a guest without running it',
  bench: 'Measures an operation of a guest',
  init: 'Writes a guest to start from',
};

/**
 * Loads a command.
 * @param {string} name
 * @returns {Promise<typeof import('./run.js')>}
 */
export const loadCommand = (name) => import(`./${name}.js`);
