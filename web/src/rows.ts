/** Rows: one growing table of dwells, plots or tracks in order of time. */
import { type Columns, type Kind, LAYOUTS, viewColumn } from './blocks';

const FIRST_CAPACITY = 256;

type AnyColumn = Float64Array | Int32Array | Float32Array | Uint32Array;

export class Rows<K extends Kind> {
  count = 0;
  columns: Columns<K>;
  /**
   * Time of each row, ms, never falling: a row that arrives late is filed under the time of the row before it, so that
   * any window of time is one run of rows.
   */
  filed = new Float64Array(FIRST_CAPACITY);

  constructor(readonly kind: K) {
    this.columns = allocate(kind, FIRST_CAPACITY);
  }

  /**
   * Add the rows of `columns` whose index is in `order`, which should be in order of time; null: all as they stand.
   * All of them in an empty table are not copied but taken as they are.
   */
  append(columns: Columns<K>, order: Uint32Array | null): void {
    if (order === null && this.count === 0) return this.#adopt(columns);
    order ??= Uint32Array.from(timesOf(columns).keys());
    this.#reserve(this.count + order.length);
    for (const [name] of LAYOUTS[this.kind]) {
      const from = columnNamed(columns, name);
      const to = columnNamed(this.columns, name);
      for (let row = 0; row < order.length; row += 1) to[this.count + row] = from[order[row]];
    }
    const times = timesOf(this.columns);
    let latest = this.count > 0 ? this.filed[this.count - 1] : -Infinity;
    for (let row = this.count; row < this.count + order.length; row += 1) {
      latest = Math.max(latest, times[row]);
      this.filed[row] = latest;
    }
    this.count += order.length;
  }

  /** Number of rows filed at or before `timeMs`. */
  countUntil(timeMs: number): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.filed[middle] <= timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The run of rows filed in (afterMs, untilMs]. */
  between(afterMs: number, untilMs: number): { first: number; count: number } {
    const first = this.countUntil(afterMs);
    return { first, count: this.countUntil(untilMs) - first };
  }

  /** Time of the last row, ms; -Infinity when there is none. */
  get lastTime(): number {
    return this.count > 0 ? this.filed[this.count - 1] : -Infinity;
  }

  #adopt(columns: Columns<K>): void {
    this.columns = columns;
    // Both may be one array: rows that come later make room in fresh ones.
    this.filed = timesOf(columns) as Float64Array<ArrayBuffer>;
    this.count = this.filed.length;
  }

  #reserve(count: number): void {
    if (count <= this.filed.length) return;
    const capacity = Math.max(count, 2 * this.filed.length);
    const columns = allocate(this.kind, capacity);
    for (const [name] of LAYOUTS[this.kind]) columnNamed(columns, name).set(columnNamed(this.columns, name));
    const filed = new Float64Array(capacity);
    filed.set(this.filed);
    [this.columns, this.filed] = [columns, filed];
  }
}

/** Row numbers of `columns` in order of time whose time lies in (after, until]; null: all of them as they stand. */
export function orderByTime<K extends Kind>(columns: Columns<K>, after: number, until: number): Uint32Array | null {
  const times = timesOf(columns);
  if (areInOrder(times, after, until)) return null;
  let kept = 0;
  let sorted = true;
  const order = new Uint32Array(times.length);
  for (let row = 0; row < times.length; row += 1) {
    if (times[row] <= after || times[row] > until) continue;
    if (kept > 0 && times[row] < times[order[kept - 1]]) sorted = false;
    order[kept] = row;
    kept += 1;
  }
  const chosen = order.subarray(0, kept);
  return sorted ? chosen : chosen.sort((a, b) => times[a] - times[b] || a - b);
}

/** Do times never fall, and do they all lie in (after, until]? */
function areInOrder(times: Float64Array, after: number, until: number): boolean {
  let before = after;
  for (let row = 0; row < times.length; row += 1) {
    const time = times[row];
    if (!(time > after && time >= before && time <= until)) return false;
    before = time;
  }
  return true;
}

function allocate<K extends Kind>(kind: K, capacity: number): Columns<K> {
  const columns: Record<string, AnyColumn> = {};
  for (const [name, type] of LAYOUTS[kind])
    columns[name] = viewColumn(type, new ArrayBuffer(capacity * 8), 0, capacity);
  return columns as unknown as Columns<K>;
}

function columnNamed<K extends Kind>(columns: Columns<K>, name: string): AnyColumn {
  return (columns as unknown as Record<string, AnyColumn>)[name];
}

function timesOf<K extends Kind>(columns: Columns<K>): Float64Array {
  return (columns as unknown as { time_ms: Float64Array }).time_ms;
}
