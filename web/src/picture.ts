/**
 * Picture: which tracks there are at the time of the clock, each with its last row, kept up to date row by row.
 *
 * A track at t is its last row filed at or before t, unless that row says lost. Going on in time costs the rows
 * passed; going anywhere else is one pass over the chunks that reach back `FORGET_MS`.
 */
import { Chunk, TrackState, classOf, stateOf } from './chunk';
import type { History } from './history';
import { mercatorPerMetre } from './mercator';
import { VertexRun } from './vertices';

/** A track without any row for this long is no longer in the picture. */
export const FORGET_MS = 600_000;

/**
 * Floats of a mover: place (4), velocity on the plane a second (2), time and supported time (s after the epoch),
 * covariance (3, m2), plane per metre, state + 256 class, mark.
 */
export const MOVER_FLOATS = 14;
const E7 = 1e-7;

export const Mark = { none: 0, filtered: 1, hovered: 2, selected: 3 } as const;

/** Where a mover is drawn, on the plane, and what that rests on. */
export interface Drawn {
  x: number;
  y: number;
  /** Seconds since the last plot behind it. */
  unsupported: number;
}

export interface Mover {
  track: number;
  timeMs: number;
  supportedMs: number;
  lon: number;
  lat: number;
  velocityEast: number;
  velocityNorth: number;
  covariance: readonly [eastEast: number, eastNorth: number, northNorth: number];
  classProbability: number;
  /** Chance that it is the vehicle that it was ten minutes ago; NaN unknown. */
  sameVehicle: number;
  plotCount: number;
  /** It was in at its last update; 0 for none. */
  formation: number;
  state: number;
  targetClass: number;
  simulated: boolean;
}

export class Picture {
  t = NaN;
  /** Times of `movers` count from here, ms. */
  epoch = 0;
  readonly movers = new VertexRun(MOVER_FLOATS);
  readonly tracks: number[] = [];
  /** Grows whenever a row enters or leaves. */
  version = 0;
  readonly #chunks: Chunk[] = [];
  readonly #rows: number[] = [];
  readonly #slots = new Map<number, number>();
  #marks: (track: number) => number = () => Mark.none;
  #historyVersion = -1;

  constructor(readonly history: History) {}

  get count(): number {
    return this.tracks.length;
  }

  /** Go to a time. */
  moveTo(t: number): void {
    const ahead = t - this.t;
    const stepwise = ahead >= 0 && ahead < FORGET_MS && this.history.version === this.#historyVersion;
    if (stepwise) this.#advance(t);
    else this.#rebuild(t);
    this.t = t;
  }

  /** Read again at the same time, because rows have come that lie before it. */
  refresh(): void {
    this.#historyVersion = -1;
  }

  slotOf(track: number): number | undefined {
    return this.#slots.get(track);
  }

  /** What is known of the track in a slot. */
  mover(slot: number): Mover {
    const columns = this.#chunks[slot].tracks.columns;
    const row = this.#rows[slot];
    return readMover(columns, row);
  }

  /** The formation that the track in a slot is in, 0 for none. */
  formationOf(slot: number): number {
    return this.#chunks[slot].tracks.columns.formation[this.#rows[slot]];
  }

  /** Set by what rule tracks are marked, and mark them all. */
  markBy(rule: (track: number) => number): void {
    this.#marks = rule;
    for (let slot = 0; slot < this.tracks.length; slot += 1) {
      this.movers.data[slot * MOVER_FLOATS + 13] = rule(this.tracks[slot]);
    }
    this.movers.changed(0);
  }

  /** Where the mover of a slot is drawn at t: gliding for at most one revisit after its last support. */
  drawn(slot: number, t: number, revisitS: number): Drawn {
    const data = this.movers.data;
    const at = slot * MOVER_FLOATS;
    const now = (t - this.epoch) / 1000;
    const glide = Math.min(now, data[at + 7] + revisitS) - data[at + 6];
    return {
      x: data[at] + data[at + 2] + data[at + 4] * glide,
      y: data[at + 1] + data[at + 3] + data[at + 5] * glide,
      unsupported: now - data[at + 7],
    };
  }

  #advance(t: number): void {
    for (const chunk of this.history.between(this.t, t)) {
      const until = chunk.tracks.countUntil(t);
      for (let row = chunk.tracks.countUntil(this.t); row < until; row += 1) this.#put(chunk, row);
    }
    this.#dropForgotten(t);
  }

  #rebuild(t: number): void {
    this.movers.clear();
    this.#slots.clear();
    this.tracks.length = this.#chunks.length = this.#rows.length = 0;
    this.epoch = t;
    this.#historyVersion = this.history.version;
    const seen = new Set<number>();
    for (const chunk of this.history.between(t - FORGET_MS, t).reverse()) {
      const { track } = chunk.tracks.columns;
      const until = chunk.tracks.countUntil(t);
      for (let row = chunk.tracks.countUntil(t - FORGET_MS); row < until; row += 1) {
        if (chunk.superseded[row] <= t || seen.has(track[row])) continue;
        seen.add(track[row]);
        this.#put(chunk, row);
      }
    }
    this.version += 1;
  }

  #put(chunk: Chunk, row: number): void {
    const { columns } = chunk.tracks;
    const track = columns.track[row];
    const known = this.#slots.get(track);
    this.version += 1;
    if (stateOf(columns.flags[row]) === TrackState.lost) {
      if (known !== undefined) this.#remove(known);
      return;
    }
    const slot = known ?? this.tracks.length;
    if (known === undefined) {
      this.movers.next();
      this.#slots.set(track, slot);
      this.tracks.push(track);
    }
    this.#chunks[slot] = chunk;
    this.#rows[slot] = row;
    this.#pack(slot);
  }

  #pack(slot: number): void {
    const chunk = this.#chunks[slot];
    const row = this.#rows[slot];
    const { columns } = chunk.tracks;
    const { data } = this.movers;
    const at = slot * MOVER_FLOATS;
    const perMetre = mercatorPerMetre(columns.lat_e7[row] * E7);
    chunk.copyPlace(row, data, at);
    data[at + 4] = columns.velocity_east_mps[row] * perMetre;
    data[at + 5] = -columns.velocity_north_mps[row] * perMetre;
    data[at + 6] = (columns.time_ms[row] - this.epoch) / 1000;
    data[at + 7] = (columns.supported_ms[row] - this.epoch) / 1000;
    data[at + 8] = columns.cov_ee_m2[row];
    data[at + 9] = columns.cov_en_m2[row];
    data[at + 10] = columns.cov_nn_m2[row];
    data[at + 11] = perMetre;
    data[at + 12] = stateOf(columns.flags[row]) + 256 * classOf(columns.flags[row]);
    data[at + 13] = this.#marks(columns.track[row]);
    this.movers.changed(slot);
  }

  /** Take a slot out; the last one takes its place. */
  #remove(slot: number): void {
    const last = this.tracks.length - 1;
    this.#slots.delete(this.tracks[slot]);
    if (slot !== last) {
      this.tracks[slot] = this.tracks[last];
      this.#chunks[slot] = this.#chunks[last];
      this.#rows[slot] = this.#rows[last];
      this.#slots.set(this.tracks[slot], slot);
      this.movers.data.copyWithin(slot * MOVER_FLOATS, last * MOVER_FLOATS, (last + 1) * MOVER_FLOATS);
      this.movers.changed(slot);
    }
    this.tracks.length = this.#chunks.length = this.#rows.length = last;
    this.movers.count = last;
    this.version += 1;
  }

  #nextCheck = 0;

  #dropForgotten(t: number): void {
    if (t < this.#nextCheck && t > this.#nextCheck - 2 * FORGET_MS) return;
    this.#nextCheck = t + FORGET_MS / 60;
    for (let slot = this.tracks.length - 1; slot >= 0; slot -= 1) {
      const filed = this.#chunks[slot].tracks.filed[this.#rows[slot]];
      if (t - filed > FORGET_MS) this.#remove(slot);
    }
  }
}

function readMover(columns: Chunk['tracks']['columns'], row: number): Mover {
  return {
    track: columns.track[row],
    timeMs: columns.time_ms[row],
    supportedMs: columns.supported_ms[row],
    lon: columns.lon_e7[row] * E7,
    lat: columns.lat_e7[row] * E7,
    velocityEast: columns.velocity_east_mps[row],
    velocityNorth: columns.velocity_north_mps[row],
    covariance: [columns.cov_ee_m2[row], columns.cov_en_m2[row], columns.cov_nn_m2[row]],
    classProbability: columns.class_probability[row],
    sameVehicle: columns.same_vehicle[row],
    plotCount: columns.plot_count[row],
    formation: columns.formation[row],
    state: stateOf(columns.flags[row]),
    targetClass: classOf(columns.flags[row]),
    simulated: (columns.flags[row] >>> 16) % 2 === 1,
  };
}
