/** Labels: which tracks bear their number on the map; as many as fit without lying on one another. */
import { MOVER_FLOATS, Mark, type Picture } from './picture';
import { VertexRun } from './vertices';

/** Floats of a digit: the mover's, how far right it stands (px), which digit. */
export const DIGIT_FLOATS = MOVER_FLOATS + 2;
export const DIGIT_WIDTH_PX = 6.6;

const CHOOSE_MS = 500;
const CHOOSE_MANY_MS = 2000;
const MANY = 2000;
const MOST_LABELS = 250;
/** With more tracks than this in sight only the marked ones bear their number: the crowd is read as a pattern. */
const CROWD = 120;
const CELL_WIDTH_PX = 52;
const CELL_HEIGHT_PX = 30;

/** The camera, as far as labels need it. */
export interface Viewport {
  centreX: number;
  centreY: number;
  /** Pixels of the page for the whole plane. */
  size: number;
  width: number;
  height: number;
}

export class Labels {
  readonly digits = new VertexRun(DIGIT_FLOATS);
  epoch = 0;
  #chosenAt = -Infinity;
  readonly #taken = new Set<number>();

  /** Choose anew now and then: the labels chosen glide with their tracks in between. */
  choose(picture: Picture, viewport: Viewport, now: number): void {
    const wait = picture.count > MANY ? CHOOSE_MANY_MS : CHOOSE_MS;
    if (now - this.#chosenAt < wait && picture.epoch === this.epoch) return;
    this.#chosenAt = now;
    this.epoch = picture.epoch;
    this.digits.clear();
    this.#taken.clear();
    let left = MOST_LABELS;
    const crowded = this.#inSight(picture, viewport) > CROWD;
    for (const marked of crowded ? [true] : [true, false]) {
      for (let slot = 0; slot < picture.count && left > 0; slot += 1) {
        const mark = picture.movers.data[slot * MOVER_FLOATS + 13];
        if (mark === Mark.filtered || mark >= Mark.hovered !== marked) continue;
        if (this.#place(picture, slot, viewport)) left -= 1;
      }
    }
  }

  /** Choose at the next chance. */
  reset(): void {
    this.#chosenAt = -Infinity;
  }

  #inSight(picture: Picture, viewport: Viewport): number {
    let count = 0;
    for (let slot = 0; slot < picture.count && count <= CROWD; slot += 1) {
      if (pixelOf(picture, slot, viewport) !== undefined) count += 1;
    }
    return count;
  }

  #place(picture: Picture, slot: number, viewport: Viewport): boolean {
    const pixel = pixelOf(picture, slot, viewport);
    if (pixel === undefined) return false;
    const [x, y] = pixel;
    const [column, row] = [Math.floor(x / CELL_WIDTH_PX), Math.floor(y / CELL_HEIGHT_PX)];
    const cell = row * 4096 + column;
    const [right, below] = [cell + 1, cell + 4096];
    if (this.#taken.has(cell) || this.#taken.has(right) || this.#taken.has(below)) return false;
    this.#taken.add(cell);
    this.#write(picture, slot);
    return true;
  }

  #write(picture: Picture, slot: number): void {
    const text = String(picture.tracks[slot]);
    const at = slot * MOVER_FLOATS;
    for (let place = 0; place < text.length; place += 1) {
      const start = this.digits.next();
      this.digits.data.set(picture.movers.data.subarray(at, at + MOVER_FLOATS), start);
      this.digits.data[start + MOVER_FLOATS] = place * DIGIT_WIDTH_PX;
      this.digits.data[start + MOVER_FLOATS + 1] = text.charCodeAt(place) - 48;
    }
  }
}

/** Where a mover stands on the screen, px; undefined out of sight. */
function pixelOf(
  picture: Picture,
  slot: number,
  { centreX, centreY, size, width, height }: Viewport,
): readonly [x: number, y: number] | undefined {
  const { data } = picture.movers;
  const at = slot * MOVER_FLOATS;
  const far = data[at] - centreX;
  const x = (far - Math.round(far)) * size + width / 2;
  const y = (data[at + 1] - centreY) * size + height / 2;
  return x < 0 || y < 0 || x > width || y > height ? undefined : [x, y];
}
