import { describe, expect, test } from 'vitest';
import type { AnyBlock } from '../src/blocks';
import { Chunk, chunkNumber } from '../src/chunk';
import { outline } from '../src/formationlayer';
import { type Formation, Formations, arrivalAt, countText, membersOf, placeAt } from '../src/formations';
import type { History } from '../src/history';
import { Picture } from '../src/picture';
import { blocks } from './make';

type Row = [time: number, formation: number, state: number, event?: number, other?: number, lon?: number];

function formationRows(rows: readonly Row[]): AnyBlock[] {
  return blocks('formations', rows.length, {
    time_ms: rows.map(([time]) => time),
    formation: rows.map(([, formation]) => formation),
    flags: rows.map(([, , state, event]) => state + (1 << 4) + ((event ?? 0) << 20)),
    other: rows.map(([, , , , other]) => other ?? 0),
    lon_e7: rows.map(([, , , , , lon]) => Math.round((lon ?? 0) * 1e7)),
    velocity_east_mps: rows.map(() => 20),
    count: rows.map(() => 7),
    count_low: rows.map(() => 6),
    count_high: rows.map(() => 9),
  });
}

function historyOf(parts: readonly AnyBlock[]): History {
  const chunk = new Chunk(chunkNumber(0));
  chunk.take(parts, false);
  return { between: () => [chunk], version: 0 } as unknown as History;
}

describe('Formations at a time', () => {
  const history = historyOf(
    formationRows([
      [1000, 1, 0, 1, 0, 0.5],
      [31_000, 1, 0, 0, 0, 0.25],
      [31_000, 2, 0, 2, 1],
      [61_000, 2, 2, 3, 1],
    ]),
  );
  const formations = new Formations(history);

  test('are those with a state before it that are not lost', () => {
    expect(formations.at(0)).toEqual([]);
    expect(formations.at(31_500).map(({ formation, lon }) => [formation, lon])).toEqual([
      [1, 0.25],
      [2, 0],
    ]);
    expect(formations.at(70_000).map(({ formation }) => formation)).toEqual([1]);
    expect(countText(formations.at(70_000)[0])).toBe('7 (6–9)');
  });

  test('have a trace up to it', () => {
    expect(formations.traces(40_000).get(1)).toEqual([
      [0.5, 0],
      [0.25, 0],
    ]);
    expect(formations.traces(20_000).get(1)).toHaveLength(1);
  });

  test('have events, those of others that concern them among them, the latest first', () => {
    expect(formations.events(1, 70_000).map(({ word, other }) => [word, other])).toEqual([
      ['took in', 2],
      ['lost a part', 2],
      ['found', 0],
    ]);
    expect(formations.events(2, 40_000).map(({ word, other }) => [word, other])).toEqual([['split', 1]]);
  });

  test('glide on for a revisit and no farther', () => {
    const [one] = formations.at(40_000);
    const metres = (t: number): number => (placeAt(one, t, 30)[0] - 0.25) * 111_320;
    expect(metres(31_000)).toBeCloseTo(0);
    expect(metres(41_000)).toBeCloseTo(200);
    expect(metres(500_000)).toBeCloseTo(600);
  });
});

test('Members are the tracks that say so in their last row', () => {
  const tracks = blocks('tracks', 4, {
    time_ms: [1000, 2000, 3000, 31_000],
    supported_ms: [1000, 2000, 3000, 31_000],
    track: [11, 12, 13, 11],
    flags: [1, 1, 1, 1],
    formation: [5, 5, 0, 0],
  });
  const picture = new Picture(historyOf(tracks));
  const members = (t: number): number[] => {
    picture.moveTo(t);
    return (membersOf(picture).get(5) ?? []).map((slot) => picture.tracks[slot]);
  };
  expect(members(5000).sort()).toEqual([11, 12]);
  expect(members(40_000)).toEqual([12]);
});

test('The outline is convex, closed, and leaves room about every place', () => {
  const places: [number, number][] = [
    [0, 0],
    [0.01, 0],
    [0.005, 0.004],
  ];
  const ring = outline(places, 100);
  expect(ring[0]).toEqual(ring[ring.length - 1]);
  const degrees = 100 / 111_320;
  for (const [lon, lat] of places) {
    expect(Math.max(...ring.map(([x]) => x))).toBeGreaterThanOrEqual(lon + 0.98 * degrees);
    expect(Math.min(...ring.map(([, y]) => y))).toBeLessThanOrEqual(lat - 0.98 * degrees);
  }
  for (let at = 0; at + 2 < ring.length; at += 1) {
    const [a, b, c] = [ring[at], ring[at + 1], ring[at + 2]];
    expect((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])).toBeGreaterThanOrEqual(-1e-12);
  }
});

describe('A formation passes a place', () => {
  const formation = {
    timeMs: 0,
    lat: 0,
    lon: 0,
    velocityEast: 20,
    velocityNorth: 0,
    lengthM: 1000,
    kind: 1,
  } as Formation;
  const metres = (east: number, north: number): { lat: number; lon: number } => ({
    lat: north / 111_320,
    lon: east / 111_320,
  });

  test('head first, and within bounds that grow with the way', () => {
    const arrival = arrivalAt(formation, metres(10_000, 200));
    expect(arrival?.headMs).toBeCloseTo(475_000, -1);
    expect(arrival?.tailMs).toBeCloseTo(525_000, -1);
    expect(arrival?.earlyMs).toBeLessThan(400_000);
    expect(arrival?.lateMs).toBeGreaterThan(600_000);
  });

  test('not behind it, aside of its way, or while it stands', () => {
    expect(arrivalAt(formation, metres(-5000, 0))).toBeNull();
    expect(arrivalAt(formation, metres(10_000, 3000))).toBeNull();
    expect(arrivalAt({ ...formation, kind: 3 }, metres(10_000, 0))).toBeNull();
  });
});
