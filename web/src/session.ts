/** Session: one mission on the screen, with its clock, its history and the picture made of them. */
import type { AnyBlock } from './blocks';
import type { Chunk } from './chunk';
import { Clock } from './clock';
import { Formations } from './formations';
import { History } from './history';
import { Moment } from './moment';
import { Pace } from './pace';
import { FORGET_MS, Picture } from './picture';
import { Platform } from './platform';
import type { Mission, Server, Status } from './server';

/** The revisit where the mission does not say it. */
const DEFAULT_REVISIT_S = 30;
const NEED_EVERY_MS = 150;
/** How far history is kept at hand behind and before the clock, s; before it grows with the pace. */
const BEHIND_S = 600;
const AHEAD_S = 60;
/** A picture waits for its rows this long, ms, before it is drawn without them. */
const HOLD_MS = 150;
/** The history around a moment is asked for when the clock has rested there this long, ms: a drag goes on. */
const REST_MS = 200;

/** How far back a picture reaches. */
export interface Reach {
  /** All plots since this time are shown, ms; null: those of the last `fadeS`. */
  integrateSinceMs: number | null;
  trailS: number;
  fadeS: number;
}

export class Session {
  readonly clock = new Clock();
  readonly history: History;
  readonly picture: Picture;
  readonly formations: Formations;
  readonly platform: Platform;
  readonly pace = new Pace();
  status: Status | null = null;
  /** Browser's time of the last status, ms. */
  statusAt = 0;
  connected = false;
  #neededAt = -Infinity;
  #moment: Moment;
  /** Rows that stand in for the chunks, and the browser's time since when, ms. */
  #bridged: Chunk | null = null;
  #bridgedAt = -Infinity;
  /** Of where the pointer rests on the timeline: a press there finds its rows at hand. */
  #foreseen: Moment;

  constructor(
    server: Server,
    readonly mission: Mission,
    onChange: () => void,
  ) {
    this.history = new History(server, mission.id, onChange);
    this.#moment = new Moment(server, mission.id, onChange);
    this.#foreseen = new Moment(server, mission.id, () => undefined);
    this.picture = new Picture(this.history);
    this.formations = new Formations(this.history);
    this.platform = new Platform(this.history);
    this.clock.setSpan(mission.begin_ms, mission.end_ms);
  }

  get revisitS(): number {
    return this.mission.revisit_s || DEFAULT_REVISIT_S;
  }

  get isLost(): boolean {
    return this.mission.live && this.clock.mode === 'live' && (!this.connected || this.status?.source === 'lost');
  }

  /** Move everything to the browser's time `now`; says whether the picture may have changed. */
  tick(now: number, reach: Reach): boolean {
    const before = this.clock.t;
    const t = this.clock.tick(now);
    if (Number.isNaN(t)) return false;
    if (now - this.#neededAt > NEED_EVERY_MS) this.need(now, reach);
    this.#bridge(now, reach);
    this.picture.moveTo(t);
    this.platform.moveTo(t, this.revisitS * 1000);
    return t !== before;
  }

  /** Are all rows here that the picture is made of? */
  get isWhole(): boolean {
    return this.isSettled || this.#moment.at(this.clock.t) !== null;
  }

  /** Is the picture better not drawn yet, because its rows will be here in a moment? */
  isWaiting(now: number): boolean {
    return !this.isWhole && now - this.#moment.pendingSince < HOLD_MS;
  }

  /** Fetch the rows of a moment that may be asked for next. */
  foresee(t: number, { integrateSinceMs, trailS, fadeS }: Reach): void {
    if (integrateSinceMs === null && !this.#settledAt(t)) this.#foreseen.ask(t, trailS, fadeS);
  }

  /** Ask for what the picture needs around the clock: after a jump its own rows first, then those around it. */
  need(now: number, reach: Reach): void {
    const { t, pace, end, begin } = this.clock;
    this.#neededAt = now;
    this.#bridge(now, reach);
    if (this.#bridged ? now - this.#bridgedAt < REST_MS : !this.isWhole && this.#moment.isPending) return;
    const from = Math.min(t - BEHIND_S * 1000, reach.integrateSinceMs ?? Infinity);
    const ahead = AHEAD_S * Math.max(1, Math.min(30, pace)) * 1000;
    this.history.need(t, Math.max(begin, from), t + ahead, end, now);
  }

  /** Are the chunks here that the picture reaches back to? */
  get isSettled(): boolean {
    return this.#settledAt(this.clock.t);
  }

  #settledAt(t: number): boolean {
    return this.history.covers(Math.max(this.clock.begin, t - FORGET_MS), t);
  }

  /** Until the chunks around a moment are here, the picture is made of the moment's own rows. */
  #bridge(now: number, { integrateSinceMs, trailS, fadeS }: Reach): void {
    const { t } = this.clock;
    const needed = integrateSinceMs === null && !this.isSettled;
    if (needed && !this.#moment.at(t) && this.#foreseen.at(t))
      [this.#moment, this.#foreseen] = [this.#foreseen, this.#moment];
    if (needed) this.#moment.ask(t, trailS, fadeS);
    const rows = needed ? this.#moment.at(t) : null;
    if (rows !== this.#bridged) this.#bridgedAt = now;
    this.#bridged = rows;
    this.history.bridge(rows);
  }

  /** Time of the dwell before (-1) or after (1) the clock, or the clock's time moved by `otherwiseMs`. */
  timeOfDwell(direction: 1 | -1, otherwiseMs: number): number {
    const { t } = this.clock;
    const span = this.revisitS * 1000;
    let found = NaN;
    for (const chunk of this.history.between(t - span, t + span)) {
      const { filed } = chunk.dwells;
      const row = direction > 0 ? chunk.dwells.countUntil(t + 0.5) : chunk.dwells.countUntil(t - 0.5) - 1;
      const inside = row >= 0 && row < chunk.dwells.count;
      if (inside && !(Math.abs(found - t) < Math.abs(filed[row] - t))) found = filed[row];
    }
    return Number.isNaN(found) ? t + direction * otherwiseMs : found;
  }

  takeLive(blocks: readonly AnyBlock[]): void {
    this.history.takeLive(blocks);
    for (const block of blocks) {
      const times = block.columns.time_ms;
      if (block.count > 0) this.clock.end = Math.max(this.clock.end, times[times.length - 1]);
      // What comes late, behind the clock, is in no step forward any more.
      if (block.kind === 'tracks' && block.count > 0 && times[0] < this.picture.t) this.picture.refresh();
    }
  }

  takeStatus(status: Status, now: number): void {
    this.status = status;
    this.statusAt = now;
    if (status.time_ms === null) return;
    this.clock.end = Math.max(this.clock.end, status.time_ms);
    if (!this.mission.live) return;
    if (status.source === 'lost') this.clock.loseSource();
    else {
      this.pace.observe(status.time_ms, now);
      this.clock.observeSource(status.time_ms, now, this.pace.rate(status.rate || 1));
    }
  }
}
