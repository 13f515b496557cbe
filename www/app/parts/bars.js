/** Bars that lie beside each other, with an axis. */

import { element } from './elements.js';

/** The least round number that is not below another: 1, 2 or 5 times a power of ten. */
export function roundUp(number) {
  const power = 10 ** Math.floor(Math.log10(Math.max(number, 1e-9)));
  return [1, 2, 5, 10].map((times) => times * power).find((round) => round >= number * 0.999);
}

/** Labels of an axis from 0 to `most`: five at the most. */
export function ticks(most) {
  const step = roundUp(most / 4);
  return Array.from({ length: Math.floor(most / step + 1e-6) + 1 }, (_, i) => i * step);
}

/**
 * Bars from the left, on one scale.
 * @param {string} unit of the axis
 * @param {{ label: string, value: number, text: string, kind: string }[]} rows
 */
export function bars(unit, rows) {
  const most = roundUp(Math.max(...rows.map(({ value }) => value)));
  const lines = rows.flatMap(({ label, value, text, kind }) => {
    const bar = element('span', { class: `bar ${kind}` });
    bar.style.width = `${Math.max(0.4, (100 * value) / most)}%`;
    return [
      element('dt', {}, label),
      element('dd', {}, element('span', { class: 'track' }, bar), element('span', { class: 'figure' }, text)),
    ];
  });
  const axis = element('div', { class: 'axis', 'aria-hidden': 'true' });
  const all = ticks(most);
  for (const tick of all) {
    const isLast = tick === all.at(-1);
    const label = element('span', {}, `${+tick.toPrecision(3)}${isLast ? ` ${unit}` : ''}`);
    label.style.left = `${(100 * tick) / most}%`;
    axis.append(label);
  }
  return element('div', { class: 'bars' }, element('dl', {}, ...lines), element('div', { class: 'under' }, axis));
}
