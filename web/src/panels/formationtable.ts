/** Formation table: every formation of the picture in words, beside the table of tracks. */
import type { App } from '../app';
import { h, setText } from '../dom';
import { type Formation, FormationState, KINDS, countText, isStanding, speedOf } from '../formations';
import type { Session } from '../session';
import { formatBearing, formatDistance, formatSpeed } from '../units';
import { classWord } from '../words';

const HEADS = ['Formation', 'Vehicles', 'State', 'Laid out', 'Length', 'Speed', 'Heading', 'Class', 'Probability'];
const DEGREES = Math.PI / 180;

export class FormationTable {
  readonly element: HTMLElement;
  readonly #rows = h('div', { role: 'rowgroup' });
  readonly #none = h('p', { class: 'none' }, 'No formations at this time.');

  constructor(readonly app: App) {
    const heads = h(
      'div',
      { role: 'row', class: 'row heads' },
      ...HEADS.map((label) => h('div', { role: 'columnheader', class: 'cell' }, label)),
    );
    this.element = h(
      'div',
      { class: 'grid formations', role: 'grid', 'aria-label': 'Formations', hidden: true },
      heads,
      this.#rows,
      this.#none,
    );
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
  }

  refresh(session: Session): void {
    if (this.element.hidden) return;
    const formations = session.formations.at(session.clock.t).sort((a, b) => b.count - a.count);
    this.#none.hidden = formations.length > 0;
    while (this.#rows.children.length < formations.length) this.#rows.append(this.#row());
    [...this.#rows.children].forEach((element, number) => {
      const row = element as HTMLElement;
      row.hidden = number >= formations.length;
      if (!row.hidden) this.#write(row, formations[number]);
    });
  }

  #row(): HTMLElement {
    const cells = HEADS.map(() => h('div', { role: 'gridcell', class: 'cell' }));
    const row = h('div', { role: 'row', class: 'row', tabindex: 0 }, ...cells);
    row.addEventListener('click', () => this.#choose(row));
    return row;
  }

  #write(row: HTMLElement, formation: Formation): void {
    const { speedUnit, distanceUnit, formation: chosen } = this.app.store.now;
    const heading = formatBearing(Math.atan2(formation.velocityEast, formation.velocityNorth) / DEGREES);
    const texts = [
      String(formation.formation),
      countText(formation),
      formation.state === FormationState.coasting ? 'coasting' : 'held',
      KINDS[formation.kind] ?? 'group',
      formation.lengthM < 20 ? '–' : formatDistance(distanceUnit, formation.lengthM),
      isStanding(formation) ? '–' : formatSpeed(speedUnit, speedOf(formation)),
      isStanding(formation) ? '–' : heading,
      classWord(formation.targetClass),
      `${Math.round(100 * formation.probability)}\u2009%`,
    ];
    row.dataset.formation = String(formation.formation);
    row.setAttribute('aria-selected', String(formation.formation === chosen));
    texts.forEach((text, number) => setText(row.children[number] as HTMLElement, text));
  }

  #choose(row: HTMLElement): void {
    const formation = Number(row.dataset.formation);
    this.app.selectFormation(formation);
    this.app.showFormation(formation);
  }

  /** Arrows go from row to row, Enter chooses. */
  #onKey(event: KeyboardEvent): void {
    const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('[data-formation]') : null;
    if (!row) return;
    const beside = event.key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling;
    if (event.key === 'Enter') this.#choose(row);
    else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && beside instanceof HTMLElement) {
      if (!beside.hidden) beside.focus();
    } else return;
    event.preventDefault();
  }
}
