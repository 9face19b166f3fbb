/** Truth: where the entities of a simulation are, asked for while it is shown, and moved on between two answers. */
import type { Block } from './blocks';
import { moved } from './formations';
import type { Mission, Server } from './server';

/** What became of an entity at the last look at it; as the server counts. */
export enum Outcome {
  notLookedAt = 0,
  masked = 1,
  inNotch = 2,
  missed = 3,
  detected = 4,
}

export interface Entity {
  entity: number;
  place: [lon: number, lat: number];
  outcome: Outcome;
}

/** An answer holds for so long, ms of the mission: truth comes every ten seconds, and vehicles hardly turn in five. */
const FRESH_MS = 5000;
/** Looks this many revisits back still say what became of an entity. */
const REVISITS_BACK = 1.5;
const LONGEST_S = 600;
const SHORTEST_S = 25;
const OUTCOME_SHIFT = 16;
const DEGREES = 1e-7;

export class Truth {
  #block: Block<'truth'> | null = null;
  #asked = NaN;
  #asking = false;

  constructor(
    readonly server: Pick<Server, 'truth'>,
    readonly mission: Pick<Mission, 'id'>,
  ) {}

  /** Ask for what a time needs, if that is not at hand or on its way. */
  need(t: number, revisitS: number): void {
    if (this.#asking || Math.abs(t - this.#asked) < FRESH_MS) return;
    this.#asking = true;
    const span = Math.min(LONGEST_S, Math.max(SHORTEST_S, REVISITS_BACK * revisitS));
    this.server
      .truth(this.mission.id, t, span)
      .then((blocks) => {
        this.#block = blocks.find((block) => block.kind === 'truth') ?? null;
        this.#asked = t;
      })
      .catch(() => {
        // The next call asks again; that the server does not answer is said by everything else.
      })
      .finally(() => {
        this.#asking = false;
      });
  }

  /** Where all entities are; none while the answer for about this time is not there. */
  at(t: number): Entity[] {
    const block = this.#block;
    if (!block || Math.abs(t - this.#asked) > 2 * FRESH_MS) return [];
    const { columns } = block;
    return Array.from({ length: block.count }, (_, row) => {
      const seconds = (t - columns.time_ms[row]) / 1000;
      const here = { lon: columns.lon_e7[row] * DEGREES, lat: columns.lat_e7[row] * DEGREES };
      const east = columns.velocity_east_mps[row] * seconds;
      const north = columns.velocity_north_mps[row] * seconds;
      const outcome = (columns.flags[row] >> OUTCOME_SHIFT) & 0xff;
      return { entity: columns.entity[row], place: moved(here, east, north), outcome };
    });
  }
}
