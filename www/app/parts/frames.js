/** The frames of the page: how long each of them took, drawn as they come. */

import { element } from './elements.js';
import { time } from './numbers.js';

/** The frames that are drawn at the least and at the most, the ms at the top, and the ms of a frame at 60 a second. */
const [LEAST, MOST, TOP, SMOOTH] = [20, 120, 120, 1000 / 60];
/** Pixels: the chart's height, and the room for its axis. */
const [HEIGHT, LEFT] = [96, 52];

/** The next frame, or a moment later where the page is hidden and has none. */
export const nextFrame = () =>
  new Promise((resolve) => {
    const late = setTimeout(resolve, 100);
    requestAnimationFrame(() => (clearTimeout(late), resolve()));
  });

export class Frames {
  constructor() {
    this.canvas = element('canvas', { role: 'img', class: 'frames', height: HEIGHT });
    this.durations = [];
    new ResizeObserver(() => this.#draw()).observe(this.canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#draw());
    // A hidden page has no frames, and a long one when it is seen again.
    document.addEventListener('visibilitychange', () => (this.isSeen = false));
  }

  /** Watches the page's frames until it is stopped. */
  start() {
    this.durations = [];
    this.isSeen = !document.hidden;
    let last = performance.now();
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const look = () => {
      const now = performance.now();
      this.durations.push(now - last);
      last = now;
      if (!isStill) this.#draw();
      this.frame = requestAnimationFrame(look);
    };
    this.frame = requestAnimationFrame(look);
  }

  /** Ends that: the longest time between two frames, in ms; undefined where the page was hidden meanwhile. */
  stop() {
    cancelAnimationFrame(this.frame);
    const worst = this.isSeen ? Math.max(...this.durations, 0) : undefined;
    const what = worst === undefined ? 'the page was hidden' : `the longest took ${time(worst)}`;
    this.canvas.setAttribute('aria-label', `The page's frames: ${what}`);
    this.#draw();
    return worst;
  }

  #draw() {
    const { canvas } = this;
    const [width, scale] = [canvas.clientWidth, devicePixelRatio];
    if (width === 0) return;
    canvas.width = width * scale;
    canvas.height = HEIGHT * scale;
    const context = canvas.getContext('2d');
    context.scale(scale, scale);
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(`--${name}`);
    const y = (ms) => HEIGHT - 8 - ((HEIGHT - 20) * Math.min(ms, TOP)) / TOP;
    context.font = `12px ${style.getPropertyValue('--mono')}`;
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    for (const ms of [0, SMOOTH, 50, 100]) {
      context.fillStyle = colour(ms === SMOOTH ? 'good' : 'line');
      context.fillRect(LEFT, Math.round(y(ms)), width - LEFT, 1);
      if (ms === SMOOTH) continue;
      context.fillStyle = colour('soft');
      context.fillText(ms === 100 ? '100 ms' : `${ms}`, LEFT - 8, y(ms));
    }
    const shown = this.durations.slice(-MOST);
    const step = (width - LEFT) / Math.max(LEAST, shown.length);
    shown.forEach((ms, i) => {
      context.fillStyle = colour(ms > 3 * SMOOTH ? 'bad' : 'good');
      context.fillRect(LEFT + i * step, y(ms), Math.max(1, step - 2), y(0) - y(ms));
    });
  }
}
