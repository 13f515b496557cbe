/** Scene 3: a picture over workers. */

import { Scene, equal, expect, type, until } from './person.js';

const scene = new Scene('cores');
const labels = (chart) => [...chart.querySelectorAll('text')].map(({ textContent }) => textContent);

/** How many colours the picture has. */
function colours() {
  const canvas = scene.$('canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
}

export const tests = {
  async 'cores: while it is drawn, the picture has a name, and the charts no scale before a column'() {
    scene.$('.stage').scrollIntoView({ behavior: 'instant', block: 'center' });
    await until(() => scene.section.dataset.state === 'running' && scene.$('svg text') !== null);
    const charts = scene.all('svg').filter((chart) => chart.querySelector('.column') === null);
    equal(
      charts.map((chart) => labels(chart).filter(Boolean).length),
      [2, 2],
    );
    await until(() => scene.status.startsWith('On this thread'));
    equal(scene.$('canvas').getAttribute('aria-label'), 'The Mandelbrot set: all of it');
    await scene.done();
  },
  async 'cores: a picture, and charts with axes and units'() {
    await scene.see();
    expect(colours() > 20, `${colours()} colours`);
    const [tiles, latency] = scene.all('svg');
    for (const [chart, title] of [
      [tiles, 'tiles per second'],
      [latency, 'ms per tile, 95th percentile'],
    ]) {
      const shown = labels(chart);
      equal(shown[0], title);
      equal(shown.at(-1), 'workers');
      for (const label of ['0', 'none', '1']) expect(shown.includes(label), `${label} is not in ${shown}`);
      expect(chart.getAttribute('aria-label').startsWith(title), 'the chart says nothing');
    }
    expect(/\d × what this thread does/.test(scene.status), scene.status);
  },
  async 'cores: another place, another number of workers'() {
    type(scene.$('input[type="range"]'), 3);
    await scene.press('a spiral');
    expect(colours() > 20, `${colours()} colours`);
    equal(scene.all('svg')[0].querySelectorAll('.column').length, 4);
    expect(labels(scene.all('svg')[0]).includes('3'), 'three workers are not shown');
    type(scene.$('input[type="range"]'), 1);
    scene.$('canvas').click();
    await until(() => scene.section.dataset.state === 'running');
    await scene.done();
    equal(scene.all('.chip[aria-pressed="true"]').length, 0);
  },
  async 'cores: zooming in and out by buttons'() {
    for (const text of ['Zoom in', 'Zoom out']) {
      await scene.press(text);
      expect(colours() > 1, `${text}: ${colours()} colours`);
      equal(scene.$('canvas').getAttribute('aria-label'), 'The Mandelbrot set: a part of it');
    }
  },
  async 'cores: Stop also ends what waits to be drawn, and leaves the focus on a button that works'() {
    scene.button('all of it').click();
    await until(() => !scene.button('Stop').disabled);
    scene.button('a valley').click();
    await scene.press('Stop');
    equal(scene.status, 'Stopped.');
    equal(scene.$('canvas').getAttribute('aria-label'), 'The Mandelbrot set: all of it');
    expect(document.activeElement === scene.button('Draw it'), 'the focus is lost');
  },
  async 'cores: stopped, and drawn again'() {
    scene.button('all of it').click();
    await until(() => !scene.button('Stop').disabled);
    await scene.press('Stop');
    equal(scene.status, 'Stopped.');
    expect(scene.button('Stop').disabled, 'Stop is not over');
    await scene.press('Draw it');
    expect(scene.status.includes('this thread'), scene.status);
  },
};
