/** Pace: how fast a source's time really runs, from what it has said lately. */

/** Words of this long count, ms of watching. */
const WINDOW_MS = 10_000;
/** A pace this near to the one announced is taken for it: dwells come in jumps. */
const TOLERANCE = 0.35;

export class Pace {
  readonly #words: { t: number; now: number }[] = [];
  /** Browser's time of the last word that brought newer data, ms. */
  advancedAt = NaN;

  /** Take in that the data stood at `t` when the browser's time was `now`. */
  observe(t: number, now: number): void {
    const last = this.#words.at(-1);
    if (last === undefined || t > last.t) this.advancedAt = now;
    this.#words.push({ t, now });
    while (this.#words.length > 2 && now - this.#words[1].now > WINDOW_MS) this.#words.shift();
  }

  /** Seconds of data per second of watching; `announced` where too little is known, or where it agrees. */
  rate(announced: number): number {
    const [first] = this.#words;
    const last = this.#words.at(-1);
    if (!last || last.now - first.now < WINDOW_MS / 2) return announced;
    const seen = (last.t - first.t) / (last.now - first.now);
    return Math.abs(seen - announced) <= TOLERANCE * announced ? announced : seen;
  }
}
