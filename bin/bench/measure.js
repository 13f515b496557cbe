/** Measures invocations, one after the other or on all instances of a pool. */

import { createHistogram } from 'node:perf_hooks';

/**
 * @typedef {object} Measured
 * @property {number} invocations
 * @property {number} perSecond
 * @property {{ p50: number, p90: number, p99: number, max: number }} latency in microseconds
 */

/** Milliseconds after which other work of the thread gets its turn: timers, signals. */
const SLICE = 50;

/**
 * Invokes for a time, `lanes` invocations at once.
 * @param {() => Promise<unknown>} invoke
 * @param {object} options
 * @param {number} options.lanes
 * @param {number} options.time milliseconds
 * @param {(share: number) => void} options.onProgress gets the share of the time that has passed
 * @returns {Promise<Measured>}
 * @throws what `invoke` throws
 */
export async function measure(invoke, { lanes, time, onProgress }) {
  // Not counted: engines compile again what runs often.
  await invokeFor(invoke, { lanes, time: Math.min(time / 4, 500), record() {}, onProgress() {} });
  const histogram = createHistogram({ figures: 3 });
  const record = (milliseconds) => histogram.record(Math.max(1, Math.round(milliseconds * 1e6)));
  const seconds = (await invokeFor(invoke, { lanes, time, record, onProgress })) / 1000;
  const microseconds = (percentile) => histogram.percentile(percentile) / 1000;
  return {
    invocations: histogram.count,
    perSecond: histogram.count / seconds,
    latency: { p50: microseconds(50), p90: microseconds(90), p99: microseconds(99), max: histogram.max / 1000 },
  };
}

/** Resolves to the milliseconds that it took. */
async function invokeFor(invoke, { lanes, time, record, onProgress }) {
  const since = performance.now();
  let end = since + time;
  let told = since;
  const lane = async () => {
    for (let before = performance.now(); before < end;) {
      await invoke();
      const now = performance.now();
      record(now - before);
      if (now - told > SLICE) {
        told = now;
        onProgress(Math.min(1, (now - since) / time));
        await new Promise((resolve) => setImmediate(resolve));
      }
      before = performance.now();
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    // The other lanes of one that failed stop as well.
    end = 0;
  }
  return performance.now() - since;
}
