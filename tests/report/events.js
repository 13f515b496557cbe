/** A reporter for `node --test`: a line of JSON for each finished test, and for the output of test files. */

import { inspect } from 'node:util';

export default async function* events(source) {
  /** The names of the suites around a test. */
  const suites = [];
  for await (const { type, data } of source) {
    if (type === 'test:start') suites[data.nesting] = data.name;
    const event = eventOf(type, data, suites[0]);
    if (event !== undefined) yield `${JSON.stringify(event)}\n`;
  }
}

function eventOf(type, data, suite) {
  // Tests in browsers have run before they are reported: `browser.test.js` says how long that took.
  const [, ms] = (type === 'test:diagnostic' && /^([\d.]+) ms$/.exec(data.message)) || [];
  if (ms !== undefined) return { kind: 'time', ms: Number(ms), file: data.file, suite };
  if (type === 'test:stdout' || type === 'test:stderr') return { kind: 'output', text: data.message };
  if (type !== 'test:pass' && type !== 'test:fail') return undefined;
  const error = data.details?.error;
  // Skipped: the tests in a suite are reported themselves.
  if (data.details?.type === 'suite' && (type === 'test:pass' || error?.failureType === 'subtestsFailed'))
    return undefined;
  return {
    kind: 'test',
    name: data.name,
    file: data.file,
    suite: data.nesting > 0 ? suite : undefined,
    ms: data.details?.duration_ms ?? 0,
    skipped: data.skip !== undefined || data.todo !== undefined,
    error: type === 'test:fail' ? inspect(error?.cause ?? error, { depth: 8 }) : undefined,
  };
}
