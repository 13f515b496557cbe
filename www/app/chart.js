/** A live chart of a pool at work. */

import { $ } from './elements.js';

/** The number of measurements shown, and of those that a rate is averaged over. */
const SHOWN = 120;
const WINDOW = 20;

/** The lines, each drawn to its own scale. */
const LINES = [
  ['waiting', '--waiting'],
  ['busy', '--busy'],
  ['rate', '--rate'],
];

export class Chart {
  #canvas;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
  }

  /**
   * Draws what `measure` returns, once per frame, until the returned function is called.
   * @param {() => { busy: number, waiting: number, answered: number }} measure
   */
  follow(measure) {
    const points = [];
    const began = { answered: 0, time: performance.now() };
    let frame;
    const draw = () => {
      const { busy, waiting, answered } = measure();
      const time = performance.now();
      const before = points.at(-WINDOW) ?? points[0] ?? began;
      const rate = (1000 * (answered - before.answered)) / Math.max(1, time - before.time);
      points.push({ busy, waiting, rate, answered, time });
      if (points.length > SHOWN) points.shift();
      this.#draw(points);
      for (const [name] of LINES) $(name).textContent = Math.round(points.at(-1)[name]).toLocaleString('en');
      frame = requestAnimationFrame(draw);
    };
    frame = requestAnimationFrame(draw);
    return () => {
      cancelAnimationFrame(frame);
      draw();
      cancelAnimationFrame(frame);
    };
  }

  #draw(points) {
    const canvas = this.#canvas;
    const scale = devicePixelRatio;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    canvas.width = width * scale;
    canvas.height = height * scale;
    const context = canvas.getContext('2d');
    context.scale(scale, scale);
    context.lineWidth = 2;
    const style = getComputedStyle(canvas);
    for (const [name, color] of LINES) {
      const most = Math.max(1, ...points.map((point) => point[name]));
      context.strokeStyle = context.fillStyle = resolved(canvas, color, style);
      context.beginPath();
      points.forEach((point, i) => {
        const [x, y] = [(i * width) / (SHOWN - 1), height - 4 - ((height - 24) * point[name]) / most];
        if (i === 0) context.moveTo(x, y);
        else context.lineTo(x, y);
      });
      context.stroke();
    }
  }
}

/** A color of the style sheet, resolved for a canvas. */
function resolved(canvas, name, style) {
  canvas.style.color = `var(${name})`;
  const color = style.color;
  canvas.style.color = '';
  return color;
}
