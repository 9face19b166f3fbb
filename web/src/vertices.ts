/** Vertex run: floats for the graphics card that grow at the end, and what of them it has not seen yet. */

const FIRST_COUNT = 256;

export class VertexRun {
  data: Float32Array<ArrayBuffer>;
  count = 0;
  /** First item that changed since the last upload; `count` when none has. */
  dirtyFrom = 0;

  constructor(readonly stride: number) {
    this.data = new Float32Array(FIRST_COUNT * stride);
  }

  /** Make room for one more item and give where its floats begin. */
  next(): number {
    const at = this.count * this.stride;
    if (at + this.stride > this.data.length) this.reserve(2 * (this.data.length / this.stride));
    this.count += 1;
    return at;
  }

  /** Make room for `count` items in all. */
  reserve(count: number): void {
    if (count * this.stride <= this.data.length) return;
    const larger = new Float32Array(count * this.stride);
    larger.set(this.data);
    this.data = larger;
  }

  /** Say that items from `item` on have changed. */
  changed(item: number): void {
    this.dirtyFrom = Math.min(this.dirtyFrom, item);
  }

  /** Drop all items. */
  clear(): void {
    this.count = 0;
    this.dirtyFrom = 0;
  }
}
