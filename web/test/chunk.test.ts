import { describe, expect, it } from 'vitest';
import { CHUNK_MS, Chunk, TRAIL_FLOATS, TrackState } from '../src/chunk';
import { blocks, trackRows } from './make';

const NUMBER = 100;
const T0 = NUMBER * CHUNK_MS;
const { confirmed } = TrackState;

/** Rows of three tracks in turn, ten milliseconds apart, going east. */
function manyRows(count: number): ReturnType<typeof trackRows> {
  return trackRows(Array.from({ length: count }, (_, row) => [T0 + 10 * row, row % 3, confirmed, row / count, 5]));
}

describe('Chunk', () => {
  it('is the same whether rows come at once, in slices, or in two parts', () => {
    const count = 20_000;
    const whole = new Chunk(NUMBER);
    whole.take(manyRows(count), false);
    const sliced = new Chunk(NUMBER);
    const slices = [...sliced.taking(manyRows(count), false)].length;
    const grown = new Chunk(NUMBER);
    grown.take(
      manyRows(count).map((block) => ({ ...block })),
      false,
    );
    grown.take(trackRows([[T0 + 10 * count, 1, confirmed, 1]]), true);
    expect(slices).toBeGreaterThan(2);
    const bytes = (chunk: Chunk): Buffer => Buffer.from(chunk.trails.data.buffer, 0, 4 * count * TRAIL_FLOATS);
    expect(bytes(whole).some((byte) => byte !== 0)).toBe(true);
    expect(bytes(sliced).equals(bytes(whole))).toBe(true);
    expect(bytes(grown).equals(bytes(whole))).toBe(true);
    expect(grown.tracks.count).toBe(count + 1);
    expect(grown.tracks.filed[count]).toBe(T0 + 10 * count);
    expect(grown.lastRowOf(1)).toBe(count);
  });

  it('takes rows in order as they are, and leaves the bytes they came in alone when more come', () => {
    const rows = trackRows([
      [T0, 1, confirmed, 10],
      [T0 + 1000, 1, confirmed, 11],
    ]);
    const chunk = new Chunk(NUMBER);
    chunk.take(rows, false);
    expect(chunk.tracks.columns).toBe(rows[0].columns);
    chunk.take(trackRows([[T0 + 500, 1, confirmed, 12]]), false);
    expect([...chunk.tracks.filed.subarray(0, 3)]).toEqual([T0, T0 + 1000, T0 + 1000]);
    expect([...rows[0].columns.time_ms]).toEqual([T0, T0 + 1000]);
  });

  it('sorts rows that come out of order and leaves out those of other chunks', () => {
    const chunk = new Chunk(NUMBER);
    chunk.take(blocks('plots', 4, { time_ms: [T0 + 5, T0 + 2, T0 + CHUNK_MS, T0 - 5], flags: [1, 2, 3, 4] }), false);
    expect([...chunk.plots.columns.flags.subarray(0, chunk.plots.count)]).toEqual([2, 1]);
    expect(chunk.plotPoints.data[5]).toBe(2);
  });
});
