/** Image panel: what is known of the image shown, how it is drawn, and the other one it is compared with. */
import type { App } from '../app';
import { h, icon, setText } from '../dom';
import type { ImageEntry } from '../server';
import type { State } from '../state';
import { formatCount, formatDate, formatDistance, formatPosition, formatTime } from '../units';

const CROSS = 'M6 6l12 12M18 6L6 18';
/** The pointer rests this long before its pixel is asked for, ms. */
const REST_MS = 120;
/** Levels that can be chosen, dB against white. */
const LOWEST_DB = -55;
const HIGHEST_DB = 8;

const FACTS = ['Taken', 'Size', 'Pixels', 'Frequency', 'Source', 'Made by', 'Marking', 'At the pointer'] as const;
type Fact = (typeof FACTS)[number];

/** Where each number comes from, said on hover. */
const SOURCES: Readonly<Record<Fact, string>> = {
  Taken: 'Beginning of its collection',
  Size: 'Of its sides, south to north and west to east where it lies so',
  Pixels: 'Rows and columns, and how far apart they are; what can be told apart is coarser',
  Frequency: 'At the middle of the band',
  Source: 'As it was given',
  'Made by': 'What was done to it, in order',
  Marking: 'Of this image',
  'At the pointer': 'Row and column from the north-west, and the level there: 20 lg of the amplitude, not calibrated',
};

type Slider = 'imageOpacity' | 'darkDb' | 'whiteDb' | 'swipe';

export class ImagePanel {
  readonly element: HTMLElement;
  readonly #title = h('h2', { 'aria-live': 'polite' });
  readonly #facts = new Map<Fact, HTMLElement>();
  readonly #sliders = new Map<Slider, HTMLInputElement>();
  readonly #values = new Map<Slider, HTMLElement>();
  readonly #others = h('select', { 'aria-label': 'Compare with' });
  readonly #swipe: HTMLElement;
  #offered = '';
  #resting = 0;

  constructor(readonly app: App) {
    const { store } = app;
    const close = h(
      'button',
      { class: 'square', 'aria-label': 'Close', title: 'Close (Esc)', onclick: () => store.set({ image: null }) },
      icon(CROSS),
    );
    this.#others.addEventListener('change', () => store.set({ against: Number(this.#others.value) || null }));
    this.#swipe = this.#slider('swipe', 'Before, after', 0, 1, 0.005);
    this.element = h(
      'aside',
      { class: 'details image', 'aria-label': 'The radar image shown', hidden: true },
      h('header', {}, this.#title, close),
      h('dl', {}, ...FACTS.flatMap((fact) => this.#fact(fact))),
      this.#slider('imageOpacity', 'Opacity', 0, 1, 0.05),
      this.#slider('darkDb', 'Black at', LOWEST_DB, HIGHEST_DB, 1),
      this.#slider('whiteDb', 'White at', LOWEST_DB, HIGHEST_DB, 1),
      h('label', { class: 'choice' }, h('span', {}, 'Compare'), this.#others),
      this.#swipe,
      h(
        'div',
        { class: 'actions' },
        h('button', { onclick: () => app.showImage(store.now.image) }, 'Show'),
        h('button', { onclick: () => app.toggleRuler(), title: 'Distance between two places (X)' }, 'Measure'),
        h('button', { onclick: () => app.exchangeImages(), title: 'The other one (B)' }, 'Exchange'),
      ),
    );
    this.#show(store.now);
  }

  refresh(): void {
    const { image, selected, formation } = this.app.store.now;
    const shown = this.app.imageOf(image);
    this.element.hidden = shown === null || selected !== null || formation !== null;
    if (!shown) return;
    setText(this.#title, `Image ${shown.image}`);
    const texts: Record<Fact, string> = {
      Taken: `${formatDate(shown.begin_ms)} ${formatTime(shown.begin_ms)} UTC`,
      Size: this.#size(shown),
      Pixels: `${formatCount(shown.rows)} × ${formatCount(shown.columns)}, ${spacing(shown)}`,
      Frequency: shown.frequency_ghz === null ? 'not known' : `${shown.frequency_ghz}\u2009GHz`,
      Source: shown.name,
      'Made by': shown.processing.join('; ') || '–',
      Marking: `${shown.marking.text}${shown.simulated ? ', simulated' : ''}`,
      'At the pointer': this.#facts.get('At the pointer')?.textContent || '–',
    };
    for (const fact of FACTS) setText(this.#facts.get(fact) as HTMLElement, texts[fact]);
    this.#offer(shown);
  }

  onState(state: Readonly<State>, before: Readonly<State>): void {
    if (state !== before) this.#show(state);
    if (state.image !== before.image || state.selected !== before.selected || state.formation !== before.formation)
      this.refresh();
  }

  /** The pointer moved to a place: once it rests, say which pixel is there. */
  point(place: { lat: number; lon: number } | null): void {
    window.clearTimeout(this.#resting);
    const image = this.app.imageOf(this.app.store.now.image);
    if (!image || !place || this.element.hidden) return;
    this.#resting = window.setTimeout(() => void this.#read(image, place), REST_MS);
  }

  async #read(image: ImageEntry, place: { lat: number; lon: number }): Promise<void> {
    const element = this.#facts.get('At the pointer') as HTMLElement;
    try {
      const { row, column, level_db: level } = await this.app.server.level(image.image, place.lat, place.lon);
      if (row === null || column === null) return setText(element, 'beside the image');
      const { positionForm } = this.app.store.now;
      const where = formatPosition(positionForm, place.lat, place.lon, Math.min(...image.spacing_m));
      setText(
        element,
        `row ${row}, column ${column}: ${level === null ? 'nothing' : `${level.toFixed(1)}\u2009dB`}; ${where}`,
      );
    } catch {
      setText(element, '–');
    }
  }

  #size(image: ImageEntry): string {
    const unit = this.app.store.now.distanceUnit;
    const [along, across] = [image.rows * image.spacing_m[0], image.columns * image.spacing_m[1]];
    return `${formatDistance(unit, along)} × ${formatDistance(unit, across)}`;
  }

  #fact(fact: Fact): [HTMLElement, HTMLElement] {
    const value = h('dd', {});
    this.#facts.set(fact, value);
    return [h('dt', { title: SOURCES[fact] }, fact), value];
  }

  #slider(name: Slider, label: string, min: number, max: number, step: number): HTMLElement {
    const input = h('input', { type: 'range', min, max, step, 'aria-label': label });
    input.addEventListener('input', () => this.app.store.set({ [name]: Number(input.value) }));
    this.#sliders.set(name, input);
    const value = h('output', {});
    this.#values.set(name, value);
    return h('label', { class: 'choice' }, h('span', {}, label), input, value);
  }

  #show(state: Readonly<State>): void {
    for (const [name, input] of this.#sliders) {
      if (Number(input.value) !== state[name]) input.value = String(state[name]);
      const text = name.endsWith('Db') ? `${state[name]}\u2009dB` : `${Math.round(100 * state[name])}\u2009%`;
      setText(this.#values.get(name) as HTMLElement, text);
    }
    this.#swipe.hidden = state.against === null;
    if (this.#others.value !== String(state.against ?? '')) this.#others.value = String(state.against ?? '');
  }

  /** Offer the images that lie at the same place. */
  #offer(shown: ImageEntry): void {
    const others = this.app.images.filter((image) => image.image !== shown.image && overlap(image, shown));
    const key = [shown.image, ...others.map(({ image }) => image)].join();
    if (key === this.#offered) return;
    this.#offered = key;
    const option = (value: string, label: string): HTMLOptionElement => h('option', { value }, label);
    const words = ({ image, begin_ms: ms }: ImageEntry): string => `${image} · ${formatDate(ms)} ${formatTime(ms)}`;
    this.#others.replaceChildren(
      option('', others.length > 0 ? 'none' : 'no other image lies here'),
      ...others.map((image) => option(String(image.image), words(image))),
    );
    this.#others.disabled = others.length === 0;
    this.#others.value = String(this.app.store.now.against ?? '');
  }
}

function spacing({ spacing_m: [row, column] }: ImageEntry): string {
  const metres = (value: number): string => `${Number(value.toPrecision(3))}\u2009m`;
  return row === column ? metres(row) : `${metres(row)} by ${metres(column)}`;
}

/** Do the boxes around two images share a point? */
export function overlap(one: Pick<ImageEntry, 'corners'>, other: Pick<ImageEntry, 'corners'>): boolean {
  return [0, 1].every((axis) => {
    const [a, b] = [one, other].map(({ corners }) => corners.map((corner) => corner[axis]));
    return Math.min(...a) <= Math.max(...b) && Math.min(...b) <= Math.max(...a);
  });
}
