/**
 * The one clock: live is replay with t = now.
 *
 * Two times meet here. `now` is the browser's running time (ms, as animation frames give it), always passed in.
 * `t` is the time of the picture (ms, Unix, UTC), what everything on the page is drawn for.
 */

export const RATES = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] as const;

/** A live picture this far from the source jumps to it, in seconds of watching; nearer, it closes in gently. */
const JUMP_S = 3;
/** How much faster or slower than the source a live picture may run to close a gap. */
const CATCH_UP = 0.25;

export type Mode = 'live' | 'replay';

export class Clock {
  t = 0;
  mode: Mode = 'replay';
  playing = false;
  rate = 1;
  begin = 0;
  end = 0;
  #now: number | null = null;
  #source: { t: number; now: number; rate: number } | null = null;

  /** Say what time span there is; a replay stays inside it. */
  setSpan(begin: number, end: number): void {
    this.begin = begin;
    this.end = Math.max(begin, end);
  }

  /** Take in what the source says: its data stood at `t` when the browser's time was `now`, running at `rate`. */
  observeSource(t: number, now: number, rate: number): void {
    this.#source = { t, now, rate };
    this.end = Math.max(this.end, t);
  }

  /** Forget the source: a live picture then stands still. */
  loseSource(): void {
    if (this.#source) this.#source = { ...this.#source, rate: 0, t: this.sourceTime(this.#source.now) };
  }

  get hasSource(): boolean {
    return this.#source !== null;
  }

  /** Where the source stands at `now`, ms; NaN when there is none. */
  sourceTime(now: number): number {
    return this.#source ? this.#source.t + (now - this.#source.now) * this.#source.rate : NaN;
  }

  /** Move on to the browser's time `now` and give the picture's time. */
  tick(now: number): number {
    const elapsed = this.#now === null ? 0 : Math.max(0, now - this.#now);
    this.#now = now;
    if (this.mode === 'live') this.#follow(now, elapsed);
    else if (this.playing) this.#advance(elapsed);
    return this.t;
  }

  /** Does time pass by itself? */
  get running(): boolean {
    return this.mode === 'live' ? (this.#source?.rate ?? 0) > 0 : this.playing;
  }

  /** Seconds of picture per second of watching. */
  get pace(): number {
    if (!this.running) return 0;
    return this.mode === 'live' ? (this.#source?.rate ?? 0) : this.rate;
  }

  goLive(): void {
    if (!this.#source) return;
    this.mode = 'live';
    this.t = NaN;
  }

  play(): void {
    this.mode = 'replay';
    this.playing = true;
    if (this.t >= this.end) this.t = this.begin;
  }

  pause(): void {
    this.mode = 'replay';
    this.playing = false;
  }

  toggle(): void {
    if (this.running) this.pause();
    else this.play();
  }

  /** Go to a time; the picture leaves live and keeps playing if it was. */
  seek(t: number): void {
    this.playing = this.running;
    this.mode = 'replay';
    this.t = Math.min(this.end, Math.max(this.begin, t));
  }

  /** The next faster (+1) or slower (-1) rate of `RATES`; from live it becomes a replay at that rate. */
  changeRate(direction: 1 | -1): void {
    const faster = RATES.find((rate) => rate > this.rate) ?? RATES[RATES.length - 1];
    const slower = RATES.findLast((rate) => rate < this.rate) ?? RATES[0];
    this.rate = direction > 0 ? faster : slower;
    if (this.mode === 'live') this.play();
  }

  #advance(elapsed: number): void {
    this.t += elapsed * this.rate;
    if (this.t < this.end) return;
    this.t = this.end;
    if (this.#source && this.rate <= 1.0001) this.mode = 'live';
    else if (this.#source) this.goLive();
    else this.playing = false;
  }

  #follow(now: number, elapsed: number): void {
    const target = this.sourceTime(now);
    if (Number.isNaN(target)) return;
    const rate = this.#source?.rate ?? 0;
    const gap = target - this.t;
    this.end = Math.max(this.end, target);
    if (!(Math.abs(gap) < JUMP_S * 1000 * Math.max(1, rate))) this.t = target;
    else {
      const limit = elapsed * rate * CATCH_UP;
      this.t += elapsed * rate + Math.max(-limit, Math.min(limit, gap - elapsed * rate));
    }
  }
}

/** "1/16 x", "1 x", "1000 x". */
export function formatRate(rate: number): string {
  return rate < 1 ? `1/${Math.round(1 / rate)}\u2009×` : `${rate}\u2009×`;
}
