/** Roster: the tracks of the picture as columns, for the table and the filter, taken once a second. */
import { parseFilter, type FilterRow, type Predicate } from './filter';
import type { Picture } from './picture';
import { type SpeedUnit, speedIn } from './units';
import { classWord, stateWord } from './words';

const DEGREES = Math.PI / 180;

export type SortField = keyof FilterRow;

export class Roster {
  rows: FilterRow[] = [];
  /** Indices of `rows` that pass the filter, in the order asked for. */
  order: number[] = [];
  /** Tracks that do not pass. */
  filteredOut: ReadonlySet<number> = new Set();
  sortField: SortField = 'track';
  descending = false;
  #predicate: Predicate = () => true;
  #filter = '';

  /** Set the filter; throws `FilterError` and keeps the one before. */
  setFilter(text: string): void {
    if (text === this.#filter) return;
    this.#predicate = parseFilter(text);
    this.#filter = text;
  }

  /** Take the picture of this moment. */
  take(picture: Picture, unit: SpeedUnit): void {
    this.rows.length = picture.count;
    for (let slot = 0; slot < picture.count; slot += 1) this.rows[slot] = rosterRow(picture, slot, unit);
    this.arrange();
  }

  /** Filter and sort what was taken. */
  arrange(): void {
    const out = new Set<number>();
    const order: number[] = [];
    this.rows.forEach((row, index) => {
      if (this.#predicate(row)) order.push(index);
      else out.add(row.track);
    });
    this.filteredOut = out;
    this.order = order.sort(this.#compare());
  }

  sortBy(field: SortField): void {
    this.descending =
      field === this.sortField ? !this.descending : field !== 'track' && field !== 'state' && field !== 'class';
    this.sortField = field;
    this.arrange();
  }

  #compare(): (a: number, b: number) => number {
    const { rows, sortField, descending } = this;
    const sense = descending ? -1 : 1;
    return (a, b) => {
      const [left, right] = [rows[a][sortField], rows[b][sortField]];
      if (left === right) return rows[a].track - rows[b].track;
      return left < right ? -sense : sense;
    };
  }
}

function rosterRow(picture: Picture, slot: number, unit: SpeedUnit): FilterRow {
  const mover = picture.mover(slot);
  const { velocityEast: east, velocityNorth: north } = mover;
  return {
    track: mover.track,
    state: stateWord(mover.state),
    class: classWord(mover.targetClass),
    speed: Math.round(speedIn(unit, Math.hypot(east, north))),
    heading: Math.round((Math.atan2(east, north) / DEGREES + 360) % 360),
    plots: mover.plotCount,
    age: Math.max(0, Math.round((picture.t - mover.supportedMs) / 1000)),
    error: Math.round(longAxis(mover.covariance)),
    lat: mover.lat,
    lon: mover.lon,
  };
}

/** Long half axis of the one-sigma ellipse, m. */
export function longAxis([ee, en, nn]: readonly [number, number, number]): number {
  return Math.sqrt(0.5 * (ee + nn) + Math.sqrt(0.25 * (ee - nn) ** 2 + en * en));
}
