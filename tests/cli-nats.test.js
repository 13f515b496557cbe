/** `wapc-host serve`, `call` and `services`, against a NATS server. */

import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { guestStore, remote } from 'wapc-host/nats';

import { checkName, checkVersion } from '../bin/nats/connect.js';
import { membersOf } from '../bin/nats/services.js';
import { readName, readVersion } from '../js/nats/names.js';
import { root } from '../tools/run.js';
import { ended, guest, start } from './cli/command.js';
import { fakeServer } from './nats/fake-server.js';
import { NatsServer } from './nats/server.js';
import { text, until } from './nats/setup.js';

const server = await NatsServer.start({ jetstream: true });
const strict = await NatsServer.start({ settings: 'authorization { user: ada, password: "p/w" }' });
const connection = await server.connect();
const folder = mkdtempSync(join(tmpdir(), 'wapc-cli-'));
after(async () => {
  await Promise.all([server.close(), strict.close()]);
  rmSync(folder, { recursive: true });
});

/** Runs the command line to its end, without blocking this process. */
async function command(args, input = '') {
  const child = start(args, { cwd: folder });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (chunk) => (said[name] += chunk));
  child.stdin.end(input);
  const { code } = await ended(child);
  return { code, ...said };
}

/** Starts `serve`. Resolves once it serves. */
async function serving(...args) {
  const child = start(['serve', ...args], { cwd: folder });
  const own = { child, said: '', end: ended(child) };
  child.stderr.setEncoding('utf8').on('data', (chunk) => (own.said += chunk));
  await Promise.race([until(() => own.said.includes('serving ')), own.end]);
  ok(own.said.includes('serving '), own.said);
  return own;
}

const bench = guest('bench');

test('serve, call, services, and SIGTERM', async () => {
  const idFile = join(folder, 'id');
  const own = await serving(
    bench,
    '--name',
    'hello',
    '--nats',
    server.url,
    '--echo',
    '--workers',
    '1',
    '--service-version',
    '2.1.0',
    '--id-file',
    idFile,
  );
  const url = `${server.url}/hello`;
  for (const [args, input, expected] of [
    [['echo', 'waPC'], '', 'waPC'],
    [['call', '-'], 'from stdin', 'from stdin'],
    [['echo', '{"a": 1}', '--json'], '', '{"a": 1}\n'],
    [['echo', '00ff', '--hex', '--timeout', '5s', '--retries', '2'], '', '00ff\n'],
    // Over what timers of Node take.
    [['echo', 'long', '--timeout', '40000m'], '', 'long'],
  ]) {
    deepEqual(await command(['call', url, ...args], input), { code: 0, stdout: expected, stderr: '' });
  }
  const failed = await command(['call', url, 'nope', 'x']);
  deepEqual([failed.code, failed.stderr], [1, 'WAPC_GUEST: No handler registered for function nope\n']);
  const id = readFileSync(idFile, 'utf8');
  for (const path of ['', '/hello', `/hello/${id}`]) {
    const { code, stdout } = await command(['services', `${server.url}${path}`]);
    equal(code, 0);
    match(
      stdout,
      /^ {2}name +version +instances +requests +errors +busy +pending +guest\n {2}hello +2\.1\.0 +1 +6 +1 +0 +0 +bench\.wasm, Rust/,
    );
  }
  own.child.kill('SIGTERM');
  deepEqual(await own.end, { code: 0, signal: null });
  equal(existsSync(idFile), false);
  const gone = await command(['services', `${server.url}/hello`]);
  deepEqual([gone.code, gone.stdout], [1, '']);
  match(gone.stderr, /^WAPC_UNREACHABLE: nobody serves hello/);
  equal((await command(['services', server.url])).stdout, 'no guest is served there\n');
  match((await command(['call', url, 'echo', 'x'])).stderr, /^WAPC_UNREACHABLE: nobody serves `hello`/);
});

test('SIGTERM answers what was taken; a second signal exits at once', async () => {
  writeFileSync(
    join(folder, 'slow.mjs'),
    `
    import { existsSync } from 'node:fs';
    const answer = async () => {
      while (!existsSync(${JSON.stringify(join(folder, 'go'))})) await new Promise((resolve) => setTimeout(resolve, 5));
      return 'slow';
    };
    export default { '*': { '*': answer } };`,
  );
  const args = [bench, '--name', 'slow', '--nats', server.url, '--routes', 'slow.mjs', '--workers', '2'];
  const busy = async (id) => (await connection.request(`$SRV.STATS.slow.${id}`)).json().endpoints[0].data.pool.busy;
  const idOf = ({ said }) => /id (\w+)/.exec(said)[1];
  const first = await serving(...args);
  const answer = remote(connection, 'slow').invoke('call');
  await until(async () => (await busy(idOf(first))) === 1);
  first.child.kill('SIGTERM');
  await until(() => first.said.includes('SIGTERM'));
  writeFileSync(join(folder, 'go'), '');
  equal(text(await answer), 'slow');
  deepEqual(await first.end, { code: 0, signal: null });
  rmSync(join(folder, 'go'));
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ]) {
    const second = await serving(...args);
    const lost = remote(connection, 'slow', { timeout: 1_000 })
      .invoke('call')
      .catch((error) => error.code);
    await until(async () => (await busy(idOf(second))) === 1);
    second.child.kill(signal);
    await until(() => second.said.includes(signal));
    second.child.kill(signal);
    deepEqual(await second.end, { code, signal: null });
    equal(await lost, 'WAPC_TIMEOUT');
  }
});

test('the command line takes the names and versions that wapc-host/nats takes', () => {
  const takes = (check, ...args) => {
    try {
      check(...args);
      return true;
    } catch {
      return false;
    }
  };
  const names = ['a', 'A-z_09', '', 'a.b', '*', '>', 'a b', 'a\n', 'ä', '٣', 'a'.repeat(128), 'a'.repeat(129)];
  const versions = [
    ...['0.0.4', '10.20.30', '1.1.2-pre+meta', '1.1.2+meta.007', '1.0.0-alpha.0valid', '1.0.0--', '1.0.0-0A.is.legal'],
    ...['1.0.0-rc.1+build.001', '1.0.0-alpha-a.b-c', '99999999999999999999.0.0', '1.0.0+0.build.1-rc'],
    ...['', '1', '1.2', '1.2.3.4', '01.1.1', '1.01.1', '1.1.01', 'v1.2.3', ' 1.2.3', '1.2.3 ', '1.2.3\n', '-1.0.3'],
    ...['1.2.3-', '1.2.3+', '1.2.3-01', '1.2.3-a..b', '1.2.3-a_b', '1.2.3+a+b', '1.2.3+a_b', '1.2.3-ä', '٣.0.0'],
    ...[128, 129].map((length) => '1.0.0-'.padEnd(length, 'a')),
  ];
  for (const [texts, check, read] of [
    [names, checkName, readName],
    [versions, checkVersion, (what, text) => readVersion(text)],
  ]) {
    const taken = texts.filter((text) => takes(check, 'it', text));
    deepEqual(
      taken,
      texts.filter((text) => takes(read, 'it', text)),
    );
    ok(taken.length > 0 && taken.length < texts.length);
  }
});

/** A server that accepts connections and says nothing: its URL, and a promise of the first connection. */
async function silentServer() {
  const silent = createServer((socket) => socket.on('error', () => {}));
  silent.listen(0, '127.0.0.1').unref();
  await once(silent, 'listening');
  return { url: `nats://127.0.0.1:${silent.address().port}`, connected: once(silent, 'connection') };
}

test('--timeout of call ends its attempt to connect', async () => {
  const { url, connected } = await silentServer();
  const patient = start(['call', `${url}/hello`, 'echo', '', '--timeout', '1m']);
  const patientEnd = ended(patient);
  await connected;
  const hasty = command(['call', `${url}/hello`, 'echo', '', '--timeout', '100']);
  const { code, stderr } = await Promise.race([hasty, patientEnd]);
  equal(code, 1);
  match(stderr, /^WAPC_UNREACHABLE: /);
  patient.kill();
  deepEqual(await patientEnd, { code: null, signal: 'SIGTERM' });
});

test('SIGTERM and SIGINT end serve while it connects', async () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    const { url, connected } = await silentServer();
    const child = start(['serve', bench, '--name', 'early', '--nats', url]);
    await connected;
    child.kill(signal);
    deepEqual(await ended(child), { code: 0, signal: null });
  }
});

test('SIGTERM ends serve while its guest starts, which never ends', async () => {
  // The guest loops for ever in `wapc_init` where its host call is answered with one byte.
  const routes = join(folder, 'starting.mjs');
  writeFileSync(routes, `export default () => (console.error('asked'), new Uint8Array(1));`);
  const args = [guest('wat/starting'), '--name', 'early', '--nats', server.url, '--workers', '1', '--routes', routes];
  const child = start(['serve', ...args, '--timeout', '10s']);
  await once(child.stderr, 'data');
  child.kill('SIGTERM');
  deepEqual(await ended(child), { code: 0, signal: null });
});

test('SIGTERM ends serve while it waits for the server to take its subscriptions', async (context) => {
  let child;
  let said = '';
  let pings = 0;
  const fake = await fakeServer((line, socket) => {
    if (line !== 'PING') return;
    pings++;
    // The first PING is of the connection. The second follows the subscriptions.
    if (pings === 2) child.kill('SIGTERM');
    // A `serve` that goes on after the signal would say that it serves.
    void until(() => pings === 1 || said.includes('SIGTERM')).then(() => socket.write('PONG\r\n'));
  });
  context.after(() => fake.close());
  child = start(['serve', bench, '--name', 'early', '--nats', fake.url, '--workers', '1']);
  child.stderr.setEncoding('utf8').on('data', (chunk) => (said += chunk));
  deepEqual(await ended(child), { code: 0, signal: null });
  equal(/^serving /m.test(said), false, said);
});

test('serve goes on where nobody reads its standard error', async () => {
  const own = await serving(guest('hello'), '--name', 'unheard', '--nats', server.url, '--echo', '--workers', '1');
  own.child.stderr.destroy();
  // Its log line finds the pipe closed.
  const url = `${server.url}/unheard`;
  for (const payload of ['a', 'b']) equal((await command(['call', url, 'hello', payload])).code, 0);
  own.child.kill('SIGTERM');
  deepEqual(await own.end, { code: 0, signal: null });
});

test('--from-store follows the bucket; a version that is none stays out, and is told of', async () => {
  const store = guestStore(connection, 'guests');
  await store.put('greeter', readFileSync(bench));
  const own = await serving(
    'greeter',
    '--name',
    'stored',
    '--nats',
    server.url,
    '--from-store',
    'guests',
    '--workers',
    '0',
    '--echo',
  );
  const far = remote(connection, 'stored');
  const data = async () => (await connection.request('$SRV.STATS.stored')).json().endpoints[0].data;
  equal(text(await far.invoke('echo', 'a')), 'a');
  const { sha256 } = await data();
  match(sha256, /^[0-9a-f]{64}$/);
  await store.put('greeter', readFileSync(guest('assemblyscript/hello')));
  await until(async () => (await data()).sha256 !== sha256);
  equal(text(await far.invoke('hello', 'b')), 'Hello, b');
  const before = await data();
  await store.put('greeter', new Uint8Array([1, 2, 3]));
  await until(async () => (await data()).refused !== undefined);
  const { sha256: now, refused } = await data();
  equal(now, before.sha256);
  match(refused.error, /^WAPC_COMPILE: /);
  match(own.said, /WAPC_COMPILE: .*the one before stays/);
  equal(text(await far.invoke('hello', 'c')), 'Hello, c');
  await store.put('greeter', readFileSync(bench));
  await until(async () => (await data()).sha256 === sha256);
  equal((await data()).refused, undefined);
  own.child.kill('SIGINT');
  deepEqual(await own.end, { code: 0, signal: null });
});

test('two guests under one name are two lines', async () => {
  const both = await Promise.all(
    [bench, guest('assemblyscript/hello'), bench].map((file) =>
      serving(file, '--name', 'two', '--nats', server.url, '--workers', '0'),
    ),
  );
  const child = start(['services', `${server.url}/two`, '--watch'], { cwd: folder });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (shown += chunk));
  await until(() => shown.split('version').length > 2);
  child.kill('SIGINT');
  await once(child, 'exit');
  match(shown, /two +1\.0\.0 +2 .* bench\.wasm, Rust/);
  match(shown, /two +1\.0\.0 +1 .* hello\.wasm/);
  for (const { child, end } of both) {
    child.kill('SIGTERM');
    equal((await end).code, 0);
  }
});

test('services takes answers for 5 s at the most', async (context) => {
  let now = 0;
  context.mock.method(performance, 'now', () => (now += 1_000));
  const data = { guest: { name: 'a', languages: [] }, inFlight: 0 };
  const said = { name: 'endless', version: '1.0.0', endpoints: [{ num_requests: 1, num_errors: 0, data }] };
  const answers = async function* () {
    for (let count = 0; count < 100; count++) yield { json: () => said };
  };
  equal((await membersOf({ requestMany: async () => answers() }, ['endless'])).length, 6);
});

test('services --watch tells that the server cannot be reached from one without guests', async (context) => {
  const own = await NatsServer.start();
  context.after(() => own.close());
  const child = start(['services', own.url, '--watch'], { cwd: folder });
  const end = ended(child);
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => (shown += chunk));
  const shows = (line) => until(() => shown.endsWith(line) || child.exitCode !== null);
  const [none, lost] = ['no guest is served there\n', 'the NATS server cannot be reached\n'];
  await shows(none);
  await own.kill();
  await shows(lost);
  await own.run();
  await shows(none);
  ok(shown.endsWith(none), shown);
  child.kill();
  deepEqual(await end, { code: null, signal: 'SIGTERM' });
});

for (const [how, act] of Object.entries({ 'ends the connection': (fake) => fake.close(), hangs() {} })) {
  test(`services without --watch fails where the NATS server ${how} before an answer`, async (context) => {
    let isGone = false;
    const fake = await fakeServer((line, socket) => {
      if (line.startsWith('PUB $SRV.STATS')) {
        isGone = true;
        act(fake);
      }
      if (line === 'PING' && !isGone) socket.write('PONG\r\n');
    });
    context.after(() => fake.close());
    const { code, stdout, stderr } = await command(['services', fake.url]);
    deepEqual([code, stdout], [1, '']);
    match(stderr, /^WAPC_UNREACHABLE: /);
  });
}

test('a server that wants a user: the address gives it, and without one the command ends with WAPC_UNREACHABLE', async () => {
  const address = strict.url.replace('//', '//ada:p%2Fw@');
  const own = await serving(bench, '--name', 'hello', '--nats', address, '--workers', '0');
  equal((await command(['call', `${address}/hello`, 'echo', 'a', '--retries', '0'])).stdout, 'a');
  equal(own.said.includes('p%2Fw'), false, 'the password is not shown');
  own.child.kill('SIGTERM');
  await own.end;
  const refused = await command(['call', `${strict.url}/hello`, 'echo', 'a']);
  deepEqual([refused.code, refused.stderr.slice(0, 17)], [1, 'WAPC_UNREACHABLE:']);
});

for (const [name, args, said] of [
  ['no name', ['serve', bench, '--nats', 'nats://127.0.0.1:1'], /expected --name/],
  ['no server', ['serve', bench, '--name', 'a'], /expected --nats/],
  ['a name that is none', ['serve', bench, '--name', 'a.b', '--nats', 'nats://127.0.0.1:1'], /--name: .* got "a\.b"/],
  ['a name that is a wildcard', ['services', 'nats://127.0.0.1:1/*'], /URL: .* got "\*"/],
  [
    'an address that is none',
    ['serve', bench, '--name', 'a', '--nats', '127.0.0.1:4222'],
    /--nats: expected an address .* got "127\.0\.0\.1:4222"/,
  ],
  ['an address of something else', ['services', 'http://127.0.0.1/'], /URL: expected an address .* got "http/],
  [
    'a path for serve',
    ['serve', bench, '--name', 'a', '--nats', 'nats://127.0.0.1:1/a'],
    /expected nothing after the port, got/,
  ],
  ['two names to call', ['call', 'nats://127.0.0.1:1/a/b', 'echo'], /expected one name after the port, got/],
  [
    'three names for services',
    ['services', 'nats://127.0.0.1:1/a/b/c'],
    /expected one or two names after the port, got/,
  ],
  ['no name to call', ['call', 'nats://127.0.0.1:1', 'echo', 'x'], /as in nats:\/\/127\.0\.0\.1:1\/hello/],
  ['a user and no name to call', ['call', 'nats://a:b@127.0.0.1:1/', 'echo'], /as in nats:\/\/…@127\.0\.0\.1:1\/hello/],
  ['an address with a user that is none', ['services', 'nats://a:b@c@h:x/'], /got "nats:\/\/…@h:x\/"/],
  ['a user with a wrong escape', ['services', 'nats://%zz:x@h'], /% as %25, got "nats:\/\/…@h"/],
  ...['nope', '1.0', '01.0.0', `1.0.0-${'a'.repeat(128)}`].map((version) => [
    `a version that is none: ${version.slice(0, 10)}`,
    ['serve', bench, '--name', 'a', '--nats', 'nats://127.0.0.1:1', '--service-version', version],
    /--service-version: expected a version/,
  ]),
  [
    'credentials that are missing',
    ['services', 'nats://127.0.0.1:1', '--creds', 'no/such'],
    /--creds: no\/such cannot be read \(ENOENT\)/,
  ],
  [
    'a file for the id in a folder that is missing',
    ['serve', bench, '--name', 'a', '--nats', server.url, '--id-file', 'no/such'],
    /--id-file: no\/such cannot be written \(ENOENT\)/,
  ],
  [
    'a file for the id without a name',
    ['serve', bench, '--name', 'a', '--nats', server.url, '--id-file', ''],
    /--id-file: expected the path of a file, got ""/,
  ],
  [
    'a bucket that is none',
    ['serve', 'a', '--name', 'a', '--nats', 'nats://127.0.0.1:1', '--from-store', 'a b'],
    /--from-store: expected .* got "a b"/,
  ],
  [
    'a folder for the id',
    ['serve', bench, '--name', 'a', '--nats', server.url, '--id-file', '.'],
    /--id-file: \. cannot be written \(/,
  ],
  [
    'more workers than machines start',
    ['serve', bench, '--name', 'a', '--nats', 'nats://127.0.0.1:1', '--workers', '1025'],
    /--workers: .* from 0 to 1024/,
  ],
  [
    'workers that are no number',
    ['serve', bench, '--name', 'a', '--nats', 'nats://127.0.0.1:1', '--workers', 'x'],
    /--workers: expected/,
  ],
]) {
  test(`exit code 2: ${name}`, async () => {
    const { code, stderr } = await command(args);
    equal(code, 2, stderr);
    match(stderr, said);
  });
}

test('serve removes the id of a member that was killed, before it starts', async () => {
  const idFile = join(folder, 'stale');
  writeFileSync(idFile, 'stale');
  const args = ['serve', bench, '--name', 'a', '--nats', 'nats://127.0.0.1:1', '--id-file', idFile];
  equal((await command(args)).code, 1);
  equal(existsSync(idFile), false);
});

test('a server that is not there is WAPC_UNREACHABLE, and exit code 1', async () => {
  const missing = await command(['services', 'nats://127.0.0.1:1']);
  deepEqual([missing.code, missing.stderr.slice(0, 17)], [1, 'WAPC_UNREACHABLE:']);
});

test('where the package of NATS is not installed, it is named', () => {
  const project = join(folder, 'project/node_modules/wapc-host');
  mkdirSync(project, { recursive: true });
  for (const name of ['bin', 'dist', 'package.json'])
    cpSync(join(root, name), join(project, name), { recursive: true });
  symlinkSync(project, join(folder, 'project/linked'));
  const { status, stderr } = spawnSync(process.execPath, [join(project, 'bin/wapc-host.js'), 'services', server.url], {
    encoding: 'utf8',
  });
  equal(status, 1);
  match(stderr, /^WAPC_UNSUPPORTED: .*npm install @nats-io\/transport-node/);
});

test('users that docs/cluster.md gives as little as they need, by --inbox-prefix', async () => {
  const [, conf] = /```text\n(authorization \{[^]*?\n\})\n```/.exec(
    readFileSync(join(root, 'docs/cluster.md'), 'utf8'),
  );
  const users = conf
    .replaceAll('$GREETER', 'one')
    .replaceAll('$ADA', 'two')
    .replace('users: [', 'users: [{ user: root, password: root }');
  const own = await NatsServer.start({ jetstream: true, settings: users });
  const admin = await own.connect({ user: 'root', pass: 'root' });
  await guestStore(admin, 'guests').put('greeter', readFileSync(bench));
  const as = (user, password) => own.url.replace('//', `//${user}:${password}@`);
  const [greeter, ada] = [as('greeter', 'one'), as('ada', 'two')];
  const inbox = (name) => ['--inbox-prefix', `_INBOX.${name}`];
  for (const what of [[bench], ['greeter', '--from-store', 'guests']]) {
    const member = await serving(
      ...what,
      '--name',
      'greeter',
      '--nats',
      greeter,
      '--echo',
      '--workers',
      '0',
      ...inbox('greeter'),
    );
    const refused = await command(['call', `${ada}/greeter`, 'hello', 'x']);
    deepEqual([refused.code, refused.stderr.includes('WAPC_UNREACHABLE')], [1, true]);
    // The guest has no such operation: it was asked.
    const asked = await command(['call', `${ada}/greeter`, 'hello', 'x', ...inbox('ada')]);
    deepEqual([asked.code, asked.stderr.includes('WAPC_GUEST')], [1, true], asked.stderr);
    const other = await command(['call', `${ada}/greeter`, 'echo', 'x', '--timeout', '1000', ...inbox('ada')]);
    deepEqual([other.code, other.stderr.includes('WAPC_UNREACHABLE')], [1, true], other.stderr);
    const services = await command(['services', ada, ...inbox('ada')]);
    deepEqual([services.code, services.stderr.includes('WAPC_UNREACHABLE')], [1, true], services.stderr);
    member.child.kill('SIGTERM');
    equal((await member.end).code, 0);
  }
  const wrong = await command(['call', own.url, 'hello', '--inbox-prefix', '_INBOX.*']);
  equal(wrong.code, 2);
  await own.close();
});
