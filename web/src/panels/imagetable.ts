/** Image table: every image of the archive in words, beside the table of tracks. */
import type { App } from '../app';
import { h, setText } from '../dom';
import type { ImageEntry } from '../server';
import { formatDate, formatDistance, formatTime } from '../units';

const HEADS = ['Image', 'Taken (UTC)', 'Size', 'Pixel', 'Frequency', 'Mission', 'Marking', 'Source'];

export class ImageTable {
  readonly element: HTMLElement;
  readonly #rows = h('div', { role: 'rowgroup' });
  readonly #none = h(
    'p',
    { class: 'none' },
    'No images are kept. Keep one with ',
    h('code', {}, 'sidelook image FILE -o ARCHIVE'),
  );

  constructor(readonly app: App) {
    const heads = h(
      'div',
      { role: 'row', class: 'row heads' },
      ...HEADS.map((label) => h('div', { role: 'columnheader', class: 'cell' }, label)),
    );
    this.element = h(
      'div',
      { class: 'grid images', role: 'grid', 'aria-label': 'Images', hidden: true },
      heads,
      this.#rows,
      this.#none,
    );
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
  }

  refresh(): void {
    if (this.element.hidden) return;
    const { images } = this.app;
    this.#none.hidden = images.length > 0;
    while (this.#rows.children.length < images.length) this.#rows.append(this.#row());
    [...this.#rows.children].forEach((element, number) => {
      const row = element as HTMLElement;
      row.hidden = number >= images.length;
      if (!row.hidden) this.#write(row, images[number]);
    });
  }

  #row(): HTMLElement {
    const cells = HEADS.map(() => h('div', { role: 'gridcell', class: 'cell' }));
    const row = h('div', { role: 'row', class: 'row', tabindex: 0 }, ...cells);
    row.addEventListener('click', () => this.#choose(row));
    return row;
  }

  #write(row: HTMLElement, image: ImageEntry): void {
    const { distanceUnit, image: chosen } = this.app.store.now;
    const [along, across] = [image.rows * image.spacing_m[0], image.columns * image.spacing_m[1]];
    const mission = this.app.missions.find(({ id }) => id === image.mission);
    const texts = [
      String(image.image),
      `${formatDate(image.begin_ms)} ${formatTime(image.begin_ms)}`,
      `${formatDistance(distanceUnit, along)} × ${formatDistance(distanceUnit, across)}`,
      `${Number(Math.min(...image.spacing_m).toPrecision(3))}\u2009m`,
      image.frequency_ghz === null ? '–' : `${image.frequency_ghz}\u2009GHz`,
      mission?.name ?? image.mission,
      `${image.marking.text}${image.simulated ? ', simulated' : ''}`,
      image.name,
    ];
    row.dataset.image = String(image.image);
    row.setAttribute('aria-selected', String(image.image === chosen));
    texts.forEach((text, number) => setText(row.children[number] as HTMLElement, text));
  }

  #choose(row: HTMLElement): void {
    this.app.selectImage(Number(row.dataset.image));
    this.app.showImage(this.app.store.now.image);
  }

  /** Arrows go from row to row, Enter chooses. */
  #onKey(event: KeyboardEvent): void {
    const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-image]') : null;
    if (!row) return;
    const beside = event.key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling;
    if (event.key === 'Enter') this.#choose(row);
    else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && beside instanceof HTMLElement) {
      if (!beside.hidden) beside.focus();
    } else return;
    event.preventDefault();
  }
}
