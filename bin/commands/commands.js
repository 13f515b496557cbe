/** The commands: each is a module of its name, which is loaded when it is asked for. */

/** The commands, with what each does. */
export const COMMANDS = {
  run: 'Invokes an operation of a guest',
  inspect: 'Describes a guest without running it',
  bench: 'Measures an operation of a guest',
  init: 'Writes a guest to start from',
  serve: 'Serves a guest on NATS',
  call: 'Invokes an operation of a guest that is served on NATS',
  services: 'Lists the guests that are served on NATS',
};

/**
 * @typedef {object} Command
 * @property {string} usage its arguments
 * @property {string} about what `--help` says of them
 * @property {string[]} examples
 * @property {{ least: number, names: string[] }} positionals the arguments in their order, and how many there have to be
 * @property {Record<string, { type: 'string' | 'boolean', short?: string, value?: string, multiple?: boolean, help: string }>} options
 * @property {(values: Record<string, any>, positionals: any) => Promise<void>} run
 */

/**
 * Loads a command.
 * @param {string} name
 * @returns {Promise<Command>}
 */
export const loadCommand = (name) => /** @type {Promise<any>} */ (import(`./${name}.js`));
