import { describe, expect, it } from 'vitest';
import { readAddress, writeAddress } from '../src/address';
import { greys, tiles, zoomOf } from '../src/imagelayer';
import { overlap } from '../src/panels/imagepanel';
import type { ImageEntry } from '../src/server';
import { DEFAULT_STATE } from '../src/state';
import { formatMeasured } from '../src/units';

const IMAGE: ImageEntry = {
  image: 3,
  mission: '1',
  name: 'lot.cphd',
  begin_ms: 0,
  end_ms: 1000,
  corners: [
    [10, 50],
    [10.01, 50],
    [10.01, 50.01],
    [10, 50.01],
  ],
  rows: 1000,
  columns: 700,
  spacing_m: [1, 1],
  frequency_ghz: 9.6,
  processing: [],
  source: 'radar',
  simulated: false,
  marking: { text: 'UNCLASSIFIED', level: 0 },
  floor_db: -55.25,
  step_db: 0.25,
  white_db: 0,
  tile_size: 256,
  deepest: 24,
};

describe('tiles of an image', () => {
  it('are unpacked by the map to the levels that the server packed', () => {
    const source = tiles(IMAGE, { address: (path) => `http://here/${path}` });
    if (source.type !== 'raster-dem') throw new Error(source.type);
    const { redFactor = 0, greenFactor = 0, blueFactor = 0, baseShift = 0 } = source;
    for (const grey of [0, 1, 100, 255]) {
      const level = grey * (redFactor + greenFactor + blueFactor) - baseShift;
      expect(level).toBeCloseTo(-55.25 + 0.25 * grey, 6);
    }
    expect(source.tiles).toEqual(['http://here/api/images/3/{z}/{x}/{y}']);
    expect(source.bounds).toEqual([10, 50, 10.01, 50.01]);
    expect((source.maxzoom ?? 0) - (source.minzoom ?? 0)).toBe(4); // 1000 pixels at most are 62 at least
  });

  it('go as deep as the image has pixels', () => {
    const zoom = zoomOf(IMAGE);
    const metres = (156_543 * Math.cos((50 * Math.PI) / 180)) / 2 ** zoom;
    expect(metres).toBeLessThanOrEqual(1);
    expect(metres).toBeGreaterThan(0.5);
  });
});

describe('levels', () => {
  const stops = (dark: number, white: number): number[] =>
    (greys(IMAGE, { dark, white }) as unknown[]).slice(3).filter((part) => typeof part === 'number') as number[];

  it('rise, whatever is asked for', () => {
    for (const [dark, white] of [
      [-45, 0],
      [0, -45],
      [-55, -55],
      [8, 8],
    ]) {
      const rising = stops(dark, white);
      expect(rising).toHaveLength(4);
      for (let k = 1; k < 4; k += 1) expect(rising[k]).toBeGreaterThan(rising[k - 1]);
    }
  });

  it('are those that were asked for', () => {
    expect(stops(-40, -3).slice(2)).toEqual([-40, -3]);
  });
});

describe('images', () => {
  it('lie at the same place where their boxes meet', () => {
    const away = { corners: IMAGE.corners.map(([lon, lat]): [number, number] => [lon + 0.02, lat]) };
    const near = { corners: IMAGE.corners.map(([lon, lat]): [number, number] => [lon + 0.005, lat - 0.005]) };
    expect(overlap(IMAGE, away)).toBe(false);
    expect(overlap(IMAGE, near)).toBe(true);
  });

  it('are in the address, with how they are drawn and what is measured', () => {
    const state = {
      ...DEFAULT_STATE,
      image: 3,
      against: 2,
      swipe: 0.25,
      imageOpacity: 0.6,
      darkDb: -30,
      whiteDb: 4,
      ruler: [
        { lat: 50, lon: 10 },
        { lat: -1.5, lon: 179.25 },
      ],
    };
    expect(readAddress(writeAddress(state))).toEqual(state);
    expect(readAddress(writeAddress({ ...DEFAULT_STATE, ruler: [] })).ruler).toEqual([]);
    expect(readAddress('ruler=from/nonsense/91,0').ruler).toEqual([]);
  });
});

describe('a measured distance', () => {
  it('has the digits of a measurement', () => {
    expect(formatMeasured('km', 4.217)).toBe('4.22\u2009m');
    expect(formatMeasured('km', 57.94)).toBe('57.9\u2009m');
    expect(formatMeasured('km', 12_345.6)).toBe('12.346\u2009km');
    expect(formatMeasured('nmi', 1852)).toBe('1.000\u2009nmi');
  });
});
