/** Convoy: what is known of the selected formation, who is in it, and what happened to it. */
import type { App } from '../app';
import { h, icon, setText } from '../dom';
import {
  type Formation,
  arrivalAt,
  type FormationEvent,
  FormationState,
  KINDS,
  countText,
  isStanding,
  membersOf,
  speedOf,
} from '../formations';
import type { Session } from '../session';
import type { State } from '../state';
import { formatBearing, formatDistance, formatDuration, formatPosition, formatSpeed, formatTime } from '../units';
import { classWord } from '../words';

const CROSS = 'M6 6l12 12M18 6L6 18';
const DEGREES = Math.PI / 180;

const FACTS = [
  'Vehicles',
  'Tracks in it',
  'Laid out',
  'Length',
  'Spacing',
  'Speed',
  'Heading',
  'Class',
  'State',
  'Position',
  'At the pointer',
] as const;
type Fact = (typeof FACTS)[number];

/** Where each number comes from, said on hover. */
const SOURCES: Readonly<Record<Fact, string>> = {
  Vehicles: 'Likeliest number, and between which it lies with 90 %; from how many were seen at each look',
  'Tracks in it': 'Tracks that belong to it now',
  'Laid out': 'A column goes along its longer axis, a line across it',
  Length: 'From the first vehicle to the last, the tracks’ errors taken out',
  Spacing: 'Length by the number of vehicles',
  Speed: 'Mean over its tracks',
  Heading: 'Of that mean velocity, clockwise from true north',
  Class: 'Commonest class of its tracks, and how many are of it',
  State:
    'Held while its vehicles are seen; coasting while they are not; with the probability that it is none of chance',
  Position: 'Of its middle',
  'At the pointer':
    'When its first and its last vehicle pass where the pointer is on the map, if it goes straight on; between the outer times with 90 %',
};

export class Convoy {
  readonly element: HTMLElement;
  readonly #title = h('h2', { 'aria-live': 'polite' });
  readonly #facts = new Map<Fact, HTMLElement>();
  readonly #members = h('p', { class: 'members' });
  readonly #events = h('ol', { class: 'events' });

  constructor(readonly app: App) {
    const close = h(
      'button',
      { class: 'square', 'aria-label': 'Close', title: 'Close (Esc)', onclick: () => app.selectFormation(null) },
      icon(CROSS),
    );
    const list = h('dl', {}, ...FACTS.flatMap((fact) => this.#fact(fact)));
    const show = h('button', { onclick: () => app.showFormation(app.store.now.formation ?? 0) }, 'Show');
    this.element = h(
      'aside',
      { class: 'details', 'aria-label': 'Details of the selected formation', hidden: true },
      h('header', {}, this.#title, close),
      list,
      h('h3', {}, 'Tracks'),
      this.#members,
      h('h3', {}, 'Events'),
      this.#events,
      h('div', { class: 'actions' }, show),
    );
  }

  refresh(session: Session): void {
    const chosen = this.app.store.now.formation;
    this.element.hidden = chosen === null;
    if (chosen === null) return;
    const { t } = session.clock;
    setText(this.#title, `Formation ${chosen}`);
    const formation = session.formations.at(t).find((one) => one.formation === chosen);
    if (formation) this.#show(formation);
    else for (const fact of FACTS) this.#set(fact, fact === 'State' ? 'not in the picture at this time' : '–');
    const slots = (formation && membersOf(session.picture).get(chosen)) ?? [];
    this.#showMembers(slots.map((slot) => session.picture.tracks[slot]));
    this.#showEvents(session.formations.events(chosen, t), t);
  }

  onState(state: Readonly<State>, before: Readonly<State>): void {
    if (state.formation !== before.formation && this.app.session) this.refresh(this.app.session);
  }

  #fact(fact: Fact): [HTMLElement, HTMLElement] {
    const value = h('dd', {});
    this.#facts.set(fact, value);
    return [h('dt', { title: SOURCES[fact] }, fact), value];
  }

  #set(fact: Fact, text: string): void {
    const element = this.#facts.get(fact);
    if (element) setText(element, text);
  }

  #show(formation: Formation): void {
    const { speedUnit, distanceUnit, positionForm } = this.app.store.now;
    const { velocityEast, velocityNorth, lat, lon, lengthM } = formation;
    const standing = isStanding(formation);
    this.#set('Vehicles', countText(formation));
    this.#set('Tracks in it', String(formation.members));
    this.#set('Laid out', KINDS[formation.kind] ?? 'group');
    this.#set('Length', lengthM < 20 ? 'not told apart' : formatDistance(distanceUnit, lengthM));
    this.#set('Spacing', lengthM < 20 ? '–' : formatDistance(distanceUnit, formation.spacingM));
    this.#set('Speed', standing ? 'not moving as far as seen' : formatSpeed(speedUnit, speedOf(formation)));
    this.#set('Heading', standing ? '–' : formatBearing(Math.atan2(velocityEast, velocityNorth) / DEGREES));
    this.#set('Class', `${classWord(formation.targetClass)}, ${Math.round(100 * formation.classShare)}\u2009%`);
    const held = formation.state === FormationState.coasting ? 'coasting' : 'held';
    const simulated = formation.simulated ? ', simulated' : '';
    this.#set('State', `${held}${simulated}, ${Math.round(100 * formation.probability)}\u2009%`);
    this.#set('Position', formatPosition(positionForm, lat, lon, Math.max(50, lengthM / 4)));
    this.#set('At the pointer', arrivalText(formation, this.app.pointer));
  }

  #showMembers(tracks: readonly number[]): void {
    const known = [...this.#members.children].map((child) => child.textContent).join();
    if (known === tracks.map(String).join()) return;
    this.#members.replaceChildren(
      ...tracks.map((track) => h('button', { class: 'link', onclick: () => this.app.select(track) }, String(track))),
    );
  }

  #showEvents(events: readonly FormationEvent[], t: number): void {
    this.#events.replaceChildren(
      ...events.slice(0, 12).map(({ timeMs, word, other }) => {
        const with_ =
          other > 0
            ? h('button', { class: 'link', onclick: () => this.app.selectFormation(other) }, String(other))
            : null;
        const ago = formatDuration((t - timeMs) / 1000);
        return h(
          'li',
          {},
          `${formatTime(timeMs)} `,
          word,
          other > 0 ? ' ' : '',
          with_,
          h('span', { class: 'quiet' }, ` ${ago} ago`),
        );
      }),
    );
  }
}

/** "06:12 to 06:14 (06:05 to 06:25)". */
function arrivalText(formation: Formation, pointer: { lat: number; lon: number } | null): string {
  if (!pointer) return 'point at the map';
  const arrival = arrivalAt(formation, pointer);
  if (!arrival) return 'its way does not lead there';
  const clock = (ms: number): string => formatTime(ms).slice(0, 5);
  const { headMs, tailMs, earlyMs, lateMs } = arrival;
  return `${clock(headMs)} to ${clock(tailMs)} (${clock(earlyMs)} to ${clock(lateMs)}) UTC`;
}
