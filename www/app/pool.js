/** A pool at work. */

import { WapcPool } from 'wapc-host';

import { Chart } from './chart.js';
import { $, element, errorElement, onSubmit } from './elements.js';
import { chosen } from './guest.js';

const chart = new Chart($('chart'));
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Runs as many invocations as are asked for on a pool, until all are done or stopped. */
async function run() {
  const module = chosen();
  const status = $('pool-status');
  if (module === undefined) return void status.replaceChildren('Choose a guest first.');
  const number = (id) => Number($(id).value);
  const [size, count, delay] = [number('size'), number('count'), number('pool-delay')];
  $('start').disabled = true;
  let pool;
  try {
    status.textContent = 'Making the pool…';
    pool = await WapcPool.create(module, {
      size,
      workers: $('workers').checked,
      // Answers at once where there is no delay, which works in every browser.
      hostCall: (binding, namespace, operation, payload) => (delay > 0 ? wait(delay).then(() => payload) : payload),
      logger() {},
      stdout() {},
      stderr() {},
    });
    await invokeAll(pool, count);
  } catch (error) {
    status.replaceChildren(errorElement(error));
  } finally {
    pool?.destroy();
    $('start').disabled = false;
    $('stop').disabled = true;
  }
}

async function invokeAll(pool, count) {
  let [answered, failed] = [0, 0];
  let firstError;
  const from = performance.now();
  const seconds = () => (performance.now() - from) / 1000;
  const stop = $('stop');
  stop.disabled = false;
  const stopped = new Promise((resolve) => stop.addEventListener('click', () => resolve(true), { once: true }));
  const invocations = Array.from({ length: count }, (_, i) =>
    pool.invoke('echo', `invocation ${i}`).then(
      () => answered++,
      (error) => {
        failed++;
        if (error.code !== 'WAPC_CLOSED') firstError ??= error;
      },
    ),
  );
  const endChart = chart.follow(() => ({ ...pool.stats, answered }));
  const wasStopped = await Promise.race([stopped, Promise.all(invocations).then(() => false)]);
  endChart();
  const { replaced } = pool.stats;
  pool.destroy();
  await Promise.all(invocations);
  const rate = Math.round(answered / seconds()).toLocaleString('en');
  const told =
    `${wasStopped ? 'Stopped' : 'Done'}: ${answered.toLocaleString('en')} answers in ${seconds().toFixed(2)} s, ` +
    `${rate} a second; ${failed.toLocaleString('en')} failed, ${replaced} instances replaced.`;
  $('pool-status').replaceChildren(element('p', {}, told), ...(firstError ? [errorElement(firstError)] : []));
}

onSubmit($('pool'), run);
