import { describe, expect, it } from 'vitest';
import { readAddress, writeAddress } from '../src/address';
import { glyphRange, readFont } from '../build/glyphs';
import { findPlaces, readPosition } from '../src/places';
import { DEFAULT_STATE, type State } from '../src/state';
import { formatDistance, formatPosition, formatSpeed } from '../src/units';
import { sameVehicleWords } from '../src/words';
import { PbfReader } from 'pbf';

describe('address', () => {
  it('is empty but for what differs from the usual', () => {
    expect(writeAddress(DEFAULT_STATE)).toBe('');
    expect(readAddress('')).toEqual(DEFAULT_STATE);
  });

  it('gives the state back', () => {
    const state: State = {
      ...DEFAULT_STATE,
      mission: 'a b/c',
      camera: { zoom: 9.25, lat: -33.4, lon: 179.5 },
      timeMs: 1_700_000_000_123,
      rate: 1 / 16,
      playing: false,
      selected: 12,
      theme: 'light',
      speedUnit: 'kt',
      hidden: ['ellipses', 'plots'],
      dotsAlone: true,
      integrateSinceMs: 1_700_000_000_000,
      filter: 'speed > 4 & "x"',
      table: true,
    };
    const back = readAddress(`#${writeAddress(state)}`);
    expect({ ...back, hidden: [...back.hidden].sort() }).toEqual(state);
  });

  it('passes over what it cannot read', () => {
    expect(readAddress('#at=up/down&t=tomorrow&theme=pink&track=x')).toEqual(DEFAULT_STATE);
  });
});

describe('units', () => {
  it('speaks with as many digits as a number deserves', () => {
    expect(formatSpeed('km/h', 10)).toBe('36\u2009km/h');
    expect(formatSpeed('kt', 10)).toBe('19\u2009kt');
    expect(formatDistance('km', 123_456)).toBe('123\u2009km');
    expect(formatDistance('nmi', 1852)).toBe('1.0\u2009nmi');
    expect(formatPosition('lat/lon', -33.123456, -27.5, 60)).toBe('33.123°S 27.500°W');
    expect(formatPosition('lat/lon', -33.123456, -27.5, 1)).toBe('33.12346°S 27.50000°W');
    expect(formatPosition('MGRS', 0, 0, 1)).toBe('31N AA 66021 00000');
  });
});

describe('places', () => {
  it.each([
    ['47.1 9.5', 47.1, 9.5],
    ['-33.4, -27.2', -33.4, -27.2],
    ['33.4S 27.2W', -33.4, -27.2],
    ['33°24\'00"S 27°12\'00"W', -33.4, -27.2],
    ['31NAA6602100000', 0, 0],
  ])('reads the position "%s"', (text, lat, lon) => {
    const place = readPosition(text);
    expect(place?.lat).toBeCloseTo(lat, 4);
    expect(place?.lon).toBeCloseTo(lon, 4);
  });

  it.each(['12', 'Lisbon', '95 12', '33.4'])('"%s" is no position', (text) => {
    expect(readPosition(text)).toBeNull();
  });

  it('finds towns of the basemap and cities, those that begin with the word first', () => {
    const found = findPlaces(
      'port',
      [
        ['Newport', 1, 2, 90],
        ['Porto', 3, 4, 200],
      ],
      [{ label: 'Southport', detail: 'Island', lat: 0, lon: 0 }],
      8,
    );
    expect(found.map((place) => place.label)).toEqual(['Porto', 'Southport', 'Newport']);
  });
});

describe('glyphs', () => {
  it('are distances to the outline, in the form the map reads', () => {
    const font = readFont('node_modules/@fontsource/inter/files/inter-latin-400-normal.woff');
    const glyphs = readGlyphs(glyphRange('regular', [font], 0));
    const capital = glyphs.find((glyph) => glyph.id === 'I'.charCodeAt(0));
    expect(glyphs.length).toBeGreaterThan(180);
    if (!capital) throw new Error('no I');
    const { width, height, bitmap } = capital;
    expect(bitmap).toHaveLength((width + 6) * (height + 6));
    // Inside the stem above 192, the level of the outline; in the corner of the border far below.
    expect(bitmap[Math.floor((height + 6) / 2) * (width + 6) + Math.floor((width + 6) / 2)]).toBeGreaterThan(192);
    expect(bitmap[0]).toBeLessThan(120);
  });
});

interface ReadGlyph {
  id: number;
  bitmap: Uint8Array;
  width: number;
  height: number;
}

function readGlyphs(bytes: Uint8Array): ReadGlyph[] {
  const glyphs: ReadGlyph[] = [];
  new PbfReader(bytes).readFields((tag, _result, pbf) => {
    if (tag !== 1) return;
    pbf.readMessage((inner, _stack, reader) => {
      if (inner === 3)
        glyphs.push(reader.readMessage(readGlyph, { id: 0, bitmap: new Uint8Array(), width: 0, height: 0 }));
    }, null);
  }, null);
  return glyphs;
}

function readGlyph(tag: number, glyph: ReadGlyph, reader: PbfReader): void {
  if (tag === 1) glyph.id = reader.readVarint();
  else if (tag === 2) glyph.bitmap = reader.readBytes();
  else if (tag === 3) glyph.width = reader.readVarint();
  else if (tag === 4) glyph.height = reader.readVarint();
}

describe('how sure a track is of its vehicle', () => {
  it('is a share, and said to be a guess where it is one', () => {
    expect(sameVehicleWords(0.834)).toBe('83\u2009% as ten minutes ago');
    expect(sameVehicleWords(0.2)).toBe('20\u2009%: one of several here');
    expect(sameVehicleWords(NaN)).toBe('–');
  });
});
