/** The callback that somebody wrote: a script that defines `hostCall`, a function or routes. */

/* global hostCall, importScripts */

/** Runs the script as a part of this worker, where it belongs: errors in it say their line. */
function evaluate(text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  try {
    importScripts(url);
  } catch (error) {
    if (!(error instanceof Error)) throw new Error(`the callback threw ${String(error)}`, { cause: error });
    error.message = error.message.replace(/^Failed to execute 'importScripts' on 'WorkerGlobalScope': /, '');
    error.scriptLine = error.lineNumber;
    throw error;
  } finally {
    URL.revokeObjectURL(url);
  }
  const defined = typeof hostCall === 'undefined' ? undefined : hostCall;
  if (typeof defined === 'function' || (typeof defined === 'object' && defined !== null)) return defined;
  throw new TypeError('the callback has to define `hostCall`: routes, or a function');
}

/** What the script defines, such that the recorder is told of each call. */
export function callbackOf(text, recorder) {
  const defined = evaluate(text);
  if (typeof defined === 'function') return recorded(defined, recorder);
  const routes = Object.entries(defined).map(([name, to]) => [name, routed(to, recorder)]);
  return Object.fromEntries(routes);
}

/** A function that answers all host calls, or all of a namespace. */
const recorded = (answer, recorder) => (binding, namespace, operation, payload, context) =>
  recorder.call([binding, namespace, operation], payload, () =>
    answer(binding, namespace, operation, payload, context),
  );

/** One namespace of routes. */
function routed(to, recorder) {
  if (typeof to === 'function') return recorded(to, recorder);
  if (typeof to !== 'object' || to === null) return to;
  const operations = Object.entries(to).map(([name, answer]) => {
    if (typeof answer !== 'function') return [name, answer];
    const answers = (value, call) =>
      recorder.call([call.binding, call.namespace, call.operation], value, () => answer(value, call));
    return [name, answers];
  });
  return Object.fromEntries(operations);
}
