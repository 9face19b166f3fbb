/** Find: one line for a track's number, a place's name or a position. */
import type { FeatureCollection } from 'geojson';
import type { App } from '../app';
import { h } from '../dom';
import { type Place, findPlaces, readPosition, townsOf } from '../places';
import { formatPosition } from '../units';
import { classWord, stateWord } from '../words';

const MOST = 8;
const POSITION_ZOOM = 12;
const PLACE_ZOOM = 10;

interface Hit {
  label: string;
  detail: string;
  go: () => void;
}

export class Find {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #list = h('ul', { role: 'listbox', id: 'find-list', 'aria-label': 'Found' });
  #hits: Hit[] = [];
  #active = 0;
  #towns: Place[] | null = null;

  constructor(readonly app: App) {
    this.#input = h('input', {
      type: 'search',
      role: 'combobox',
      'aria-expanded': 'true',
      'aria-controls': 'find-list',
      'aria-label': 'Find',
      spellcheck: 'false',
      placeholder: 'Track, place, 47.1 9.5, 32TNT 123 456',
      oninput: () => this.#search(),
    });
    this.#input.addEventListener('keydown', (event) => this.#onKey(event));
    this.#input.addEventListener('blur', () => window.setTimeout(() => this.close(), 150));
    this.element = h('div', { class: 'find', role: 'search', hidden: true }, this.#input, this.#list);
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  open(): void {
    this.element.hidden = false;
    this.#input.value = '';
    this.#search();
    this.#input.focus();
    void this.#loadTowns();
  }

  close(): void {
    this.element.hidden = true;
  }

  #search(): void {
    const text = this.#input.value.trim();
    this.#hits = [...this.#tracks(text), ...this.#positions(text), ...this.#places(text)].slice(0, MOST);
    this.#active = 0;
    this.#show(text);
  }

  #tracks(text: string): Hit[] {
    const picture = this.app.session?.picture;
    if (!picture || !/^\d+$/.test(text)) return [];
    const numbers = picture.tracks.filter((track) => String(track).startsWith(text)).sort((a, b) => a - b);
    if (numbers.length === 0)
      return [
        { label: `Track ${text}`, detail: 'not in the picture at this time', go: () => this.app.select(Number(text)) },
      ];
    return numbers.slice(0, 5).map((track) => {
      const mover = picture.mover(picture.slotOf(track) ?? 0);
      const go = (): void => {
        this.app.select(track);
        this.app.showTrack(track);
      };
      return { label: `Track ${track}`, detail: `${stateWord(mover.state)}, ${classWord(mover.targetClass)}`, go };
    });
  }

  #positions(text: string): Hit[] {
    const place = readPosition(text);
    if (!place) return [];
    const form = this.app.store.now.positionForm === 'MGRS' ? 'lat/lon' : 'MGRS';
    const go = (): void => this.app.view?.goTo(place.lat, place.lon, POSITION_ZOOM);
    return [
      {
        label: formatPosition('lat/lon', place.lat, place.lon, 1),
        detail: formatPosition(form, place.lat, place.lon, 10),
        go,
      },
    ];
  }

  #places(text: string): Hit[] {
    return findPlaces(text, this.app.base?.cities ?? [], this.#towns ?? [], MOST).map(
      ({ label, detail, lat, lon }) => ({
        label,
        detail,
        go: () => this.app.view?.goTo(lat, lon, PLACE_ZOOM),
      }),
    );
  }

  #show(text: string): void {
    const items = this.#hits.map((hit, number) =>
      h(
        'li',
        {
          role: 'option',
          id: `find-${number}`,
          'aria-selected': String(number === this.#active),
          onmousedown: () => this.#choose(number),
        },
        h('span', {}, hit.label),
        h('small', {}, hit.detail),
      ),
    );
    const nothing = text.length > 1 && items.length === 0 ? [h('li', { class: 'nothing' }, 'Nothing found')] : [];
    this.#list.replaceChildren(...items, ...nothing);
    this.#input.setAttribute('aria-activedescendant', items.length > 0 ? `find-${this.#active}` : '');
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.close();
    else if (event.key === 'Enter') this.#choose(this.#active);
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      this.#active = (this.#active + step + this.#hits.length) % Math.max(1, this.#hits.length);
      this.#show(this.#input.value);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #choose(number: number): void {
    const hit = this.#hits[number];
    if (!hit) return;
    this.app.store.set({ follow: false });
    hit.go();
    this.close();
  }

  /** Names of the server's GeoJSON basemaps, read once. */
  async #loadTowns(): Promise<void> {
    if (this.#towns) return;
    this.#towns = [];
    for (const entry of this.app.basemaps) {
      if (entry.kind !== 'geojson') continue;
      const response = await fetch(new URL(entry.url, document.baseURI), { headers: this.app.server.headers }).catch(
        () => null,
      );
      if (response?.ok) this.#towns.push(...townsOf((await response.json()) as FeatureCollection, entry.name));
    }
    this.#search();
  }
}
