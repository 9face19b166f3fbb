/** Platform: the aircraft that carries the radar, as its last dwell tells, and the fan of bearings it looks at. */
import { type Chunk, TRAIL_FLOATS, writePlace } from './chunk';
import type { History } from './history';
import { PLATFORM_CLASS } from './layer/symbols';
import { type LonLat, distanceAndBearing, mercatorPerMetre } from './mercator';
import { MOVER_FLOATS } from './picture';
import { VertexRun } from './vertices';

const E7 = 1e-7;
const DEGREES = Math.PI / 180;
/** Without a dwell for this long, and two revisits, there is no aircraft to show. */
const LONGEST_SILENCE_MS = 120_000;

export interface DwellView {
  timeMs: number;
  sensor: LonLat;
  trackDeg: number;
  speed: number;
  area: LonLat;
  rangeHalfM: number;
  angleHalfDeg: number;
}

export class Platform {
  /** The aircraft as a run of one mover, its times counted from `epoch`. */
  readonly run = new VertexRun(MOVER_FLOATS);
  epoch = 0;
  /** The two edges of the fan as lines that belong to no time. */
  readonly fan = new VertexRun(TRAIL_FLOATS);
  last: DwellView | null = null;
  #key = '';

  constructor(readonly history: History) {}

  /** Take the last dwell at or before t that lies within `backMs`. */
  moveTo(t: number, revisitMs: number): void {
    const backMs = Math.max(LONGEST_SILENCE_MS, 2 * revisitMs);
    const found = this.#lastDwell(t, backMs);
    const key = found ? `${found.chunk.number}/${found.row}` : '';
    if (key === this.#key) return;
    this.#key = key;
    this.run.clear();
    this.last = found ? dwellView(found.chunk, found.row) : null;
    if (this.last) this.#pack(this.last);
    this.#packFan(this.#fanEdges(t, revisitMs));
  }

  /** Write the fan as lines. */
  #packFan(places: readonly LonLat[]): void {
    this.fan.clear();
    for (let edge = 0; edge + 1 < places.length; edge += 1) {
      const at = this.fan.next();
      this.fan.data.fill(0, at, at + TRAIL_FLOATS);
      writePlace(this.fan.data, at, places[edge].lon, places[edge].lat);
      writePlace(this.fan.data, at + TRAIL_FLOATS / 2, places[edge + 1].lon, places[edge + 1].lat);
    }
    this.fan.changed(0);
  }

  /** The fan from the aircraft to the bearings of the dwells of the last revisit, as a line of places. */
  #fanEdges(t: number, revisitMs: number): LonLat[] {
    if (!this.last) return [];
    const { sensor, area } = this.last;
    const middle = distanceAndBearing(sensor, area).bearingDeg;
    let [left, right] = [null as Corner | null, null as Corner | null];
    for (const chunk of this.history.between(t - revisitMs, t)) {
      const until = chunk.dwells.countUntil(t);
      for (let row = chunk.dwells.countUntil(t - revisitMs); row < until; row += 1) {
        const { leftmost, rightmost } = corners(chunk, row, sensor, middle);
        if (left === null || !(left.bearing < leftmost.bearing)) left = leftmost;
        if (right === null || !(right.bearing > rightmost.bearing)) right = rightmost;
      }
    }
    return left && right ? [placeOf(left, sensor, middle), sensor, placeOf(right, sensor, middle)] : [];
  }

  #pack(dwell: DwellView): void {
    const at = this.run.next();
    const { data } = this.run;
    const perMetre = mercatorPerMetre(dwell.sensor.lat);
    this.epoch = dwell.timeMs;
    data.fill(0, at, at + MOVER_FLOATS);
    writePlace(data, at, dwell.sensor.lon, dwell.sensor.lat);
    data[at + 4] = Math.sin(dwell.trackDeg * DEGREES) * dwell.speed * perMetre;
    data[at + 5] = -Math.cos(dwell.trackDeg * DEGREES) * dwell.speed * perMetre;
    data[at + 11] = perMetre;
    data[at + 12] = 1 + 256 * PLATFORM_CLASS;
    this.run.changed(0);
  }

  #lastDwell(t: number, backMs: number): { chunk: Chunk; row: number } | null {
    for (const chunk of this.history.between(t - backMs, t).reverse()) {
      const count = chunk.dwells.countUntil(t);
      if (count > 0) return { chunk, row: count - 1 };
    }
    return null;
  }
}

function dwellView(chunk: Chunk, row: number): DwellView {
  const columns = chunk.dwells.columns;
  return {
    timeMs: columns.time_ms[row],
    sensor: { lon: columns.sensor_lon_e7[row] * E7, lat: columns.sensor_lat_e7[row] * E7 },
    trackDeg: columns.track_deg[row],
    speed: columns.speed_mps[row],
    area: { lon: columns.area_lon_e7[row] * E7, lat: columns.area_lat_e7[row] * E7 },
    rangeHalfM: columns.range_half_extent_m[row],
    angleHalfDeg: columns.angle_half_extent_deg[row],
  };
}

/** A far corner of a dwell, seen from the aircraft: bearing relative to another, -180..180 degrees, and range. */
interface Corner {
  bearing: number;
  metres: number;
}

function corners(chunk: Chunk, row: number, sensor: LonLat, middle: number): { leftmost: Corner; rightmost: Corner } {
  const { area_lon_e7, area_lat_e7, angle_half_extent_deg, range_half_extent_m } = chunk.dwells.columns;
  const area = { lon: area_lon_e7[row] * E7, lat: area_lat_e7[row] * E7 };
  const { metres, bearingDeg } = distanceAndBearing(sensor, area);
  const half = angle_half_extent_deg[row];
  const far = metres + range_half_extent_m[row];
  const relative = (turn: number): number => ((bearingDeg + turn - middle + 540) % 360) - 180;
  return { leftmost: { bearing: relative(-half), metres: far }, rightmost: { bearing: relative(half), metres: far } };
}

function placeOf({ bearing, metres }: Corner, sensor: LonLat, middle: number): LonLat {
  return offset(sensor, metres, middle + bearing);
}

/** Where one comes from a place after `metres` along a bearing, on the sphere. */
function offset(from: LonLat, metres: number, bearingDeg: number): LonLat {
  const arc = metres / 6_378_137;
  const [lat, turn] = [from.lat * DEGREES, bearingDeg * DEGREES];
  const sine = Math.sin(lat) * Math.cos(arc) + Math.cos(lat) * Math.sin(arc) * Math.cos(turn);
  const east = Math.atan2(Math.sin(turn) * Math.sin(arc) * Math.cos(lat), Math.cos(arc) - Math.sin(lat) * sine);
  return { lat: Math.asin(sine) / DEGREES, lon: from.lon + east / DEGREES };
}
