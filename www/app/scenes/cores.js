/** Scene 3: one picture, computed on this thread and over more and more workers, and what that took. */

import { compute, inWorkers, onThisThread } from 'sample:www/samples/cores.js';
import rust from 'source:testdata/page/mandelbrot/src/lib.rs';
import sample from 'source:www/samples/cores.js';

import { Columns } from '../parts/columns.js';
import { choices, element, errorElement } from '../parts/elements.js';
import { latestOf } from '../parts/latest.js';
import { count, figure, quantile } from '../parts/numbers.js';
import { fill, guest } from '../parts/stage.js';

/** Points of the picture, and of a tile's side. */
const [WIDTH, HEIGHT, SIDE] = [768, 384, 64];
/** Iterations of a point at the most. */
const ITERATIONS = 1500;

/** Places to look at: the middle, and the width in the plane. */
const PLACES = {
  whole: { name: 'all of it', x: -0.75, y: 0, wide: 5 },
  valley: { name: 'a valley', x: -0.7436, y: 0.1318, wide: 0.012 },
  spiral: { name: 'a spiral', x: -0.761574, y: -0.0847596, wide: 0.0018 },
};

/** How many times a click zooms in, and the widest and the narrowest part that is drawn. */
const [ZOOM, WIDEST, NARROWEST] = [4, 5, 1e-11];

/** Milliseconds that this thread computes before the page gets a turn. */
const TURN = 12;

const cores = Math.min(navigator.hardwareConcurrency || 4, 16);

// Kept for good: WebKit collects a channel that nothing refers to, messages and all.
const { port1, port2 } = new MessageChannel();

/** Lets the page have a turn, without the wait of a timer. */
const turn = () =>
  new Promise((resolve) => {
    port1.onmessage = resolve;
    port2.postMessage(null);
  });

/** The tiles of a place, the middle ones first, each with its payload. */
function tilesOf({ x, y, wide }) {
  const step = wide / WIDTH;
  const tiles = [];
  for (let top = 0; top < HEIGHT; top += SIDE) {
    for (let left = 0; left < WIDTH; left += SIDE) {
      const payload = new DataView(new ArrayBuffer(32));
      payload.setFloat64(0, x + (left - WIDTH / 2) * step, true);
      payload.setFloat64(8, y + (top - HEIGHT / 2) * step, true);
      payload.setFloat64(16, step, true);
      payload.setUint32(24, SIDE, true);
      payload.setUint32(28, ITERATIONS, true);
      tiles.push({ left, top, payload });
    }
  }
  const far = ({ left, top }) => Math.hypot(left + SIDE / 2 - WIDTH / 2, top + SIDE / 2 - HEIGHT / 2);
  return tiles.sort((one, other) => far(one) - far(other));
}

/** The colours of a guest's bytes: from the host's over the guest's to paper. */
const PALETTE = paletteOf([
  [0, [12, 13, 20]],
  [0.12, [38, 32, 110]],
  [0.35, [99, 90, 235]],
  [0.55, [196, 190, 255]],
  [0.72, [246, 179, 92]],
  [0.88, [180, 83, 9]],
  [1, [40, 18, 8]],
]);

function paletteOf(stops) {
  const colours = new Uint8ClampedArray(4 * 256);
  for (let byte = 0; byte < 256; byte++) {
    const part = byte / 255;
    const after = Math.max(
      1,
      stops.findIndex(([at]) => at >= part),
    );
    const [[from, one], [to, other]] = [stops[after - 1], stops[after]];
    const share = (part - from) / (to - from);
    colours.set([...one.map((value, i) => value + (other[i] - value) * share), 255], 4 * byte);
  }
  colours.set([12, 13, 20, 255]);
  return colours;
}

export function mount(section) {
  let place = PLACES.whole;
  const picture = element('canvas', { class: 'picture', width: WIDTH, height: HEIGHT, role: 'img' });
  const context = picture.getContext('2d');
  const named = Object.entries(PLACES).map(([key, { name }]) => [key, name]);
  const places = choices('The place', named, (key) => ((place = PLACES[key]), run()));
  const most = element('input', { type: 'range', min: 1, max: Math.max(4, cores), step: 1, value: Math.min(cores, 8) });
  const shown = element('output');
  const showMost = () => (shown.textContent = most.value);
  most.addEventListener('input', showMost);
  showMost();
  const again = element('button', { class: 'main', onclick: () => run() }, 'Draw it');
  const stop = element('button', { type: 'button', disabled: true, onclick: () => end() }, 'Stop');
  const zoom = (times) => lookAt(place.x, place.y, place.wide / times);
  const zooms = [
    element('button', { type: 'button', class: 'chip', onclick: () => zoom(ZOOM) }, 'Zoom in'),
    element('button', { type: 'button', class: 'chip', onclick: () => zoom(1 / ZOOM) }, 'Zoom out'),
  ];
  const tiles = new Columns('tiles per second', 'workers', 'host');
  const latency = new Columns('ms per tile, 95th percentile', 'workers', 'guest');
  const now = element('figcaption', { class: 'now' });
  const trouble = element('div', { class: 'trouble' });
  const charts = element('div', { class: 'pad charts' }, tiles.place, latency.place);
  const { code, say, state } = fill(section, {
    controls: [
      places.group,
      element('label', { class: 'field' }, element('span', { class: 'label' }, 'Workers at the most: ', shown), most),
      element('div', { class: 'row' }, again, stop),
      element('div', { class: 'chips', role: 'group', 'aria-label': 'The view' }, ...zooms),
      element('small', {}, `This browser says that ${cores} threads run at once here. Click the picture to zoom in.`),
    ],
    stage: [element('figure', { class: 'pictured' }, picture, now), charts, trouble],
    code: [
      { name: 'cores.js', language: 'js', text: sample, sample: 'www/samples/cores.js' },
      { name: 'mandelbrot.rs', language: 'rust', text: rust },
    ],
  });
  let stopped = false;
  let isRunning = false;

  picture.addEventListener('click', ({ offsetX, offsetY }) => {
    const step = place.wide / picture.clientWidth;
    const x = place.x + (offsetX - picture.clientWidth / 2) * step;
    const y = place.y + (offsetY - picture.clientHeight / 2) * step;
    lookAt(x, y, place.wide / ZOOM);
  });

  /** Draws another place: its middle and its width in the plane. */
  function lookAt(x, y, wide) {
    place = { name: 'a part of it', x, y, wide: Math.min(WIDEST, Math.max(NARROWEST, wide)) };
    places.press('');
    run();
  }

  /** Paints what the guest answered. */
  function paint({ left, top }, bytes) {
    const image = context.createImageData(SIDE, SIDE);
    for (let i = 0; i < bytes.length; i++) image.data.set(PALETTE.subarray(4 * bytes[i], 4 * bytes[i] + 4), 4 * i);
    context.putImageData(image, left, top);
  }

  /** Draws all of it once: tiles a second, and what each tile took. */
  async function draw(host, all, atOnce, onPage) {
    const times = [];
    const began = performance.now();
    let turned = began;
    const started = new Map(all.slice(0, atOnce).map((tile) => [tile, began]));
    let next = atOnce;
    await compute(host, stopping(all), atOnce, async (tile, bytes) => {
      times.push(performance.now() - started.get(tile));
      paint(tile, bytes);
      if (onPage && performance.now() - turned > TURN) {
        await turn();
        turned = performance.now();
      }
      if (next < all.length) started.set(all[next++], performance.now());
    });
    const seconds = (performance.now() - began) / 1000;
    return { rate: times.length / seconds, slow: quantile(times, 0.95) };
  }

  /** The tiles, until somebody stops it. */
  const stopping = (all) => ({
    *values() {
      for (const tile of all) {
        if (stopped) return;
        yield tile;
      }
    },
  });

  /** The numbers of workers: none is this thread. */
  function settings() {
    const highest = Number(most.value);
    const numbers = [0];
    for (let workers = 1; workers < highest; workers *= 2) numbers.push(workers);
    return [...numbers, highest];
  }

  const inTurn = latestOf();

  function run() {
    stopped = isRunning;
    state('running');
    return inTurn(all);
  }

  /** Stops what is drawn, and what waits to be drawn after it. */
  function end() {
    stopped = true;
    again.focus();
    inTurn(() => state('done'));
  }

  async function all(isLatest) {
    [stopped, isRunning, stop.disabled] = [false, true, false];
    const rows = [];
    const drawn = place;
    picture.setAttribute('aria-label', `The Mandelbrot set: ${drawn.name}`);
    code.clear();
    trouble.replaceChildren();
    try {
      const bytes = await guest('mandelbrot');
      const work = tilesOf(drawn);
      for (const workers of settings()) {
        const name = workers === 0 ? 'this thread' : count(workers);
        now.textContent = workers === 0 ? 'On this thread…' : `In ${workers} ${workers === 1 ? 'worker' : 'workers'}…`;
        say(now.textContent);
        context.clearRect(0, 0, WIDTH, HEIGHT);
        const host = workers === 0 ? await onThisThread(bytes) : await inWorkers(bytes, workers);
        try {
          // The first tile on each instance is compiled as it is computed: it is not measured.
          const first = Array.from({ length: Math.max(1, workers) }, () => host.invoke('tile', work[0].payload));
          await Promise.all(first);
          const result = await draw(host, work, Math.max(1, workers), workers === 0);
          if (stopped) break;
          rows.push({ name, ...result });
          show(rows);
        } finally {
          await (host.destroy ?? host.close).call(host);
        }
      }
      say(stopped ? 'Stopped.' : told(rows));
    } catch (error) {
      trouble.replaceChildren(errorElement(error));
      say(`It could not be drawn: ${error.message}`);
    }
    now.textContent = `${WIDTH} × ${HEIGHT} points, ${count(ITERATIONS)} steps each at the most`;
    [isRunning, stop.disabled] = [false, true];
    if (isLatest()) state('done');
  }

  function show(rows) {
    const label = ({ name }) => (name === 'this thread' ? 'none' : name);
    tiles.show(rows.map((row) => ({ label: label(row), value: row.rate, text: figure(row.rate) })));
    latency.show(rows.map((row) => ({ label: label(row), value: row.slow, text: figure(row.slow) })));
  }

  return run;
}

/** The outcome in a sentence. */
function told(rows) {
  const [thread, ...others] = rows;
  const best = others.reduce((one, other) => (other.rate > one.rate ? other : one));
  const workers = best.name === '1' ? '1 worker' : `${best.name} workers`;
  const times = (best.rate / thread.rate).toFixed(1);
  return `${workers}: ${count(best.rate)} tiles a second, ${times} × what this thread does (${count(thread.rate)}).`;
}
