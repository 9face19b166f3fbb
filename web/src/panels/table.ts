/** Table: the map's twin, every track in words; rows exist only where they are seen, so 10,000 cost as much as 30. */
import type { App } from '../app';
import { h, icon, setText } from '../dom';
import { FilterError, type FilterRow } from '../filter';
import { FormationTable } from './formationtable';
import { ImageTable } from './imagetable';
import { Roster, type SortField } from '../roster';
import type { Session } from '../session';
import type { Sheet, State } from '../state';
import { formatCount, formatPosition } from '../units';

const ROW_PX = 26;
const SPARE_ROWS = 4;
const REFRESH_MS = 1000;
const CROSS = 'M6 6l12 12M18 6L6 18';

interface Column {
  field: SortField;
  label: string;
  text: (row: FilterRow, state: Readonly<State>) => string;
}

const COLUMNS: readonly Column[] = [
  { field: 'track', label: 'Track', text: (row) => String(row.track) },
  { field: 'state', label: 'State', text: (row) => row.state },
  { field: 'class', label: 'Class', text: (row) => row.class },
  { field: 'speed', label: 'Speed', text: (row, state) => `${row.speed}\u2009${state.speedUnit}` },
  {
    field: 'heading',
    label: 'Heading',
    text: (row) => (row.state === 'stopped' ? '–' : `${String(row.heading % 360).padStart(3, '0')}°`),
  },
  { field: 'age', label: 'Last plot', text: (row) => `${row.age}\u2009s ago` },
  { field: 'plots', label: 'Plots', text: (row) => String(row.plots) },
  { field: 'error', label: 'Error', text: (row) => `±\u2009${row.error}\u2009m` },
  {
    field: 'lat',
    label: 'Position',
    text: (row, state) => formatPosition(state.positionForm, row.lat, row.lon, row.error),
  },
];

export class Table {
  readonly element: HTMLElement;
  readonly #roster = new Roster();
  readonly #filter: HTMLInputElement;
  readonly #message = h('span', { class: 'filter-message', role: 'status' });
  readonly #grid: HTMLElement;
  readonly #space = h('div', { class: 'rows' });
  readonly #formations: FormationTable;
  readonly #images: ImageTable;
  readonly #tabs = new Map<Sheet, HTMLElement>();
  readonly #headers = new Map<SortField, HTMLElement>();
  #pool: HTMLElement[] = [];
  #takenAt = -Infinity;
  #active: number | null = null;

  constructor(readonly app: App) {
    this.#filter = h('input', {
      class: 'filter',
      type: 'search',
      'aria-label': 'Filter tracks',
      spellcheck: 'false',
      placeholder: 'speed > 40 and class = wheeled and state = confirmed',
      value: app.store.now.filter,
      oninput: () => this.#setFilter(this.#filter.value),
    });
    const headers = h(
      'div',
      { role: 'row', class: 'row heads', 'aria-rowindex': 1 },
      ...COLUMNS.map((column) => this.#header(column)),
    );
    this.#grid = h(
      'div',
      {
        class: 'grid',
        role: 'grid',
        tabindex: 0,
        'aria-label': 'Tracks',
        'aria-colcount': COLUMNS.length,
      },
      headers,
      this.#space,
    );
    this.#grid.addEventListener('scroll', () => this.#fill());
    this.#grid.addEventListener('keydown', (event) => this.#onKey(event));
    this.#space.addEventListener('click', (event) => this.#onClick(event));
    const close = h(
      'button',
      { class: 'square', 'aria-label': 'Close the table', title: 'Close (T)', onclick: () => this.toggle() },
      icon(CROSS),
    );
    this.#formations = new FormationTable(app);
    this.#images = new ImageTable(app);
    const tabs = h(
      'div',
      { class: 'tabs', role: 'tablist' },
      this.#tab('tracks', 'Tracks'),
      this.#tab('formations', 'Formations'),
      this.#tab('images', 'Images'),
    );
    const top = h('div', { class: 'table-top' }, tabs, this.#filter, this.#message, close);
    this.element = h(
      'section',
      { class: 'table', 'aria-label': 'Table of tracks', hidden: !app.store.now.table },
      top,
      this.#grid,
      this.#formations.element,
      this.#images.element,
    );
    this.#grip();
    this.#showSheet(app.store.now.sheet);
    this.#applyFilter(app.store.now.filter);
  }

  toggle(): void {
    const open = !this.app.store.now.table;
    this.app.store.set({ table: open });
    if (open) this.#grid.focus();
  }

  /** Take the picture anew, once a second while it is read or filters the map. */
  refresh(session: Session): void {
    const { table, filter, speedUnit } = this.app.store.now;
    if (table) this.#formations.refresh(session);
    if (table) this.#images.refresh();
    if (!table && filter === '') return;
    const now = performance.now();
    if (now - this.#takenAt < REFRESH_MS) return;
    this.#takenAt = now;
    this.#roster.take(session.picture, speedUnit);
    this.#show();
  }

  onState(state: Readonly<State>, before: Readonly<State>): void {
    this.element.hidden = !state.table;
    if (state.sheet !== before.sheet) this.#showSheet(state.sheet);
    if (state.filter !== this.#filter.value) this.#filter.value = state.filter;
    if (state.filter !== before.filter) this.#applyFilter(state.filter);
    const other =
      state.speedUnit !== before.speedUnit ||
      state.positionForm !== before.positionForm ||
      state.table !== before.table;
    if (other) this.#takenAt = -Infinity;
    if (state.selected !== before.selected) {
      this.#active = state.selected ?? this.#active;
      this.#scrollToActive();
      this.#fill();
    }
  }

  #tab(sheet: Sheet, label: string): HTMLElement {
    const tab = h('button', { role: 'tab', onclick: () => this.app.store.set({ sheet }) }, label);
    this.#tabs.set(sheet, tab);
    return tab;
  }

  #showSheet(sheet: Sheet): void {
    for (const [name, tab] of this.#tabs) tab.setAttribute('aria-selected', String(name === sheet));
    this.#grid.hidden = this.#filter.hidden = this.#message.hidden = sheet !== 'tracks';
    this.#formations.element.hidden = sheet !== 'formations';
    this.#images.element.hidden = sheet !== 'images';
    this.#images.refresh();
    if (this.app.session) this.#formations.refresh(this.app.session);
    if (sheet === 'tracks') this.#fill();
  }

  #header(column: Column): HTMLElement {
    const button = h('button', { onclick: () => this.#sort(column.field) }, column.label);
    const header = h('div', { role: 'columnheader', class: `cell ${column.field}`, 'aria-sort': 'none' }, button);
    this.#headers.set(column.field, header);
    return header;
  }

  #sort(field: SortField): void {
    this.#roster.sortBy(field);
    this.#show();
  }

  #setFilter(text: string): void {
    this.app.store.set({ filter: text });
  }

  #applyFilter(text: string): void {
    try {
      this.#roster.setFilter(text);
      this.#filter.removeAttribute('aria-invalid');
      this.#takenAt = -Infinity;
      if (text === '') this.app.setFilteredOut(new Set());
    } catch (error) {
      if (!(error instanceof FilterError)) throw error;
      this.#filter.setAttribute('aria-invalid', 'true');
      setText(this.#message, error.message);
    }
  }

  #show(): void {
    const { order, rows, filteredOut, sortField, descending } = this.#roster;
    if (!this.#filter.hasAttribute('aria-invalid')) {
      setText(
        this.#message,
        filteredOut.size > 0 ? `${formatCount(order.length)} of ${formatCount(rows.length)}` : formatCount(rows.length),
      );
    }
    this.app.setFilteredOut(filteredOut);
    for (const [field, header] of this.#headers) {
      header.setAttribute('aria-sort', field !== sortField ? 'none' : descending ? 'descending' : 'ascending');
    }
    this.#grid.setAttribute('aria-rowcount', String(order.length + 1));
    this.#space.style.height = `${order.length * ROW_PX}px`;
    this.#fill();
  }

  /** Write the rows that are in view. */
  #fill(): void {
    if (this.element.hidden) return;
    const first = Math.max(0, Math.floor(this.#grid.scrollTop / ROW_PX) - SPARE_ROWS);
    const count = Math.ceil(this.#grid.clientHeight / ROW_PX) + 2 * SPARE_ROWS;
    const last = Math.min(this.#roster.order.length, first + count);
    while (this.#pool.length < last - first) this.#addRow();
    this.#pool.forEach((element, number) => {
      const index = first + number;
      element.hidden = index >= last;
      if (index < last) this.#write(element, index);
    });
    this.#grid.setAttribute('aria-activedescendant', this.#active === null ? '' : `track-${this.#active}`);
  }

  #write(element: HTMLElement, index: number): void {
    const row = this.#roster.rows[this.#roster.order[index]];
    const { now } = this.app.store;
    element.style.transform = `translateY(${index * ROW_PX}px)`;
    element.id = `track-${row.track}`;
    element.dataset.track = String(row.track);
    element.setAttribute('aria-rowindex', String(index + 2));
    element.setAttribute('aria-selected', String(row.track === now.selected));
    element.classList.toggle('active', row.track === this.#active);
    COLUMNS.forEach((column, number) => setText(element.children[number], column.text(row, now)));
  }

  #addRow(): void {
    const cells = COLUMNS.map((column) => h('div', { role: 'gridcell', class: `cell ${column.field}` }));
    const row = h('div', { role: 'row', class: 'row' }, ...cells);
    this.#pool.push(row);
    this.#space.append(row);
  }

  #onClick(event: MouseEvent): void {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-track]') : null;
    if (row) this.#choose(Number(row.dataset.track));
  }

  #choose(track: number): void {
    this.#active = track;
    this.app.select(track);
    this.app.showTrack(track);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.target !== this.#grid) return;
    const page = Math.max(1, Math.floor(this.#grid.clientHeight / ROW_PX) - 2);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity,
    };
    if (event.key in steps) this.#move(steps[event.key]);
    else if (event.key === 'Enter' && this.#active !== null) this.#choose(this.#active);
    else return;
    event.preventDefault();
  }

  #move(step: number): void {
    const { order, rows } = this.#roster;
    if (order.length === 0) return;
    const to = Math.max(0, Math.min(order.length - 1, this.#activeIndex() + step));
    this.#active = rows[order[to]].track;
    this.#scrollToActive();
    this.#fill();
  }

  #activeIndex(): number {
    const { order, rows } = this.#roster;
    return order.findIndex((index) => rows[index].track === this.#active);
  }

  #scrollToActive(): void {
    const index = this.#activeIndex();
    if (index < 0 || this.element.hidden) return;
    const top = index * ROW_PX;
    const height = this.#grid.clientHeight - 2 * ROW_PX;
    if (top < this.#grid.scrollTop) this.#grid.scrollTop = top;
    else if (top > this.#grid.scrollTop + height) this.#grid.scrollTop = top - height;
  }

  /** Let the upper edge be dragged. */
  #grip(): void {
    const grip = h('div', { class: 'grip', 'aria-hidden': 'true' });
    grip.addEventListener('pointerdown', (down) => {
      const [from, height] = [down.clientY, this.element.clientHeight];
      const move = (event: PointerEvent): void => {
        const wanted = Math.max(120, height + from - event.clientY);
        document.documentElement.style.setProperty('--table', `${wanted}px`);
        this.#fill();
      };
      grip.setPointerCapture(down.pointerId);
      grip.addEventListener('pointermove', move);
      grip.addEventListener('pointerup', () => grip.removeEventListener('pointermove', move), { once: true });
    });
    this.element.prepend(grip);
  }
}
