/** Invocations of one host, against `@wapc/host` and a bound written by hand. For every engine. */

import { handwritten } from './handwritten.js';
import { awaited, sync } from './measure.js';

const hostCall = (binding, namespace, operation, payload) => payload;

/**
 * The cases.
 * @param {object} engine
 * @param {typeof import('wapc-host').WapcModule} engine.WapcModule
 * @param {{ instantiate: Function }} engine.peer `@wapc/host`
 * @param {Uint8Array<ArrayBuffer>} engine.bytes of testdata/bench
 * @returns {Promise<import('./table.js').Case[]>}
 */
export async function invocations({ WapcModule, peer, bytes }) {
  const compiled = await WebAssembly.compile(bytes);
  const module = await WapcModule.compile(compiled);
  const ours = await module.instantiate({ hostCall, async: false });
  const auto = await module.instantiate({ hostCall });
  const theirs = await peer.instantiate(bytes, hostCall);
  const bound = handwritten(compiled, hostCall);
  const suspends = typeof WebAssembly.Suspending === 'function';

  const payloads = { 'no payload': 0, '32 B': 32, '1 KiB': 1024, '64 KiB': 65_536, '1 MiB': 1 << 20 };
  for (const [name, length] of Object.entries(payloads)) payloads[name] = new Uint8Array(length).fill(42);

  const invoke = (host, operation, payload) => awaited(() => host.invoke(operation, payload));
  const invokeSync = (host, operation, payload) => sync(() => host.invokeSync(operation, payload));
  const byHand = (operation, payload) => sync(() => bound(operation, payload));
  const byHandAwaited = (operation, payload) => awaited(() => Promise.resolve(bound(operation, payload)));

  /** @type {import('./table.js').Case[]} */
  const cases = [];
  const against = (label, competitors, ratio, target, per) => cases.push({ label, competitors, ratio, target, per });

  for (const [label, operation, size, target] of [
    ['no payload, no response, await invoke', 'nothing', 'no payload', '>= 3'],
    ['echo 32 B, await invoke', 'echo', '32 B', '>= 3'],
    ['one host call, 32 B, await invoke', 'call', '32 B', '>= 2.5'],
    ['echo 1 KiB, await invoke', 'echo', '1 KiB', '>= 2'],
    ['echo 1 MiB, await invoke', 'echo', '1 MiB', '>= 0.95'],
  ]) {
    const payload = payloads[size];
    const competitors = {
      ours: invoke(ours, operation, payload),
      peer: invoke(theirs, operation, payload),
      // The upper bound of a speed-up over the peer.
      byHand: byHandAwaited(operation, payload),
    };
    against(label, competitors, (ns) => ns.peer / ns.ours, target);
    if (size === 'no payload' || label.startsWith('echo 32 B')) {
      const { ours, byHand } = competitors;
      against(`${label} / by hand`, { ours, byHand }, (ns) => ns.byHand / ns.ours, '>= 0.8');
    }
    if (suspends) {
      const withJspi = { ours: invoke(auto, operation, payload), peer: invoke(theirs, operation, payload) };
      against(`${label}, async: 'auto'`, withJspi, (ns) => ns.peer / ns.ours, '>= 1');
    }
  }
  const viewing = await module.instantiate({ hostCall: () => undefined, viewPayloads: true, async: false });
  const copied = await module.instantiate({ hostCall: () => undefined, async: false });
  for (const size of ['32 B', '1 KiB', '64 KiB']) {
    against(
      `one host call of ${size}, viewPayloads / copied`,
      { ours: invokeSync(viewing, 'call', payloads[size]), peer: invokeSync(copied, 'call', payloads[size]) },
      (ns) => ns.peer / ns.ours,
      '>= 1',
    );
  }
  against(
    'each of 100 host calls, 32 B, invokeSync',
    {
      ours: invokeSync(ours, 'calls', payloads['32 B']),
      peer: invoke(theirs, 'calls', payloads['32 B']),
      byHand: byHand('calls', payloads['32 B']),
    },
    (ns) => ns.peer / ns.ours,
    '>= 1.5',
    100,
  );
  against(
    'echo 32 B, invokeSync',
    { ours: invokeSync(ours, 'echo', payloads['32 B']), byHand: byHand('echo', payloads['32 B']) },
    (ns) => ns.byHand / ns.ours,
    '>= 0.77',
  );
  const text = 'a text of thirty-two characters.';
  const encoder = new TextEncoder();
  against(
    'text of 32 characters, invokeSync, against its bytes by TextEncoder',
    { ours: invokeSync(ours, 'echo', text), peer: sync(() => ours.invokeSync('echo', encoder.encode(text))) },
    (ns) => ns.peer / ns.ours,
    '>= 1',
  );
  for (const [size, target] of [
    ['1 KiB', '>= 1.2'],
    ['1 MiB', '>= 2.5'],
  ]) {
    const payload = payloads[size];
    const into = new Uint8Array(payload.length);
    const competitors = {
      ours: sync(() => ours.invokeSync('echo', payload, { into })),
      peer: invokeSync(ours, 'echo', payload),
    };
    against(`echo ${size}, invokeSync: into, against a new array`, competitors, (ns) => ns.peer / ns.ours, target);
  }
  against(
    'instantiate: a module, against bytes',
    {
      ours: awaited(async () => (await module.instantiate({ hostCall, async: false })).close()),
      peer: awaited(() => peer.instantiate(bytes, hostCall)),
    },
    (ns) => ns.peer / ns.ours,
    '>= 1',
  );
  return cases;
}
