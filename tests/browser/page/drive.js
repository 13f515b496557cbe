/** Uses the demo page from within, scene by scene, and posts the outcomes. `?scenes=` names those that are used. */

const wanted = new URLSearchParams(location.search).get('scenes')?.split(',') ?? [
  ...['hero', 'links', 'calls', 'unharmed', 'cores', 'languages', 'own'],
];
/** Watchdog: milliseconds after which a test is taken to hang. */
const PATIENCE = 60_000;

const errors = [];
for (const name of ['error', 'unhandledrejection', 'securitypolicyviolation']) {
  addEventListener(name, (event) =>
    errors.push(`${name}: ${event.message ?? event.reason ?? `${event.violatedDirective} ${event.blockedURI}`}`),
  );
}
for (const name of ['error', 'warn']) console[name] = (...what) => errors.push(`console.${name}: ${what.join(' ')}`);

const tests = {};
for (const name of wanted) Object.assign(tests, (await import(`./${name}.js`)).tests);
tests['no error reached the page'] = () => {
  if (errors.length > 0) throw new Error(errors.join('\n'));
};

const outcomes = [];
for (const [name, test] of Object.entries(tests)) {
  const late = new Promise((resolve, reject) => setTimeout(reject, PATIENCE, new Error(`${name}: nothing came of it`)));
  const error = await Promise.race([(async () => test())(), late]).then(
    () => undefined,
    (error) => String(error),
  );
  outcomes.push({ name, error });
}
await fetch('/outcomes', { method: 'POST', body: JSON.stringify(outcomes) });
