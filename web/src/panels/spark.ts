/** Spark: a small plot of a value over time, with its scale in words. */
import { h, setText, svg } from '../dom';

const WIDTH = 244;
const HEIGHT = 46;

export class Spark {
  readonly element: HTMLElement;
  readonly #line = svg('path', { class: 'spark-line' });
  readonly #low = h('span', { class: 'spark-low' });
  readonly #high = h('span', { class: 'spark-high' });

  constructor(
    label: string,
    readonly format: (value: number) => string,
    /** A value that wraps at 360 is drawn as dots; any other as a line. */
    readonly wraps: boolean,
  ) {
    const drawing = svg(
      'svg',
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      this.#line,
    );
    this.element = h('figure', { class: 'spark' }, h('figcaption', {}, label), this.#high, this.#low, drawing);
    if (wraps) this.#line.classList.add('dotted');
  }

  draw(times: readonly number[], values: readonly number[]): void {
    const low = this.wraps ? 0 : 0;
    const high = this.wraps ? 360 : niceAbove(values.reduce((a, b) => Math.max(a, b), 0));
    const [begin, end] = [times[0] ?? 0, times[times.length - 1] ?? 1];
    const x = (time: number): number => ((time - begin) / Math.max(1, end - begin)) * (WIDTH - 6) + 3;
    const y = (value: number): number => HEIGHT - 3 - ((value - low) / (high - low)) * (HEIGHT - 6);
    const mark = (time: number, value: number, first: boolean): string =>
      this.wraps
        ? `M${x(time).toFixed(1)} ${y(value).toFixed(1)}h.01`
        : `${first ? 'M' : 'L'}${x(time).toFixed(1)} ${y(value).toFixed(1)}`;
    this.#line.setAttribute('d', times.map((time, index) => mark(time, values[index], index === 0)).join(''));
    setText(this.#high, this.format(high));
    setText(this.#low, this.format(low));
  }
}

/** The next round number. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}
