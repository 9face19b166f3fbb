/**
 * Formations: which there are at a time, each with its last state, where it came from and what happened to it.
 *
 * They are few and change once a revisit, so they are read from the rows of the last minutes whenever they are wanted.
 */
import type { Chunk } from './chunk';
import type { History } from './history';
import type { Picture } from './picture';

/** A formation without any row for this long is no longer in the picture. */
const FORGET_MS = 600_000;
/** Its trace and its events reach back so far, as far as the rows are here. */
export const TRACE_MS = 1_800_000;
const E7 = 1e-7;

export const FormationState = { held: 0, coasting: 1, lost: 2 } as const;
export const KINDS = ['group', 'column', 'on line', 'standing'] as const;
const STANDING = 3;
const EVENTS = ['', 'found', 'split', 'merged', 'stopped', 'moved on', 'lost', 'found again'] as const;

export interface Formation {
  formation: number;
  timeMs: number;
  supportedMs: number;
  lon: number;
  lat: number;
  velocityEast: number;
  velocityNorth: number;
  extent: readonly [eastEast: number, eastNorth: number, northNorth: number];
  lengthM: number;
  widthM: number;
  spacingM: number;
  probability: number;
  classShare: number;
  targetClass: number;
  members: number;
  count: number;
  countLow: number;
  countHigh: number;
  state: number;
  kind: number;
  simulated: boolean;
}

/** What happened to a formation, in words, with the other one where there is one. */
export interface FormationEvent {
  timeMs: number;
  word: string;
  other: number;
}

export class Formations {
  constructor(readonly history: History) {}

  /** The formations at a time, in order of their numbers. */
  at(t: number): Formation[] {
    const last = new Map<number, { chunk: Chunk; row: number }>();
    for (const { chunk, row } of this.#rows(t - FORGET_MS, t)) {
      const formation = chunk.formations.columns.formation[row];
      if ((chunk.formations.columns.flags[row] & 0xf) === FormationState.lost) last.delete(formation);
      else last.set(formation, { chunk, row });
    }
    return [...last.values()]
      .map(({ chunk, row }) => readFormation(chunk, row))
      .sort((a, b) => a.formation - b.formation);
  }

  /** Where formations were until a time, by number: longitude and latitude, degrees. */
  traces(t: number): Map<number, [number, number][]> {
    const found = new Map<number, [number, number][]>();
    for (const { chunk, row } of this.#rows(t - TRACE_MS, t)) {
      const { formation, lon_e7, lat_e7 } = chunk.formations.columns;
      const trace = found.get(formation[row]) ?? [];
      trace.push([lon_e7[row] * E7, lat_e7[row] * E7]);
      found.set(formation[row], trace);
    }
    return found;
  }

  /** What happened to a formation until a time, the latest first. */
  events(formation: number, t: number): FormationEvent[] {
    const found: FormationEvent[] = [];
    for (const { chunk, row } of this.#rows(t - TRACE_MS, t)) {
      const columns = chunk.formations.columns;
      const event = columns.flags[row] >>> 20;
      if (event === 0) continue;
      if (columns.formation[row] === formation) {
        found.push({ timeMs: columns.time_ms[row], word: EVENTS[event] ?? 'changed', other: columns.other[row] });
      } else if (columns.other[row] === formation) {
        const word = EVENTS[event] === 'split' ? 'lost a part' : 'took in';
        found.push({ timeMs: columns.time_ms[row], word, other: columns.formation[row] });
      }
    }
    return found.reverse();
  }

  *#rows(fromMs: number, t: number): Generator<{ chunk: Chunk; row: number }> {
    for (const chunk of this.history.between(fromMs, t)) {
      const { first, count } = chunk.formations.between(fromMs, t);
      for (let row = first; row < first + count; row += 1) yield { chunk, row };
    }
  }
}

/** Where a formation is at t, degrees: gliding on for at most a revisit. */
export function placeAt(formation: Formation, t: number, revisitS: number): [lon: number, lat: number] {
  const standing = formation.kind === STANDING;
  const seconds = standing ? 0 : Math.max(0, Math.min((t - formation.timeMs) / 1000, revisitS));
  return moved(formation, formation.velocityEast * seconds, formation.velocityNorth * seconds);
}

/** A place so many metres east and north of a formation's, degrees. */
export function moved({ lon, lat }: { lon: number; lat: number }, east: number, north: number): [number, number] {
  const metres = 111_320;
  return [lon + east / (metres * Math.cos((lat * Math.PI) / 180)), lat + north / metres];
}

export function speedOf({ velocityEast, velocityNorth }: Formation): number {
  return Math.hypot(velocityEast, velocityNorth);
}

export function isStanding(formation: Formation): boolean {
  return formation.kind === STANDING;
}

/** "12", or "12 (10–14)" where it is not certain. */
export function countText({ count, countLow, countHigh }: Formation): string {
  return countLow === countHigh ? String(count) : `${count} (${countLow}–${countHigh})`;
}

function readFormation(chunk: Chunk, row: number): Formation {
  const columns = chunk.formations.columns;
  const flags = columns.flags[row];
  return {
    formation: columns.formation[row],
    timeMs: columns.time_ms[row],
    supportedMs: columns.supported_ms[row],
    lon: columns.lon_e7[row] * E7,
    lat: columns.lat_e7[row] * E7,
    velocityEast: columns.velocity_east_mps[row],
    velocityNorth: columns.velocity_north_mps[row],
    extent: [columns.extent_ee_m2[row], columns.extent_en_m2[row], columns.extent_nn_m2[row]],
    lengthM: columns.length_m[row],
    widthM: columns.width_m[row],
    spacingM: columns.spacing_m[row],
    probability: columns.probability[row],
    classShare: columns.class_share[row],
    targetClass: (flags >>> 8) & 0xff,
    members: columns.members[row],
    count: columns.count[row],
    countLow: columns.count_low[row],
    countHigh: columns.count_high[row],
    state: flags & 0xf,
    kind: (flags >>> 4) & 0xf,
    simulated: (flags >>> 16) % 2 === 1,
  };
}

/** Slots of the tracks of a picture that are in formations, by formation. */
export function membersOf(picture: Picture): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (let slot = 0; slot < picture.count; slot += 1) {
    const formation = picture.formationOf(slot);
    if (formation === 0) continue;
    const slots = found.get(formation) ?? [];
    slots.push(slot);
    found.set(formation, slots);
  }
  return found;
}

/** When a formation passes a place, ms since 1970, if it goes straight on at its pace. */
export interface Arrival {
  headMs: number;
  tailMs: number;
  /** All of it passes between these with 90 %. */
  earlyMs: number;
  lateMs: number;
}

/** Its pace over minutes is off by this share, standard deviation; 90 % lie within `NINETY` of those. */
const PACE = 0.15;
const NINETY = 1.645;
/** A way that leads by farther aside than this, m, and a tenth of the way there, does not pass the place. */
const ASIDE_M = 500;
const STRAY = 0.1;

/** When a formation passes a place, or null where its way does not lead there. */
export function arrivalAt(formation: Formation, place: { lat: number; lon: number }): Arrival | null {
  const speed = speedOf(formation);
  if (isStanding(formation) || speed <= 0) return null;
  const north = (place.lat - formation.lat) * 111_320;
  const east = (place.lon - formation.lon) * 111_320 * Math.cos((formation.lat * Math.PI) / 180);
  const [toEast, toNorth] = [formation.velocityEast / speed, formation.velocityNorth / speed];
  const along = east * toEast + north * toNorth;
  const aside = Math.abs(east * toNorth - north * toEast);
  if (along <= 0 || aside > ASIDE_M + STRAY * along) return null;
  const at = (metres: number, share: number): number => formation.timeMs + Math.max(0, (1000 * metres * share) / speed);
  const [head, tail] = [along - formation.lengthM / 2, along + formation.lengthM / 2];
  return {
    headMs: at(head, 1),
    tailMs: at(tail, 1),
    earlyMs: at(head, 1 - NINETY * PACE),
    lateMs: at(tail, 1 + NINETY * PACE),
  };
}
