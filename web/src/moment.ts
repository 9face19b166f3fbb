/**
 * Moment: the rows that the picture of one time is made of, fetched at a jump, before the chunks around it.
 *
 * Tracks that were silent for longer than a trail are not among them; they come with the chunks.
 */
import { Chunk } from './chunk';
import type { Server } from './server';

/** The rows of a moment do for the picture of a time this much later, ms: by then the chunks are there. */
const LASTS_MS = 30_000;

interface Question {
  t: number;
  trailS: number;
  fadeS: number;
}

export class Moment {
  #chunk: Chunk | null = null;
  /** Time that the rows are of, and times asked for in vain or being asked for, ms. */
  #time = NaN;
  #refused = NaN;
  #asked = NaN;
  #next: Question | null = null;
  #since = -Infinity;

  constructor(
    readonly server: Server,
    readonly mission: string,
    readonly onChange: () => void,
  ) {}

  /** The rows for the picture of a time, if they are here. */
  at(t: number): Chunk | null {
    return serves(this.#time, t) ? this.#chunk : null;
  }

  get isPending(): boolean {
    return !Number.isNaN(this.#asked);
  }

  /** Browser's time at which the answer on its way was asked for, ms; -Infinity when none is. */
  get pendingSince(): number {
    return this.isPending ? this.#since : -Infinity;
  }

  /** Ask for the rows of a time; of several asked for while an answer is on its way only the last is fetched. */
  ask(t: number, trailS: number, fadeS: number): void {
    if ([this.#time, this.#refused, this.#asked].some((time) => serves(time, t))) return;
    this.#next = { t, trailS, fadeS };
    if (!this.isPending) void this.#fetch();
  }

  async #fetch(): Promise<void> {
    while (this.#next) {
      const { t, trailS, fadeS } = this.#next;
      this.#next = null;
      this.#asked = t;
      this.#since = performance.now();
      try {
        const chunk = new Chunk(NaN, t - 1000 * Math.max(trailS, fadeS) - 1, t + 1);
        chunk.take(await this.server.moment(this.mission, t, trailS, fadeS), false);
        this.#chunk = chunk;
        this.#time = t;
      } catch {
        // The chunks are asked for as well, and that says what is wrong.
        this.#refused = t;
      }
      this.onChange();
    }
    this.#asked = NaN;
  }
}

/** Do rows of one time do for the picture of another? NaN never does. */
function serves(time: number, t: number): boolean {
  return t >= time && t < time + LASTS_MS;
}
