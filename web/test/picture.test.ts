import { describe, expect, it } from 'vitest';
import { CHUNK_MS, TrackState, chunkNumber } from '../src/chunk';
import { History } from '../src/history';
import { lonLatOf } from '../src/mercator';
import { MOVER_FLOATS, Mark, Picture } from '../src/picture';
import type { Server } from '../src/server';
import { blocks, trackRows } from './make';

const T0 = 100 * CHUNK_MS;
const { confirmed, lost, coasting } = TrackState;

/** A history fed as by the live line; nothing is fetched. */
function historyOf(...parts: readonly ReturnType<typeof trackRows>[]): History {
  const history = new History({} as Server, 'm', () => undefined);
  // A first word at the very beginning of a chunk: else the rows would wait for the chunk's beginning from the server.
  history.takeLive(blocks('dwells', 1, { time_ms: [T0 - CHUNK_MS] }));
  for (const part of parts) history.takeLive(part);
  return history;
}

function tracksAt(picture: Picture, t: number): number[] {
  picture.moveTo(t);
  return [...picture.tracks].sort((a, b) => a - b);
}

describe('Picture', () => {
  const rows = trackRows([
    [T0 + 1000, 1, confirmed, 10],
    [T0 + 2000, 2, confirmed, 20],
    [T0 + 31_000, 1, coasting, 11],
    [T0 + 40_000, 2, lost, 20],
  ]);

  it('is the last row of each track, but of those that are lost', () => {
    const picture = new Picture(historyOf(rows));
    expect(tracksAt(picture, T0 + 500)).toEqual([]);
    expect(tracksAt(picture, T0 + 1500)).toEqual([1]);
    expect(tracksAt(picture, T0 + 35_000)).toEqual([1, 2]);
    expect(picture.mover(picture.slotOf(1) ?? -1)).toMatchObject({ state: coasting, lon: 11 });
    expect(tracksAt(picture, T0 + 50_000)).toEqual([1]);
  });

  it('is the same whether it was walked to or jumped to', () => {
    const random = mulberry(3);
    const many = Array.from({ length: 3000 }, (_, row) => {
      const state = random() < 0.05 ? lost : confirmed;
      return [T0 + row * 250, 1 + Math.floor(random() * 60), state, random() * 90] as const;
    });
    const history = historyOf(trackRows(many));
    const walker = new Picture(history);
    for (let t = T0; t < T0 + 760_000; t += 7001) {
      walker.moveTo(t);
      const jumper = new Picture(history);
      jumper.moveTo(t);
      expect([...walker.tracks].sort()).toEqual([...jumper.tracks].sort());
      for (const track of jumper.tracks) {
        expect(walker.mover(walker.slotOf(track) ?? -1)).toEqual(jumper.mover(jumper.slotOf(track) ?? -1));
      }
    }
  });

  it('glides by dead reckoning for one revisit after the last support, then stays', () => {
    const picture = new Picture(historyOf(trackRows([[T0, 1, confirmed, 10, 100]])));
    const east = (t: number): number => {
      picture.moveTo(t);
      const { x, y } = picture.drawn(0, t, 30);
      return (lonLatOf(x, y).lon - 10) * 111_319.49;
    };
    expect(east(T0 + 10_000)).toBeCloseTo(1000, 0);
    expect(east(T0 + 30_000)).toBeCloseTo(3000, 0);
    expect(east(T0 + 90_000)).toBeCloseTo(3000, 0);
  });

  it('keeps a metre at any place: positions are split in two', () => {
    const picture = new Picture(historyOf(trackRows([[T0, 1, confirmed, 179.9999999]])));
    picture.moveTo(T0 + 1);
    const { x, y } = picture.drawn(0, T0, 30);
    expect(lonLatOf(x, y).lon).toBeCloseTo(179.9999999, 7);
  });

  it('marks movers by rule, also those that come later', () => {
    const history = historyOf(rows);
    const picture = new Picture(history);
    picture.moveTo(T0 + 1500);
    picture.markBy((track) => (track === 2 ? Mark.selected : Mark.none));
    picture.moveTo(T0 + 2500);
    expect(picture.movers.data[(picture.slotOf(2) ?? 0) * MOVER_FLOATS + 13]).toBe(Mark.selected);
    expect(picture.movers.data[(picture.slotOf(1) ?? 0) * MOVER_FLOATS + 13]).toBe(Mark.none);
  });

  it('forgets a track that nobody spoke of for ten minutes', () => {
    const picture = new Picture(historyOf(trackRows([[T0, 1, confirmed]]), trackRows([[T0 + 700_000, 2, confirmed]])));
    picture.moveTo(T0 + 500_000);
    expect(tracksAt(picture, T0 + 705_000)).toEqual([2]);
  });
});

describe('History', () => {
  it('files live rows into chunks and takes each row once', () => {
    const history = historyOf(
      trackRows([[T0 + 1, 1, confirmed]]),
      trackRows([
        [T0 + 1, 1, confirmed],
        [T0 + 2, 1, confirmed],
        [T0 + CHUNK_MS, 1, confirmed],
      ]),
    );
    expect(history.chunk(chunkNumber(T0))?.tracks.count).toBe(2);
    expect(history.chunk(chunkNumber(T0) + 1)?.tracks.count).toBe(1);
  });

  it('joins trails across chunks', () => {
    const history = historyOf(
      trackRows([[T0 + CHUNK_MS - 1000, 1, confirmed, 10]]),
      trackRows([[T0 + CHUNK_MS + 1000, 1, confirmed, 11]]),
    );
    const piece = history.chunk(chunkNumber(T0) + 1)?.trails.data ?? new Float32Array();
    expect(lonLatOf(piece[0] + piece[2], 0.5).lon).toBeCloseTo(10, 5);
    expect(lonLatOf(piece[8] + piece[10], 0.5).lon).toBeCloseTo(11, 5);
    expect(piece[4]).toBeCloseTo(-1, 3);
  });

  it('asks the server for the past before the future, and only for what is missing', async () => {
    const asked: number[] = [];
    const server = {
      blocks: (_mission: string, from: number) => (asked.push(chunkNumber(from)), Promise.resolve([])),
    } as unknown as Server;
    const history = new History(server, 'm', () => undefined);
    const here = chunkNumber(T0);
    history.need(T0 + 10, T0 - CHUNK_MS, T0 + CHUNK_MS, T0 + 10 * CHUNK_MS, 0);
    expect(asked).toEqual([here, here - 1, here + 1]);
    await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve));
    history.need(T0 + 10, T0 - CHUNK_MS, T0 + CHUNK_MS, T0 + 10 * CHUNK_MS, 0);
    expect(asked).toHaveLength(3);
    expect(history.covers(T0 - CHUNK_MS, T0 + CHUNK_MS)).toBe(true);
  });

  it('asks again for what may have holes after a cut', () => {
    const asked: number[] = [];
    const server = {
      blocks: (_mission: string, from: number) => (asked.push(chunkNumber(from)), new Promise(() => undefined)),
    } as unknown as Server;
    const history = new History(server, 'm', () => undefined);
    history.takeLive(trackRows([[T0, 1, confirmed]]));
    history.need(T0, T0, T0, T0, 0);
    expect(asked).toEqual([]);
    history.refetchFrom(T0);
    history.need(T0, T0, T0, T0, 0);
    expect(asked).toEqual([chunkNumber(T0)]);
  });
});

/** A small generator of repeatable numbers in [0, 1). */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
