/** Uses the demo page as people do, from within, and posts the outcomes. Works in every browser. */

const $ = (id) => document.getElementById(id);
/** True where host calls may answer later on the page's thread, and in a worker. */
const canWait = typeof WebAssembly.Suspending === 'function';
const canWaitInWorkers = canWait || globalThis.crossOriginIsolated;
/** Watchdog: milliseconds after which a test is taken to hang. */
const PATIENCE = 5 * 60_000;
const errors = [];
for (const name of ['error', 'unhandledrejection', 'securitypolicyviolation']) {
  addEventListener(name, (event) =>
    errors.push(`${name}: ${event.message ?? event.reason ?? event.violatedDirective}`),
  );
}
for (const name of ['error', 'warn']) console[name] = (...what) => errors.push(`console.${name}: ${what.join(' ')}`);

/** Waits until a condition holds. Where it never does, the test's watchdog ends it. */
async function until(holds) {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const says = (id, text) => $(id).textContent.includes(text);
const submit = (id) => $(id).requestSubmit();
function put(id, value) {
  $(id).value = value;
  $(id).dispatchEvent(new Event('change', { bubbles: true }));
}

function expect(holds, what) {
  if (!holds) throw new Error(what);
}

async function choose(name) {
  put('guests', name);
  await until(() => says('guest-status', `${name} is ready`));
}

async function invoke(operation, payload = '') {
  put('operation', operation);
  put('payload', payload);
  $('answer').replaceChildren();
  submit('invoke');
  await until(() => $('answer').childElementCount > 0);
  return $('answer').textContent;
}

function drop(name, bytes) {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  $('drop').dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
}

const bytesOf = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());

const tests = {
  async 'a greeting by itself'() {
    await until(() => says('greeting', 'Hello, waPC!'));
    expect(says('log', 'logging something'), 'the guest logged nothing');
  },
  async 'a greeting for a name'() {
    put('name', 'Ada');
    submit('hello');
    await until(() => says('greeting', 'Hello, Ada'));
  },
  async 'every guest of the page: hello, and what it is'() {
    for (const { value } of [...$('guests').options]) {
      await choose(value);
      expect((await invoke('hello', 'you')).includes('Hello, you'), `${value}: ${$('answer').textContent}`);
      expect(says('guest-info', '__guest_call'), value);
      expect(says('guest-info', value.includes('WASI') ? 'wasi_snapshot_preview1' : 'none'), value);
    }
    expect((await invoke('exercise')).includes('read: a file in memory'), $('answer').textContent);
    expect(says('log', 'to standard output'), $('log').textContent);
  },
  async 'a guest that computes for ever is stopped, and the page goes on'() {
    drop('endless.wasm', await bytesOf('/dist/hello.wasm'));
    await until(() => says('guest-status', 'endless.wasm is ready'));
    const answer = await invoke('spin');
    expect(answer.includes('WAPC_LIMIT') && answer.includes('fresh instance'), answer);
    expect((await invoke('echo', 'again')).includes('again'), $('answer').textContent);
  },
  async 'payloads in hex, JSON and MessagePack'() {
    await choose('hello, in Rust');
    for (const [format, payload, shown] of [
      ['hex', 'c3 bc', 'ü'],
      ['json', '{ "a": [1] }', '{"a":[1]}'],
      ['msgpack', '{ "a": [1] }', 'As MessagePack'],
      ['hex', 'c', 'hex is pairs'],
      ['json', '{', 'SyntaxError'],
    ]) {
      put('format', format);
      expect((await invoke('echo', payload)).includes(shown), `${format}: ${$('answer').textContent}`);
    }
    put('format', 'text');
  },
  async 'host calls: at once, later, in upper case, an error, and another guest'() {
    for (const [callback, delay, shown] of [
      ['echo', 0, 'Hello, you'],
      ['echo', 20, canWait ? 'Hello, you' : 'WAPC_ASYNC'],
      ['upper', 0, 'Hello, YOU'],
      ['error', 0, 'WAPC_GUEST'],
      ['forward', 0, canWait ? 'Hello, you' : 'WAPC_ASYNC'],
    ]) {
      put('callback', callback);
      put('delay', delay);
      expect((await invoke('hello', 'you')).includes(shown), `${callback}: ${$('answer').textContent}`);
      await until(() => !$('calls').rows[0].textContent.includes('…'));
      expect(says('calls', 'default foo echo'), $('calls').textContent);
    }
    put('callback', 'echo');
    put('delay', 0);
  },
  async 'a dropped guest, and one at an address'() {
    drop('dropped.wasm', await bytesOf('guests/zig.wasm'));
    await until(() => says('guest-status', 'dropped.wasm is ready'));
    expect((await invoke('hello', 'drop')).includes('Hello, drop'), $('answer').textContent);
    put('url', 'guests/zig.wasm');
    submit('from-url');
    await until(() => says('guest-status', 'guests/zig.wasm is ready'));
  },
  async 'files that are no guests, and say why; the guest before them stays'() {
    for (const [name, bytes, told] of [
      ['page.html', new TextEncoder().encode('<!doctype html>'), 'HTML'],
      ['cut.wasm', (await bytesOf('guests/zig.wasm')).slice(0, 100), 'WAPC_COMPILE'],
      ['empty.wasm', new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]), '__guest_call'],
    ]) {
      drop(name, bytes);
      await until(() => says('guest-status', `${name} cannot be run`));
      expect(says('guest-status', told), $('guest-status').textContent);
    }
    put('url', 'guests/none.wasm');
    submit('from-url');
    await until(() => says('guest-status', '404'));
    expect((await invoke('hello', 'still')).includes('Hello, still'), $('answer').textContent);
  },
  async 'an address of another origin that does not share'() {
    const url = new URLSearchParams(location.search).get('elsewhere');
    const before = errors.length;
    put('url', url);
    submit('from-url');
    await until(() => says('guest-status', `${url} cannot be run`));
    expect(says('guest-status', 'WAPC_LOAD'), $('guest-status').textContent);
    // The strict policy allows no other origin, which the browser reports.
    const said = errors.splice(before);
    errors.push(...said.filter((error) => !error.startsWith('securitypolicyviolation: connect-src')));
  },
  async 'a trap: the guest goes on with a fresh instance'() {
    await choose('hello, in AssemblyScript');
    const told = await invoke('abort');
    expect(told.includes('WAPC_TRAP') && told.includes('planned abort') && told.includes('fresh instance'), told);
    expect((await invoke('hello', 'again')).includes('Hello, again'), $('answer').textContent);
  },
  async 'a pool that runs to its end'() {
    await choose('hello, in Rust');
    put('count', 200);
    put('pool-delay', canWait ? 1 : 0);
    submit('pool');
    await until(() => says('pool-status', 'Done: 200 answers'));
  },
  async 'a pool that is stopped'() {
    // Without suspension host calls answer at once, and the run is over before anybody can stop it.
    if (!canWait) return;
    put('count', 100000);
    put('pool-delay', 50);
    submit('pool');
    await until(() => !$('stop').disabled);
    $('stop').click();
    await until(() => says('pool-status', 'Stopped'));
    expect(!says('pool-status', ' 0 failed') && !$('start').disabled, $('pool-status').textContent);
  },
  async 'a pool in workers, where it can be'() {
    put('count', 50);
    put('pool-delay', 0);
    $('workers').checked = true;
    submit('pool');
    await until(() => says('pool-status', 'Done: 50 answers') || says('pool-status', 'WAPC_'));
    expect(says('pool-status', canWaitInWorkers ? 'Done' : 'WAPC_UNSUPPORTED'), $('pool-status').textContent);
  },
  async 'axe finds nothing'() {
    await import('/axe.js');
    const { violations } = await globalThis.axe.run();
    expect(violations.length === 0, violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`).join('\n'));
  },
  'the page is as wide as its window'() {
    expect(document.documentElement.scrollWidth <= innerWidth, `${document.documentElement.scrollWidth}`);
  },
  'no error reached the page'() {
    // The browser itself reports an address that has nothing.
    expect(errors.length === 0, errors.join('\n'));
  },
};

const outcomes = [];
for (const [name, test] of Object.entries(tests)) {
  const late = new Promise((resolve, reject) => setTimeout(reject, PATIENCE, new Error(`${name}: nothing came of it`)));
  const error = await Promise.race([test(), late]).then(
    () => undefined,
    (error) => String(error),
  );
  outcomes.push({ name, error });
}
await fetch('/outcomes', { method: 'POST', body: JSON.stringify(outcomes) });
