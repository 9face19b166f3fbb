/** Chunk: five minutes of a mission, as rows to read and as vertices to draw. */
import type { AnyBlock, Kind } from './blocks';
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
  readonly trails = new VertexRun(TRAIL_FLOATS);
  readonly plotPoints = new VertexRun(PLOT_FLOATS);
  /** Where the aircraft came from: pieces like those of trails, one a dwell. */
  readonly path = new VertexRun(TRAIL_FLOATS);
  readonly dwellPatches = new VertexRun(DWELL_FLOATS);
  /** Per track row: when the next row of its track is filed, Infinity for the last one of this chunk. */
  superseded = new Float64Array(256);
  readonly lastRow = new Map<number, number>();
  readonly #firstRow = new Map<number, number>();
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
    const known: Record<Kind, number> = {
      dwells: this.dwells.lastTime,
      plots: this.plots.lastTime,
      tracks: this.tracks.lastTime,
    };
    for (const block of blocks) this.#takeBlock(block, onlyNewer ? known[block.kind] : -Infinity);
  }

  #takeBlock(block: AnyBlock, after: number): void {
    const from = Math.max(after, this.begin - 1e-3);
    const until = this.end - 1e-3;
    if (block.kind === 'dwells') {
      this.dwells.append(block.columns, orderByTime<'dwells'>(block.columns, from, until));
      this.#packDwells();
    } else if (block.kind === 'plots') {
      this.plots.append(block.columns, orderByTime<'plots'>(block.columns, from, until));
      this.#packPlots();
    } else {
      this.tracks.append(block.columns, orderByTime<'tracks'>(block.columns, from, until));
      this.#packTracks();
    }
  }

  /** Join the trails of this chunk to those of the one before it. */
  linkTo(before: Chunk): void {
    if (this.#linked === before) return;
    this.#linked = before;
    for (const [track, row] of this.#firstRow) this.#joinFirst(track, row);
    this.trails.changed(0);
    if (this.dwells.count > 0 && before.dwells.count > 0) this.#joinPath(0, before, before.dwells.count - 1);
    this.path.changed(0);
  }

  #packPlots(): void {
    const { lon_e7, lat_e7, time_ms, flags } = this.plots.columns;
    const run = this.plotPoints;
    for (let row = run.count; row < this.plots.count; row += 1) {
      const at = run.next();
      writePlace(run.data, at, lon_e7[row] * E7, lat_e7[row] * E7);
      run.data[at + 4] = (time_ms[row] - this.begin) / 1000;
      run.data[at + 5] = flags[row] & 0xff;
    }
  }

  #packDwells(): void {
    const columns = this.dwells.columns;
    const run = this.dwellPatches;
    for (let row = run.count; row < this.dwells.count; row += 1) {
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

  #packTracks(): void {
    const { track, time_ms, flags, lon_e7, lat_e7 } = this.tracks.columns;
    const run = this.trails;
    this.#reserveSuperseded(this.tracks.count);
    for (let row = run.count; row < this.tracks.count; row += 1) {
      const at = run.next();
      run.data.fill(0, at, at + TRAIL_FLOATS);
      writePlace(run.data, at, lon_e7[row] * E7, lat_e7[row] * E7);
      run.data[at + 4] = (time_ms[row] - this.begin) / 1000;
      run.data[at + 5] = classOf(flags[row]);
      run.data.copyWithin(at + END_FLOATS, at, at + END_FLOATS);
      this.superseded[row] = Infinity;
      const before = this.lastRow.get(track[row]);
      if (before === undefined) {
        this.#firstRow.set(track[row], row);
        this.#joinFirst(track[row], row);
      } else {
        this.superseded[before] = this.tracks.filed[row];
        this.#join(row, this, before);
      }
      this.lastRow.set(track[row], row);
    }
  }

  #joinFirst(track: number, row: number): void {
    const before = this.#linked?.lastRow.get(track);
    if (this.#linked && before !== undefined) this.#join(row, this.#linked, before);
  }

  /** Let the trail's piece of `row` begin at `before`, a row of the same track in `chunk`. */
  #join(row: number, chunk: Chunk, before: number): void {
    const { time_ms, velocity_east_mps, velocity_north_mps, lon_e7, lat_e7 } = chunk.tracks.columns;
    const at = row * TRAIL_FLOATS;
    const data = this.trails.data;
    const seconds = (this.tracks.columns.time_ms[row] - time_ms[before]) / 1000;
    if (seconds > LONGEST_PIECE_S) return;
    const perMetre = mercatorPerMetre(lat_e7[before] * E7);
    writePlace(data, at, lon_e7[before] * E7, lat_e7[before] * E7);
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
  const [x, y] = [mercatorX(lonDeg), mercatorY(latDeg)];
  data[at] = x;
  data[at + 1] = y;
  data[at + 2] = x - data[at];
  data[at + 3] = y - data[at + 1];
}
