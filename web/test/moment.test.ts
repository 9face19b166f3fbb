import { describe, expect, it } from 'vitest';
import type { AnyBlock } from '../src/blocks';
import { CHUNK_MS } from '../src/chunk';
import { Moment } from '../src/moment';
import type { Mission, Server } from '../src/server';
import { Session } from '../src/session';
import { trackRows } from './make';

const T0 = 1000 * CHUNK_MS;
const REACH = { integrateSinceMs: null, trailS: 300, fadeS: 45 };
const confirmed = 1;
const nothing = (): void => undefined;

/** A server whose answers come when the test says so. */
class Slow {
  readonly asked: number[] = [];
  readonly chunks: number[] = [];
  readonly #answers: ((blocks: AnyBlock[]) => void)[] = [];
  readonly #refusals: (() => void)[] = [];

  readonly server = {
    moment: (_mission: string, at: number) =>
      new Promise<AnyBlock[]>((resolve, reject) => {
        this.asked.push(at);
        this.#answers.push(resolve);
        this.#refusals.push(() => reject(new Error('no')));
      }),
    blocks: (_mission: string, from: number) => (this.chunks.push(from), Promise.resolve([])),
  } as unknown as Server;

  async answer(blocks: AnyBlock[]): Promise<void> {
    this.#refusals.shift();
    this.#answers.shift()?.(blocks);
    await settle();
  }

  async refuse(): Promise<void> {
    this.#answers.shift();
    this.#refusals.shift()?.();
    await settle();
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function sessionOf(slow: Slow, t: number): Session {
  const mission = { id: 'm', begin_ms: T0, end_ms: T0 + 100 * CHUNK_MS, live: false, revisit_s: 30 } as Mission;
  const session = new Session(slow.server, mission, nothing);
  session.clock.seek(t);
  return session;
}

describe('Moment', () => {
  it('fetches only the last of what is asked for while an answer is on its way', async () => {
    const slow = new Slow();
    const moment = new Moment(slow.server, 'm', nothing);
    for (const t of [T0, T0 + 100_000, T0 + 200_000, T0 + 300_000]) moment.ask(t, 300, 45);
    expect(slow.asked).toEqual([T0]);
    await slow.answer([]);
    expect(slow.asked).toEqual([T0, T0 + 300_000]);
    await slow.answer([]);
    expect(moment.isPending).toBe(false);
    expect(moment.at(T0 + 300_000)).not.toBeNull();
    expect(moment.at(T0)).toBeNull();
  });

  it('is not asked for again where it is here, on its way or refused', async () => {
    const slow = new Slow();
    const moment = new Moment(slow.server, 'm', nothing);
    moment.ask(T0, 300, 45);
    moment.ask(T0 + 5, 300, 45);
    await slow.answer([]);
    moment.ask(T0 + 10, 300, 45);
    expect(slow.asked).toEqual([T0]);
    moment.ask(T0 - 1, 300, 45);
    await slow.refuse();
    moment.ask(T0 - 1, 300, 45);
    expect(slow.asked).toEqual([T0, T0 - 1]);
  });
});

describe('Session after a jump', () => {
  it('shows the rows of the moment, then those of the chunks, which are asked for after it', async () => {
    const slow = new Slow();
    const t = T0 + 50 * CHUNK_MS;
    const session = sessionOf(slow, t);
    session.tick(0, REACH);
    expect([session.isWhole, session.isWaiting(performance.now()), slow.chunks.length]).toEqual([false, true, 0]);
    await slow.answer(trackRows([[t - 200_000, 7, confirmed], [t - 1000, 8, confirmed]])); // prettier-ignore
    session.tick(200, REACH);
    expect([...session.picture.tracks].sort()).toEqual([7, 8]);
    expect([session.isWhole, session.isSettled]).toEqual([true, false]);
    session.tick(390, REACH);
    expect(slow.chunks.length, 'the clock may be on its way').toBe(0);
    session.tick(600, REACH);
    await settle();
    session.tick(800, REACH);
    expect([slow.chunks.length > 2, session.isSettled, session.picture.count]).toEqual([true, true, 0]);
  });

  it('finds the rows of where the pointer was at hand, and keeps them while it moves on', async () => {
    const slow = new Slow();
    const [here, there] = [T0 + 20 * CHUNK_MS, T0 + 50 * CHUNK_MS];
    const session = sessionOf(slow, there);
    session.foresee(here, REACH);
    await slow.answer(trackRows([[here - 1000, 7, confirmed]]));
    session.clock.seek(here);
    session.need(0, REACH);
    expect([session.isWhole, slow.asked]).toEqual([true, [here]]);
    session.foresee(there, REACH);
    await slow.answer(trackRows([[there - 1000, 8, confirmed]]));
    session.picture.moveTo(here);
    expect([session.isWhole, [...session.picture.tracks]]).toEqual([true, [7]]);
  });

  it('does without where the moment is refused', async () => {
    const slow = new Slow();
    const session = sessionOf(slow, T0 + 50 * CHUNK_MS);
    session.tick(0, REACH);
    await slow.refuse();
    session.tick(200, REACH);
    expect(session.isWaiting(performance.now())).toBe(false);
    expect(slow.chunks.length).toBeGreaterThan(2);
  });

  it('asks for nothing more than the chunks while dots are integrated', () => {
    const slow = new Slow();
    const session = sessionOf(slow, T0 + 50 * CHUNK_MS);
    session.tick(0, { ...REACH, integrateSinceMs: T0 });
    expect(slow.asked).toEqual([]);
    expect(slow.chunks.length).toBeGreaterThan(0);
  });
});
