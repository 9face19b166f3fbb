import { beforeEach, describe, expect, it } from 'vitest';
import { Clock, RATES, formatRate } from '../src/clock';

const BEGIN = 1_000_000;
const END = 1_600_000;

describe('Clock', () => {
  let clock: Clock;

  beforeEach(() => {
    clock = new Clock();
    clock.setSpan(BEGIN, END);
    clock.t = BEGIN;
    clock.tick(0);
  });

  it('stands still until it plays, then runs at its rate', () => {
    expect(clock.tick(1000)).toBe(BEGIN);
    clock.play();
    clock.rate = 10;
    expect(clock.tick(1500)).toBe(BEGIN + 5000);
  });

  it('stops at the end of a recording, and plays again from its beginning', () => {
    clock.seek(END - 100);
    clock.play();
    expect(clock.tick(5000)).toBe(END);
    expect(clock.playing).toBe(false);
    clock.play();
    expect(clock.t).toBe(BEGIN);
  });

  it('keeps inside the span when it is set', () => {
    clock.seek(0);
    expect(clock.t).toBe(BEGIN);
    clock.seek(END + 1);
    expect(clock.t).toBe(END);
  });

  it('follows a live source, closing small gaps without a jump', () => {
    clock.observeSource(END, 0, 1);
    clock.goLive();
    expect(clock.tick(100)).toBe(END + 100);
    clock.observeSource(END + 1100, 100, 1);
    const after = clock.tick(200);
    expect(after).toBeGreaterThan(END + 200);
    expect(after).toBeLessThanOrEqual(END + 100 + 100 * 1.25 + 1e-6);
  });

  it('never goes back while it closes a gap', () => {
    clock.observeSource(END, 0, 1);
    clock.goLive();
    let last = clock.tick(16);
    clock.observeSource(END - 500, 16, 1);
    for (let now = 32; now < 4000; now += 16) {
      const t = clock.tick(now);
      expect(t).toBeGreaterThanOrEqual(last);
      last = t;
    }
    expect(last).toBeCloseTo(clock.sourceTime(3984 + 0), -2);
  });

  it('jumps over large gaps', () => {
    clock.observeSource(END, 0, 1);
    clock.goLive();
    clock.tick(10);
    clock.observeSource(END + 60_000, 10, 1);
    expect(clock.tick(20)).toBeCloseTo(END + 60_010, 0);
  });

  it('stands still when the source is lost', () => {
    clock.observeSource(END, 0, 1);
    clock.goLive();
    clock.tick(10);
    clock.loseSource();
    const t = clock.tick(20);
    expect(clock.running).toBe(false);
    expect(clock.tick(5000)).toBe(t);
  });

  it('is not disturbed by being live before the source has spoken', () => {
    clock.mode = 'live';
    expect(clock.tick(1000)).toBe(BEGIN);
    expect(clock.end).toBe(END);
  });

  it('leaves live when it is set, and comes back at the end of the replay', () => {
    clock.observeSource(END, 0, 1);
    clock.goLive();
    clock.tick(10);
    clock.seek(END - 1000);
    expect(clock.mode).toBe('replay');
    expect(clock.playing).toBe(true);
    clock.rate = 10;
    for (let now = 26; now < 2000; now += 16) clock.tick(now);
    expect(clock.mode).toBe('live');
  });

  it('steps through its rates and stops at the ends', () => {
    for (let step = 0; step < 30; step += 1) clock.changeRate(1);
    expect(clock.rate).toBe(1000);
    for (let step = 0; step < 30; step += 1) clock.changeRate(-1);
    expect(clock.rate).toBe(1 / 16);
    expect(RATES).toContain(1);
  });
});

describe('formatRate', () => {
  it('writes slow rates as fractions', () => {
    expect(formatRate(1 / 16)).toBe('1/16\u2009×');
    expect(formatRate(1000)).toBe('1000\u2009×');
  });
});
