/** Chunk: five minutes of a mission, as rows to read and as vertices to draw. */
import type { AnyBlock, HistoryBlock } from './blocks';
import { mercatorPerMetre, mercatorX, mercatorY } from './mercator';
import { Rows, orderByTime } from './rows';
import { VertexRun } from './vertices';

export const CHUNK_MS = 300_000;

const DEGREES = Math.PI / 180;
const E7 = 1e-7;

/**
 * Floats of a trail's piece, two ends alike: place (4), time (s after the chunk begins), class, and two of the end's own;
 * the second end, which is the row's, has there how far the track was expected to come from the row before.
 */
export const TRAIL_FLOATS = 16;
const END_FLOATS = TRAIL_FLOATS / 2;
/** A piece between rows farther apart than this, s, would tell of a way that nobody saw. */
const LONGEST_PIECE_S = 300;
/** So many rows are turned into vertices at a time: a few milliseconds. */
const SLICE_ROWS = 8192;
/** Floats of a plot, see `layer/plots.ts`. */
export const PLOT_FLOATS = 6;
/** Floats of a dwell, see `layer/dwells.ts`. */
export const DWELL_FLOATS = 11;

/** Number of the chunk that holds a time. */
export function chunkNumber(timeMs: number): number {
  return Math.floor(timeMs / CHUNK_MS);
}

export const TrackState = { tentative: 0, confirmed: 1, coasting: 2, stopped: 3, lost: 4 } as const;

export function stateOf(flags: number): number {
  return flags & 0xff;
}

export function classOf(flags: number): number {
  return (flags >>> 8) & 0xff;
}

export class Chunk {
  readonly dwells = new Rows('dwells');
  readonly plots = new Rows('plots');
  readonly tracks = new Rows('tracks');
  readonly formations = new Rows('formations');
  readonly trails = new VertexRun(TRAIL_FLOATS);
  readonly plotPoints = new VertexRun(PLOT_FLOATS);
  /** Where the aircraft came from: pieces like those of trails, one a dwell. */
  readonly path = new VertexRun(TRAIL_FLOATS);
  readonly dwellPatches = new VertexRun(DWELL_FLOATS);
  /** Per track row: when the next row of its track is filed, Infinity for the last one of this chunk. */
  superseded = new Float64Array(256);
  readonly #lastRows = new Map<number, number>();
  /** Rows that are the first of their track here. */
  readonly #firstRows: number[] = [];
  #linked: Chunk | null = null;

  constructor(
    readonly number: number,
    readonly begin = number * CHUNK_MS,
    readonly end = begin + CHUNK_MS,
  ) {}

  /**
   * Take in the rows of blocks that belong to this chunk.
   *
   * With `onlyNewer`, rows of a kind that are not newer than what is here are left out: what arrives live overlaps with
   * what was asked for.
   */
  take(blocks: readonly AnyBlock[], onlyNewer: boolean): void {
    for (const _ of this.taking(blocks, onlyNewer));
  }

  /** Take in rows as `take` does, a slice at a time: between slices whoever asks may let other work go first. */
  *taking(blocks: readonly AnyBlock[], onlyNewer: boolean): Generator<void, void> {
    const known: Record<HistoryBlock['kind'], number> = {
      dwells: this.dwells.lastTime,
      plots: this.plots.lastTime,
      tracks: this.tracks.lastTime,
      formations: this.formations.lastTime,
    };
    for (const block of blocks) {
      if (block.kind === 'truth') continue;
      this.#append(block, onlyNewer ? known[block.kind] : -Infinity);
      // Formations are drawn by the map itself.
      if (block.kind !== 'formations') yield* this.#packing(block.kind);
    }
  }

  #append(block: HistoryBlock, after: number): void {
    const from = Math.max(after, this.begin - 1e-3);
    const until = this.end - 1e-3;
    if (block.kind === 'dwells') this.dwells.append(block.columns, orderByTime<'dwells'>(block.columns, from, until));
    else if (block.kind === 'plots') this.plots.append(block.columns, orderByTime<'plots'>(block.columns, from, until));
    else if (block.kind === 'tracks')
      this.tracks.append(block.columns, orderByTime<'tracks'>(block.columns, from, until));
    else this.formations.append(block.columns, orderByTime<'formations'>(block.columns, from, until));
  }

  /** Turn rows that are not vertices yet into such. */
  *#packing(kind: Exclude<HistoryBlock['kind'], 'formations'>): Generator<void, void> {
    const rows = this[kind].count;
    const run = kind === 'dwells' ? this.dwellPatches : kind === 'plots' ? this.plotPoints : this.trails;
    if (run.count === 0) run.reserve(rows);
    if (kind === 'tracks') this.#reserveSuperseded(rows);
    while (run.count < rows) {
      const until = Math.min(rows, run.count + SLICE_ROWS);
      if (kind === 'dwells') this.#packDwells(until);
      else if (kind === 'plots') this.#packPlots(until);
      else this.#packTracks(until);
      yield;
    }
  }

  /** Copy the four floats of the place of a track's row, see `writePlace`. */
  copyPlace(row: number, data: Float32Array, at: number): void {
    const from = this.trails.data;
    const there = row * TRAIL_FLOATS + END_FLOATS;
    for (let float = 0; float < 4; float += 1) data[at + float] = from[there + float];
  }

  /** The last row of a track here. */
  lastRowOf(track: number): number | undefined {
    return this.#lastRows.get(track);
  }

  /** Join the trails of this chunk to those of the one before it. */
  linkTo(before: Chunk): void {
    if (this.#linked === before) return;
    this.#linked = before;
    for (const row of this.#firstRows) this.#joinFirst(row);
    this.trails.changed(0);
    if (this.dwells.count > 0 && before.dwells.count > 0) this.#joinPath(0, before, before.dwells.count - 1);
    this.path.changed(0);
  }

  #packPlots(until: number): void {
    const { lon_e7, lat_e7, time_ms, flags } = this.plots.columns;
    const run = this.plotPoints;
    for (let row = run.count; row < until; row += 1) {
      const at = run.next();
      writePlace(run.data, at, lon_e7[row] * E7, lat_e7[row] * E7);
      run.data[at + 4] = (time_ms[row] - this.begin) / 1000;
      run.data[at + 5] = flags[row] & 0xff;
    }
  }

  #packDwells(until: number): void {
    const columns = this.dwells.columns;
    const run = this.dwellPatches;
    for (let row = run.count; row < until; row += 1) {
      const at = run.next();
      const areaLat = columns.area_lat_e7[row] * E7;
      writePlace(run.data, at, columns.sensor_lon_e7[row] * E7, columns.sensor_lat_e7[row] * E7);
      writePlace(run.data, at + 4, columns.area_lon_e7[row] * E7, areaLat);
      run.data[at + 8] = columns.range_half_extent_m[row] * mercatorPerMetre(areaLat);
      run.data[at + 9] = columns.angle_half_extent_deg[row] * DEGREES;
      run.data[at + 10] = (columns.time_ms[row] - this.begin) / 1000;
      this.#packPath(row);
    }
  }

  #packPath(row: number): void {
    const { sensor_lon_e7, sensor_lat_e7, time_ms } = this.dwells.columns;
    const at = this.path.next();
    const { data } = this.path;
    data.fill(0, at, at + TRAIL_FLOATS);
    writePlace(data, at, sensor_lon_e7[row] * E7, sensor_lat_e7[row] * E7);
    data[at + 4] = (time_ms[row] - this.begin) / 1000;
    data.copyWithin(at + END_FLOATS, at, at + END_FLOATS);
    if (row > 0) this.#joinPath(row, this, row - 1);
    else if (this.#linked && this.#linked.dwells.count > 0)
      this.#joinPath(0, this.#linked, this.#linked.dwells.count - 1);
  }

  #joinPath(row: number, chunk: Chunk, before: number): void {
    const { sensor_lon_e7, sensor_lat_e7, time_ms } = chunk.dwells.columns;
    const at = row * TRAIL_FLOATS;
    writePlace(this.path.data, at, sensor_lon_e7[before] * E7, sensor_lat_e7[before] * E7);
    this.path.data[at + 4] = (time_ms[before] - this.begin) / 1000;
  }

  #packTracks(until: number): void {
    const { track, time_ms, flags, lon_e7, lat_e7 } = this.tracks.columns;
    const { trails: run, superseded } = this;
    const { filed } = this.tracks;
    for (let row = run.count; row < until; row += 1) {
      const at = run.next();
      const { data } = run;
      writePlace(data, at + END_FLOATS, lon_e7[row] * E7, lat_e7[row] * E7);
      data[at + 12] = (time_ms[row] - this.begin) / 1000;
      data[at + 13] = classOf(flags[row]);
      data[at + 14] = data[at + 15] = 0;
      for (let float = 0; float < END_FLOATS; float += 1) data[at + float] = data[at + END_FLOATS + float];
      superseded[row] = Infinity;
      const before = this.#lastRows.get(track[row]);
      this.#lastRows.set(track[row], row);
      if (before === undefined) {
        this.#firstRows.push(row);
        this.#joinFirst(row);
      } else {
        superseded[before] = filed[row];
        this.#join(row, this, before);
      }
    }
  }

  /** Let the trail's piece of `row`, the first of its track here, begin in the chunk before. */
  #joinFirst(row: number): void {
    const before = this.#linked?.lastRowOf(this.tracks.columns.track[row]);
    if (this.#linked && before !== undefined) this.#join(row, this.#linked, before);
  }

  /** Let the trail's piece of `row` begin at `before`, a row of the same track in `chunk`. */
  #join(row: number, chunk: Chunk, before: number): void {
    const { time_ms, velocity_east_mps, velocity_north_mps, lat_e7 } = chunk.tracks.columns;
    const seconds = (this.tracks.columns.time_ms[row] - time_ms[before]) / 1000;
    if (seconds > LONGEST_PIECE_S) return;
    const at = row * TRAIL_FLOATS;
    const { data } = this.trails;
    const from = chunk.trails.data;
    const there = before * TRAIL_FLOATS + END_FLOATS;
    for (let float = 0; float < 4; float += 1) data[at + float] = from[there + float];
    const perMetre = mercatorPerMetre(lat_e7[before] * E7);
    data[at + 4] = (time_ms[before] - this.begin) / 1000;
    data[at + 14] = velocity_east_mps[before] * perMetre * seconds;
    data[at + 15] = -velocity_north_mps[before] * perMetre * seconds;
  }

  #reserveSuperseded(count: number): void {
    if (count <= this.superseded.length) return;
    const larger = new Float64Array(Math.max(count, 2 * this.superseded.length));
    larger.set(this.superseded);
    this.superseded = larger;
  }
}

/** Write a place as four floats, x and y and what is left of each, so that no digit of the plane is lost. */
export function writePlace(data: Float32Array, at: number, lonDeg: number, latDeg: number): void {
  const x = mercatorX(lonDeg);
  const y = mercatorY(latDeg);
  data[at] = x;
  data[at + 1] = y;
  data[at + 2] = x - data[at];
  data[at + 3] = y - data[at + 1];
}
