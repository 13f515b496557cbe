/** An error of the tool's own that is no fault of the command line: `code: message`, exit code 1. */
export class Failure extends Error {
  name = 'Failure';

  /**
   * @param {string} code
   * @param {string} message
   * @param {{ cause?: unknown }} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.code = code;
  }
}
