/** An error of whoever wrote the command line: exit code 2. */
export class UsageError extends Error {
  name = 'UsageError';
}
