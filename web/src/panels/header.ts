/** Header: the marking, the mission, how its source is, the time, and where to find things. */
import type { App } from '../app';
import { h, icon, setText } from '../dom';
import type { Mission, Status } from '../server';
import type { Session } from '../session';
import type { State } from '../state';
import { formatDate, formatDuration, formatTime } from '../units';

const SUN =
  'M12 4V2m0 20v-2m8-8h2M2 12h2m13.7-5.7 1.4-1.4M4.9 19.1l1.4-1.4m11.4 0 1.4 1.4M4.9 4.9l1.4 1.4M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8';
/** Background of the banner by level of marking, as in common use; the words stand beside it. */
const MARKING_LEVELS = 5;
const LONGEST_LAG_S = 43_200;
/** A radar that looks at all sends something at least this often. */
const SILENT_S = 15;

export class Header {
  readonly element: HTMLElement;
  readonly #banner = h('div', { class: 'marking', role: 'status', 'aria-label': 'Marking' });
  readonly #mission = h('select', { class: 'mission', 'aria-label': 'Mission' });
  readonly #dot = h('span', { class: 'dot' });
  readonly #source = h('span', { class: 'source-text' });
  readonly #time = h('time', { class: 'clock-time' });
  readonly #date = h('span', { class: 'clock-date' });

  constructor(readonly app: App) {
    this.#mission.addEventListener('change', () => this.#chooseMission());
    const theme = (): void => app.store.set({ theme: app.store.now.theme === 'dark' ? 'light' : 'dark' });
    const bar = h(
      'div',
      { class: 'bar' },
      h('span', { class: 'name' }, 'Sidelook'),
      this.#mission,
      h('span', { class: 'source', 'aria-live': 'polite' }, this.#dot, this.#source),
      h(
        'span',
        { class: 'clock', title: 'Time of the picture' },
        this.#date,
        this.#time,
        h('abbr', { title: 'Coordinated Universal Time' }, 'UTC'),
      ),
      h('span', { class: 'space' }),
      h(
        'button',
        {
          class: 'find-button',
          onclick: () => app.find.open(),
          title: 'Track, place, latitude and longitude, MGRS (F)',
        },
        'Find',
        h('kbd', {}, 'F'),
      ),
      h(
        'button',
        { class: 'square', onclick: theme, title: 'Dark or light', 'aria-label': 'Dark or light' },
        icon(SUN),
      ),
      h(
        'button',
        { class: 'square', onclick: () => app.help.toggle(), title: 'All keys (?)', 'aria-label': 'Help' },
        '?',
      ),
    );
    this.element = h('header', { class: 'header' }, this.#banner, bar);
    setText(this.#banner, '\u00a0');
  }

  refreshMissions(): void {
    const options = this.app.missions.map((mission) => h('option', { value: mission.id }, missionLabel(mission)));
    this.#mission.replaceChildren(...options);
    this.#mission.hidden = options.length === 0;
    this.#mission.value = this.app.session?.mission.id ?? '';
  }

  refresh(session: Session, now: number): void {
    setText(this.#time, formatTime(session.clock.t));
    setText(this.#date, formatDate(session.clock.t));
    const { kind, text } = sourceState(session, now);
    this.#dot.dataset.kind = kind;
    setText(this.#source, text);
    document.body.dataset.source = kind;
    const { status, mission } = session;
    this.#showMarking(status?.marking ?? mission.marking ?? null, status?.simulated ?? mission.simulated);
  }

  onState(state: Readonly<State>, before: Readonly<State>): void {
    if (state.mission !== before.mission) this.#mission.value = state.mission ?? '';
  }

  #chooseMission(): void {
    this.app.store.set({ camera: null, timeMs: null, selected: null });
    void this.app.openMission(this.#mission.value);
  }

  #showMarking(marking: { text: string; level: number } | null, simulated: boolean): void {
    const words = marking ? marking.text : 'NO MARKING READ';
    this.#banner.dataset.level = marking ? String(Math.max(0, Math.min(MARKING_LEVELS - 1, marking.level))) : 'unread';
    setText(this.#banner, simulated ? `${words} · SIMULATED` : words);
  }
}

function missionLabel(mission: Mission): string {
  return `${mission.name} · ${formatDate(mission.begin_ms)}${mission.live ? ' · live' : ''}`;
}

/** How far a recording is worked through, while it is. */
function progressWords(status: Status | null): string {
  const progress = status?.source === 'file' ? (status.progress ?? 1) : 1;
  return progress < 1 ? `${Math.floor(100 * progress)} % worked through · ` : '';
}

/** How old the newest data is; a recording sent as if it were live is of another day. */
function behindWords(milliseconds: number | null): string {
  const seconds = Math.max(0, (milliseconds ?? 0) / 1000);
  if (seconds > LONGEST_LAG_S) return 'its clock is not today’s';
  return seconds < 100 ? `${seconds.toFixed(1)}\u2009s behind` : `${formatDuration(seconds)} behind`;
}

/** What there is to say about where the picture comes from. */
function sourceState(session: Session, now: number): { kind: string; text: string } {
  const { clock, mission, status, connected } = session;
  if (clock.mode === 'replay') {
    const lag = mission.live ? `, ${formatDuration((clock.end - clock.t) / 1000)} behind live` : '';
    return {
      kind: 'replay',
      text:
        progressWords(status) +
        (clock.playing
          ? `replay ${clock.rate >= 1 ? clock.rate : `1/${Math.round(1 / clock.rate)}`}×${lag}`
          : `paused${lag}`),
    };
  }
  const silent = formatDuration((now - session.statusAt) / 1000);
  if (!connected)
    return { kind: 'lost', text: session.statusAt > 0 ? `connection lost ${silent} ago` : 'connecting …' };
  if (status?.source === 'lost')
    return { kind: 'lost', text: `source lost, last data ${formatDuration((status.behind_ms ?? NaN) / 1000)} ago` };
  if (status?.source === 'replay' || status?.source === 'file')
    return {
      kind: 'live',
      text: `playing ${status.source_name || 'a recording'}${status.rate === 1 ? '' : `, ${status.rate}×`}`,
    };
  const still = (now - session.pace.advancedAt) / 1000;
  if (still > SILENT_S) return { kind: 'lost', text: `no new data for ${formatDuration(still)}` };
  return { kind: 'live', text: status ? `live, ${behindWords(status.behind_ms)}` : 'connecting …' };
}
