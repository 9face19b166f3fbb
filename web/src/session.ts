/** Session: one mission on the screen, with its clock, its history and the picture made of them. */
import type { AnyBlock } from './blocks';
import { Clock } from './clock';
import { History } from './history';
import { Pace } from './pace';
import { Picture } from './picture';
import { Platform } from './platform';
import type { Mission, Server, Status } from './server';

/** The revisit where the mission does not say it. */
const DEFAULT_REVISIT_S = 30;
const NEED_EVERY_MS = 150;
/** How far history is kept at hand behind and before the clock, s; before it grows with the pace. */
const BEHIND_S = 600;
const AHEAD_S = 60;

export class Session {
  readonly clock = new Clock();
  readonly history: History;
  readonly picture: Picture;
  readonly platform: Platform;
  readonly pace = new Pace();
  status: Status | null = null;
  /** Browser's time of the last status, ms. */
  statusAt = 0;
  connected = false;
  #neededAt = -Infinity;

  constructor(
    server: Server,
    readonly mission: Mission,
    onChange: () => void,
  ) {
    this.history = new History(server, mission.id, onChange);
    this.picture = new Picture(this.history);
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
  tick(now: number, integrateSinceMs: number | null): boolean {
    const before = this.clock.t;
    const t = this.clock.tick(now);
    if (Number.isNaN(t)) return false;
    if (now - this.#neededAt > NEED_EVERY_MS) {
      this.#neededAt = now;
      this.need(now, integrateSinceMs);
    }
    this.picture.moveTo(t);
    this.platform.moveTo(t, this.revisitS * 1000);
    return t !== before;
  }

  /** Ask for what the picture needs around the clock. */
  need(now: number, integrateSinceMs: number | null): void {
    const { t, pace, end, begin } = this.clock;
    const from = Math.min(t - BEHIND_S * 1000, integrateSinceMs ?? Infinity);
    const ahead = AHEAD_S * Math.max(1, Math.min(30, pace)) * 1000;
    this.history.need(t, Math.max(begin, from), t + ahead, end, now);
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
