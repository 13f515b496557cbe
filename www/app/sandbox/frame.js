/**
 * Runs in the sandbox's frame, whose origin is its own: starts a worker of the script that the page sends, and hands the
 * page's port on to it. The build puts it into the page, with a hash for the content security policy.
 */

let worker;

addEventListener('message', ({ data: { script, port } }) => {
  if (script === undefined) {
    worker.terminate();
    return parent.postMessage({ stopped: true }, '*');
  }
  worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
  worker.addEventListener('error', ({ message }) => parent.postMessage({ failed: message ?? '' }, '*'));
  return worker.postMessage(port, [port]);
});
parent.postMessage({ ready: true }, '*');
