/** Details: what is known of the selected track, and how well. */
import type { App } from '../app';
import { h, icon, setText } from '../dom';
import { Life } from '../life';
import type { Mover } from '../picture';
import { longAxis } from '../roster';
import type { Session } from '../session';
import type { State } from '../state';
import { formatBearing, formatDuration, formatPosition, formatSpeed, formatTime, speedIn } from '../units';
import { classWord, sameVehicleWords, stateWord } from '../words';
import { Spark } from './spark';

const CROSS = 'M6 6l12 12M18 6L6 18';
const RELOAD_MS = 5000;
const DEGREES = Math.PI / 180;

const FACTS = [
  'State',
  'Class',
  'Speed',
  'Heading',
  'Position',
  'Error',
  'Same vehicle',
  'Last plot',
  'Plots',
  'Formation',
  'Since',
] as const;
type Fact = (typeof FACTS)[number];

/** Where each number comes from, said on hover. */
const SOURCES: Readonly<Record<Fact, string>> = {
  State: 'Life of the track, from the tracker',
  Class: 'From the radar’s reports; the share is how sure the tracker is',
  Speed: 'Length of the velocity the tracker estimates, at its last update',
  Heading: 'Direction of that velocity, clockwise from true north',
  Position: 'At the last update, with as many digits as its error deserves',
  Error: 'Half axes of the error ellipse, one sigma: along its long axis, across it',
  'Same vehicle':
    'How sure it is that this is the vehicle that the track was of ten minutes ago, or at its first plot since',
  'Last plot': 'Time of the last plot behind the track',
  Plots: 'Plots the tracker has given to this track so far',
  Formation: 'The formation that the track was in when formations were last looked for',
  Since: 'First row of this track',
};

export class Details {
  readonly element: HTMLElement;
  readonly #title = h('h2', { 'aria-live': 'polite' });
  readonly #facts = new Map<Fact, HTMLElement>();
  readonly #follow: HTMLButtonElement;
  readonly #speed: Spark;
  readonly #heading = new Spark('Heading', (value) => `${value}°`, true);
  life: Life | null = null;
  #loadedAt = -Infinity;
  #loading = false;

  constructor(readonly app: App) {
    const { store } = app;
    this.#speed = new Spark('Speed', (value) => `${value}\u2009${store.now.speedUnit}`, false);
    this.#follow = h(
      'button',
      { onclick: () => store.set({ follow: !store.now.follow }), title: 'Keep it in the middle of the map (G)' },
      'Follow',
    );
    const close = h(
      'button',
      { class: 'square', 'aria-label': 'Close', title: 'Close (Esc)', onclick: () => app.select(null) },
      icon(CROSS),
    );
    const list = h('dl', {}, ...FACTS.flatMap((fact) => this.#fact(fact)));
    const actions = h(
      'div',
      { class: 'actions' },
      this.#follow,
      h('button', { onclick: () => app.showTrack(store.now.selected ?? 0) }, 'Show'),
      h('button', { onclick: () => this.#export('geojson') }, 'GeoJSON'),
      h('button', { onclick: () => this.#export('csv') }, 'CSV'),
    );
    this.element = h(
      'aside',
      { class: 'details', 'aria-label': 'Details of the selected track', hidden: true },
      h('header', {}, this.#title, close),
      list,
      this.#speed.element,
      this.#heading.element,
      actions,
    );
    this.#showSwitches(store.now);
  }

  refresh(session: Session): void {
    const { selected } = this.app.store.now;
    this.element.hidden = selected === null;
    if (selected === null) return;
    const slot = session.picture.slotOf(selected);
    setText(this.#title, `Track ${selected}`);
    if (slot === undefined) this.#sayGone();
    else this.#show(session.picture.mover(slot), session);
    void this.#load(session, selected);
    if (this.life?.track === selected) this.#draw(this.life, session.clock.t);
  }

  onState(state: Readonly<State>, before: Readonly<State>): void {
    if (state.selected !== before.selected) {
      this.life = null;
      this.#loadedAt = -Infinity;
      if (this.app.session) this.refresh(this.app.session);
    }
    this.#showSwitches(state);
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

  #show(mover: Mover, session: Session): void {
    const { speedUnit, positionForm } = this.app.store.now;
    const { velocityEast: east, velocityNorth: north, covariance } = mover;
    const sigma = longAxis(covariance);
    const age = (session.clock.t - mover.supportedMs) / 1000;
    const late = age > 1.15 * session.revisitS;
    this.#set(
      'State',
      `${stateWord(mover.state)}${mover.simulated ? ', simulated' : ''}${late && mover.state !== 3 ? ', not seen since' : ''}`,
    );
    this.#set(
      'Class',
      `${classWord(mover.targetClass)}${mover.classProbability > 0 ? `, ${Math.round(100 * mover.classProbability)}\u2009%` : ''}`,
    );
    this.#set(
      'Speed',
      mover.state === 3 ? 'not moving as far as seen' : formatSpeed(speedUnit, Math.hypot(east, north)),
    );
    this.#set('Heading', mover.state === 3 ? '–' : formatBearing(Math.atan2(east, north) / DEGREES));
    this.#set('Position', formatPosition(positionForm, mover.lat, mover.lon, sigma));
    this.#set('Error', `±\u2009${Math.round(sigma)} × ${Math.round(shortAxis(covariance))}\u2009m`);
    this.#set('Same vehicle', sameVehicleWords(mover.sameVehicle));
    this.#set('Last plot', `${formatTime(mover.supportedMs)} UTC, ${formatDuration(Math.max(0, age))} ago`);
    this.#set('Plots', String(mover.plotCount));
    this.#showFormation(mover.formation);
  }

  #showFormation(formation: number): void {
    const element = this.#facts.get('Formation');
    if (!element || element.textContent === String(formation)) return;
    const open = (): void => this.app.selectFormation(formation);
    element.replaceChildren(formation > 0 ? h('button', { class: 'link', onclick: open }, String(formation)) : 'none');
  }

  #sayGone(): void {
    for (const fact of FACTS) this.#set(fact, '–');
    this.#set('State', 'not in the picture at this time');
  }

  #draw(life: Life, t: number): void {
    const { speedUnit } = this.app.store.now;
    const speeds = life.series(t, (row) => speedIn(speedUnit, life.speed(row)));
    this.#speed.draw(speeds.times, speeds.values);
    const headings = life.series(t, (row) => life.headingDeg(row));
    this.#heading.draw(headings.times, headings.values);
    const [first] = speeds.times;
    this.#set('Since', first === undefined ? '–' : `${formatTime(first)} UTC, ${formatDuration((t - first) / 1000)}`);
  }

  async #load(session: Session, track: number): Promise<void> {
    const now = performance.now();
    const wait = session.mission.live ? RELOAD_MS : Infinity;
    if (this.#loading || (this.life?.track === track && now - this.#loadedAt < wait)) return;
    this.#loading = true;
    this.#loadedAt = now;
    try {
      const life = await Life.load(this.app.server, session.mission, track);
      if (this.app.store.now.selected === track) this.life = life;
      this.app.notices.clear('track');
      this.app.change();
    } catch (error) {
      this.app.notices.say('track', error instanceof Error ? error.message : String(error), 'error');
    } finally {
      this.#loading = false;
    }
  }

  #showSwitches(state: Readonly<State>): void {
    this.#follow.setAttribute('aria-pressed', String(state.follow));
  }

  #export(form: 'geojson' | 'csv'): void {
    const { life, app } = this;
    const { session } = app;
    if (!life || !session) return;
    const marking = session.status?.marking.text ?? 'NO MARKING READ';
    const simulated = session.status?.simulated ?? session.mission.simulated;
    const text = form === 'csv' ? life.csv(marking, simulated) : life.geoJson(marking, simulated);
    const url = URL.createObjectURL(new Blob([text], { type: form === 'csv' ? 'text/csv' : 'application/geo+json' }));
    h('a', { href: url, download: `${session.mission.id}-track-${life.track}.${form}` }).click();
    window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

function shortAxis([ee, en, nn]: readonly [number, number, number]): number {
  return Math.sqrt(Math.max(0, 0.5 * (ee + nn) - Math.sqrt(0.25 * (ee - nn) ** 2 + en * en)));
}
