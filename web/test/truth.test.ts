import { describe, expect, test } from 'vitest';
import type { AnyBlock } from '../src/blocks';
import type { Server } from '../src/server';
import { Outcome, Truth } from '../src/truth';
import { blocks } from './make';

const ROWS = blocks('truth', 2, {
  time_ms: [100_000, 95_000],
  entity: [7, 8],
  lon_e7: [100_000_000, 100_000_000],
  lat_e7: [0, 0],
  velocity_east_mps: [20, 0],
  velocity_north_mps: [0, 10],
  flags: [(Outcome.detected << 16) + (1 << 8) + 2, Outcome.masked << 16],
});

class Asked implements Pick<Server, 'truth'> {
  readonly questions: [mission: string, atMs: number, spanS: number][] = [];
  answer: () => Promise<AnyBlock[]> = () => Promise.resolve(ROWS);

  truth(mission: string, atMs: number, spanS: number): Promise<AnyBlock[]> {
    this.questions.push([mission, atMs, spanS]);
    return this.answer();
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

describe('Truth', () => {
  test('is asked for once, and again only when time has moved on', async () => {
    const server = new Asked();
    const truth = new Truth(server, { id: '3' });
    truth.need(100_000, 30);
    truth.need(100_000, 30);
    await settled();
    truth.need(104_000, 30);
    truth.need(106_000, 30);
    expect(server.questions).toEqual([
      ['3', 100_000, 45],
      ['3', 106_000, 45],
    ]);
  });

  test('moves on between answers, and says what became of each', async () => {
    const truth = new Truth(new Asked(), { id: '3' });
    expect(truth.at(100_000)).toEqual([]);
    truth.need(100_000, 30);
    await settled();
    const [one, other] = truth.at(102_000);
    // 40 m east on the equator; 70 m north in 7 s.
    expect((one.place[0] - 10) * 111_320).toBeCloseTo(40, 0);
    expect(other.place[1] * 110_574).toBeCloseTo(70, 0);
    expect([one.entity, one.outcome, other.outcome]).toEqual([7, Outcome.detected, Outcome.masked]);
    expect(truth.at(200_000)).toEqual([]);
  });

  test('is asked for again after a question that failed', async () => {
    const server = new Asked();
    server.answer = () => Promise.reject(new Error('away'));
    const truth = new Truth(server, { id: '3' });
    truth.need(100_000, 30);
    await settled();
    expect(truth.at(100_000)).toEqual([]);
    server.answer = () => Promise.resolve(ROWS);
    truth.need(100_000, 30);
    await settled();
    expect(truth.at(100_000)).toHaveLength(2);
  });
});
