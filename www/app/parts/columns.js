/** Charts of columns, with axes: one value for each of some settings. */

import { roundUp, ticks } from './bars.js';
import { drawn, element } from './elements.js';

/** Pixels: the height of the chart, and the room for its axes. */
const [HEIGHT, LEFT, TOP, BOTTOM] = [228, 44, 40, 44];
/** The widest column. */
const WIDEST = 44;

export class Columns {
  #rows = [];

  /**
   * @param {string} title what the columns show, with its unit
   * @param {string} below what tells them apart
   * @param {string} kind the colour
   */
  constructor(title, below, kind) {
    Object.assign(this, { title, below, kind });
    this.svg = drawn('svg', { role: 'img', height: HEIGHT, class: 'columns' });
    this.place = element('figure', {}, this.svg);
    new ResizeObserver(() => this.#draw()).observe(this.place);
  }

  /** @param {{ label: string, value: number, text: string }[]} rows */
  show(rows) {
    this.#rows = rows;
    this.#draw();
  }

  #draw() {
    const width = this.place.clientWidth;
    if (width === 0) return;
    const { svg } = this;
    svg.setAttribute('width', width);
    svg.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
    const told = this.#rows.map(({ label, text }) => `${label}: ${text}`).join('; ');
    svg.setAttribute('aria-label', `${this.title}, by ${this.below}. ${told}`);
    const most = roundUp(Math.max(1e-3, ...this.#rows.map(({ value }) => value)));
    const y = (value) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * value) / most;
    const text = (x, y, what, attributes = {}) => drawn('text', { x, y, ...attributes }, what);
    // Without columns there is no scale yet.
    const label = (tick) => (this.#rows.length === 0 ? '' : `${+tick.toPrecision(3)}`);
    const lines = ticks(most).flatMap((tick) => [
      drawn('line', { x1: LEFT, x2: width, y1: y(tick), y2: y(tick), class: 'grid' }),
      text(LEFT - 8, y(tick) + 4, label(tick), { class: 'end' }),
    ]);
    const step = (width - LEFT) / Math.max(1, this.#rows.length);
    const wide = Math.min(WIDEST, step * 0.6);
    const columns = this.#rows.flatMap(({ label, value, text: figure }, i) => {
      const middle = LEFT + (i + 0.5) * step;
      const height = Math.max(1, y(0) - y(value));
      const column = { x: middle - wide / 2, y: y(value), width: wide, height, class: `column ${this.kind}`, rx: 3 };
      return [
        drawn('rect', column),
        text(middle, y(value) - 6, figure, { class: 'middle value' }),
        text(middle, HEIGHT - BOTTOM + 18, label, { class: 'middle' }),
      ];
    });
    svg.replaceChildren(
      text(0, 13, this.title, { class: 'title' }),
      ...lines,
      ...columns,
      text(LEFT + (width - LEFT) / 2, HEIGHT - 6, this.below, { class: 'middle' }),
    );
  }
}
