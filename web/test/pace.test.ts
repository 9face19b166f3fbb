import { describe, expect, it } from 'vitest';
import { Pace } from '../src/pace';

function paceOf(words: readonly (readonly [t: number, now: number])[]): Pace {
  const pace = new Pace();
  for (const [t, now] of words) pace.observe(t, now);
  return pace;
}

describe('Pace', () => {
  it('believes what is announced until it has listened for a while', () => {
    expect(
      paceOf([
        [0, 0],
        [4000, 1000],
      ]).rate(1),
    ).toBe(1);
  });

  it('takes small differences for jitter', () => {
    expect(
      paceOf([
        [0, 0],
        [5300, 5000],
        [10_900, 10_000],
      ]).rate(1),
    ).toBe(1);
  });

  it('sees a recording that is sent four times as fast', () => {
    expect(
      paceOf([
        [0, 0],
        [20_000, 5000],
        [40_000, 10_000],
      ]).rate(1),
    ).toBeCloseTo(4, 6);
  });

  it('sees that nothing comes any more, and since when', () => {
    const pace = paceOf(
      Array.from({ length: 30 }, (_, second) => [Math.min(second, 10) * 1000, second * 1000] as const),
    );
    expect(pace.rate(1)).toBe(0);
    expect(pace.advancedAt).toBe(10_000);
  });
});
