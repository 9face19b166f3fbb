/** Rail: the layers, each with its sign, so that the list is the legend; below it the scale and the pointer's place. */
import type { App } from '../app';
import { BUNDLED_ATTRIBUTION } from '../basemap';
import { h, icon, setText, svg } from '../dom';
import { type LonLat, distanceAndBearing } from '../mercator';
import type { BasemapEntry } from '../server';
import type { Session } from '../session';
import type { Layer, State } from '../state';
import { formatBearing, formatCount, formatDistance, formatPosition } from '../units';

const CHEVRON = 'M9 6l6 6-6 6';
const METRES = { km: 1000, nmi: 1852 } as const;

interface Entry {
  layer: Layer;
  label: string;
  key: string;
  sign: () => SVGSVGElement;
}

const ENTRIES: readonly Entry[] = [
  { layer: 'tracks', label: 'Tracks', key: '', sign: () => sign('ground', 'M3 5 L21 10 L3 15 L7 10 Z', true) },
  { layer: 'trails', label: 'Trails', key: 'R', sign: () => sign('ground', 'M2 14 C8 14 10 6 22 6', false) },
  {
    layer: 'ellipses',
    label: 'Error ellipses',
    key: 'E',
    sign: () => sign('ground', 'M3 13 A10 3 -15 1 1 21 7 A10 3 -15 1 1 3 13', false),
  },
  {
    layer: 'formations',
    label: 'Formations',
    key: '',
    sign: () => sign('quiet', 'M6 6 H18 A4 4 0 0 1 18 14 H6 A4 4 0 0 1 6 6', false),
  },
  { layer: 'plots', label: 'Plots', key: '', sign: () => dots() },
  {
    layer: 'dwells',
    label: 'Where it looks',
    key: 'S',
    sign: () => sign('dwell', 'M4 16 L8 4 A16 16 0 0 1 20 4 L18 16 A14 14 0 0 0 4 16', true),
  },
  {
    layer: 'platform',
    label: 'Aircraft',
    key: '',
    sign: () =>
      sign(
        'quiet',
        'M22 10 L14 9 L9 3 L7 3 L10 9 L5 9 L3 7 L2 7 L3.5 10 L2 13 L3 13 L5 11 L10 11 L7 17 L9 17 L14 11 Z',
        true,
      ),
  },
  { layer: 'images', label: 'Images', key: 'P', sign: () => sign('quiet', 'M4 4 H20 V16 H4 Z', false) },
  { layer: 'truth', label: 'Truth', key: 'W', sign: () => ring('') },
  { layer: 'labels', label: 'Track numbers', key: '', sign: () => word('12') },
  { layer: 'names', label: 'Place names', key: 'N', sign: () => word('Aa') },
];

const STATE_SIGNS: readonly (readonly [string, () => SVGSVGElement])[] = [
  ['confirmed', () => sign('ground', 'M3 5 L21 10 L3 15 L7 10 Z', true)],
  ['tentative', () => sign('ground', 'M8 10 A4 4 0 1 1 16 10 A4 4 0 1 1 8 10', false)],
  ['coasting', () => sign('ground', 'M3 5 L21 10 L3 15 L7 10 Z', false, '3 2.4')],
  ['stopped', () => sign('ground', 'M8 6 H16 V14 H8 Z', false)],
  ['in the air', () => sign('air', 'M4 3 L20 10 L4 17 L12 10 Z', true)],
];

const TRUTH_SIGNS: readonly (readonly [string, () => SVGSVGElement])[] = [
  ['seen at the last look', () => ring('detected')],
  ['looked at, not seen', () => ring('missed')],
  ['too slow to be seen', () => ring('notch')],
  ['masked, or not looked at', () => ring('unseen')],
];

export class Rail {
  readonly element: HTMLElement;
  readonly #boxes = new Map<Layer, HTMLInputElement>();
  readonly #counts = h('p', { class: 'counts' });
  readonly #truth = h(
    'ul',
    { class: 'states one-column', 'aria-label': 'Signs of the truth' },
    ...TRUTH_SIGNS.map(([label, make]) => h('li', {}, make(), label)),
  );
  readonly #modes = h('p', { class: 'modes' });
  readonly #pointer = h('span', { class: 'pointer' });
  readonly #scale = h('span', { class: 'scale' });
  readonly #sources = h('p', { class: 'sources' });
  readonly #body: HTMLElement;
  readonly #toggle: HTMLButtonElement;

  constructor(readonly app: App) {
    this.#toggle = h(
      'button',
      {
        class: 'square rail-toggle',
        title: 'Layers',
        'aria-label': 'Layers',
        onclick: () => app.store.set({ rail: !app.store.now.rail }),
      },
      icon(CHEVRON),
    );
    const layers = ENTRIES.map((entry) => this.#row(entry));
    const states = STATE_SIGNS.map(([label, make]) => h('li', {}, make(), label));
    this.#body = h(
      'div',
      { class: 'rail-body' },
      this.#counts,
      h('ul', { class: 'layers' }, ...layers),
      h('ul', { class: 'states', 'aria-label': 'Signs' }, ...states),
      this.#truth,
      this.#modes,
    );
    this.element = h(
      'div',
      { class: 'left' },
      h('aside', { class: 'rail', 'aria-label': 'Layers' }, this.#toggle, this.#body),
      h('div', { class: 'read-out' }, this.#scale, this.#pointer),
      this.#sources,
    );
    this.showSources([]);
    this.#show(app.store.now);
  }

  refresh(session: Session): void {
    const { picture } = session;
    const formations = session.formations.at(session.clock.t).length;
    const groups = formations > 0 ? `, ${formations} ${formations === 1 ? 'formation' : 'formations'}` : '';
    this.#showTruth();
    const images = this.#boxes.get('images')?.closest('li');
    if (images) images.hidden = this.app.images.length === 0;
    setText(this.#counts, `${formatCount(picture.count)} ${picture.count === 1 ? 'track' : 'tracks'}${groups}`);
    this.#showScale();
  }

  /** The truth is offered where the mission tells it; its signs are explained while it is shown. */
  #showTruth(): void {
    const { truth, store } = this.app;
    const row = this.#boxes.get('truth')?.closest('li');
    if (row) row.hidden = truth === null;
    this.#truth.hidden = truth === null || !store.isShown('truth');
  }

  onState(state: Readonly<State>, before: Readonly<State>): void {
    if (state !== before) this.#show(state);
  }

  /** Say whose map this is. */
  showSources(entries: readonly BasemapEntry[]): void {
    const words = [BUNDLED_ATTRIBUTION, ...new Set(entries.map((entry) => entry.attribution).filter(Boolean))].join(
      ' · ',
    );
    this.#sources.replaceChildren(
      words,
      ' · ',
      h('a', { href: 'LICENSES.txt', target: '_blank', rel: 'noopener' }, 'licences'),
    );
  }

  /** Say where the pointer is, and how far from the aircraft. */
  showPointer(place: LonLat | null): void {
    const { store, view, session } = this.app;
    if (!place) return setText(this.#pointer, '');
    const words = [formatPosition(store.now.positionForm, place.lat, place.lon, 2 * (view?.metresPerPixel ?? 1))];
    const sensor = session?.platform.last?.sensor;
    if (sensor) {
      const { metres, bearingDeg } = distanceAndBearing(sensor, place);
      const distance = formatDistance(store.now.distanceUnit, metres);
      words.push(`${distance}, ${formatBearing(bearingDeg)} from the aircraft`);
    }
    setText(this.#pointer, words.join(' · '));
  }

  #row(entry: Entry): HTMLElement {
    const box = h('input', { type: 'checkbox', onchange: () => this.app.store.toggleLayer(entry.layer) });
    this.#boxes.set(entry.layer, box);
    return h(
      'li',
      {},
      h('label', {}, box, entry.sign(), h('span', {}, entry.label), entry.key ? h('kbd', {}, entry.key) : null),
    );
  }

  #show(state: Readonly<State>): void {
    for (const [layer, box] of this.#boxes) {
      box.checked = !state.hidden.includes(layer);
      box.disabled = state.dotsAlone && layer !== 'names' && layer !== 'plots';
    }
    this.element.classList.toggle('closed', !state.rail);
    this.#toggle.setAttribute('aria-expanded', String(state.rail));
    this.#modes.replaceChildren(...this.#modeWords(state));
  }

  #modeWords(state: Readonly<State>): Node[] {
    const words: Node[] = [];
    const off = (text: string, patch: Partial<State>): void => {
      words.push(
        h('button', { class: 'mode', onclick: () => this.app.store.set(patch), title: 'Switch off' }, text, ' ×'),
      );
    };
    if (state.filter) off(`Only ${state.filter}`, { filter: '' });
    if (state.dotsAlone) off('Dots alone', { dotsAlone: false });
    if (state.integrateSinceMs !== null)
      off(`Dots since ${new Date(state.integrateSinceMs).toISOString().slice(11, 16)} UTC`, { integrateSinceMs: null });
    return words;
  }

  #showScale(): void {
    const { view, store } = this.app;
    if (!view) return;
    const unit = store.now.distanceUnit;
    const { value, pixels } = view.scaleBar(METRES[unit]);
    const text =
      unit === 'km' && value < 1 ? `${Math.round(value * 1000)} m` : `${Number(value.toPrecision(2))} ${unit}`;
    setText(this.#scale, text);
    this.#scale.style.width = `${Math.round(pixels)}px`;
  }
}

function sign(colour: string, path: string, filled: boolean, dash: string | null = null): SVGSVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 24 20', class: `sign ${colour} ${filled ? 'filled' : 'hollow'}`, 'aria-hidden': 'true' },
    svg('path', { d: path, 'stroke-dasharray': dash }),
  );
}

/** A ring, as the truth is drawn. */
function ring(outcome: string): SVGSVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 24 20', class: `sign truth ${outcome}`, 'aria-hidden': 'true' },
    svg('circle', { cx: 12, cy: 10, r: 5 }),
  );
}

function dots(): SVGSVGElement {
  const circles = [4, 10, 16, 21].map((x, number) =>
    svg('circle', { cx: x, cy: 10 + 3 * Math.sin(2 * x), r: 2, opacity: 0.3 + 0.23 * number }),
  );
  return svg('svg', { viewBox: '0 0 24 20', class: 'sign plot filled', 'aria-hidden': 'true' }, ...circles);
}

function word(text: string): SVGSVGElement {
  return svg(
    'svg',
    { viewBox: '0 0 24 20', class: 'sign word', 'aria-hidden': 'true' },
    svg('text', { x: 12, y: 14.5 }, text),
  );
}
