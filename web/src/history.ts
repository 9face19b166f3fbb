/** History: the chunks of one mission that are at hand, fetched as the clock needs them, the farthest forgotten first. */
import type { AnyBlock } from './blocks';
import { CHUNK_MS, Chunk, chunkNumber } from './chunk';
import { type Server, ServerError } from './server';

/** Rows are taken in for this long at a time, ms, so that frames go on. */
const SLICE_MS = 6;
const AT_ONCE = 4;
const MOST_CHUNKS = 160;
/** A chunk is settled when its end is this far behind the newest data. */
const SETTLE_MS = 20_000;

export class History {
  readonly chunks = new Map<number, Chunk>();
  /** Grows with every change of any chunk but by live rows. */
  version = 0;
  error: string | null = null;
  /** What is asked for is still being made. */
  awaited = false;
  readonly #loading = new Map<number, AbortController>();
  readonly #settled = new Set<number>();
  readonly #failedAt = new Map<number, number>();
  readonly #waiting: { number: number; blocks: readonly AnyBlock[] }[] = [];
  readonly #stale = new Set<number>();
  #liveFrom = Infinity;
  #bridge: Chunk | null = null;

  constructor(
    readonly server: Server,
    readonly mission: string,
    readonly onChange: () => void,
  ) {}

  get pending(): number {
    return this.#loading.size;
  }

  /** The chunk with a number if it is here. */
  chunk(number: number): Chunk | undefined {
    return this.chunks.get(number);
  }

  /** Stand in for the chunks with other rows, or no more. */
  bridge(rows: Chunk | null): void {
    if (rows === this.#bridge) return;
    this.#bridge = rows;
    this.version += 1;
  }

  /** Chunks here that touch [fromMs, toMs], oldest first. */
  between(fromMs: number, toMs: number): Chunk[] {
    if (this.#bridge) return [this.#bridge];
    const found: Chunk[] = [];
    if (toMs - fromMs > MOST_CHUNKS * CHUNK_MS) {
      for (const chunk of this.chunks.values()) if (chunk.end > fromMs && chunk.begin <= toMs) found.push(chunk);
      return found.sort((a, b) => a.number - b.number);
    }
    for (let number = chunkNumber(fromMs); number <= chunkNumber(toMs); number += 1) {
      const chunk = this.chunks.get(number);
      if (chunk) found.push(chunk);
    }
    return found;
  }

  /** Is every chunk from `fromMs` to `toMs` settled or live? */
  covers(fromMs: number, toMs: number): boolean {
    for (let number = chunkNumber(fromMs); number <= chunkNumber(toMs); number += 1) {
      if (!this.chunks.has(number)) return false;
    }
    return true;
  }

  /**
   * Fetch what is missing between `fromMs` and `toMs`, nearest to `t` first; what lies elsewhere is no longer waited for.
   * `newestMs` is the time of the newest data there is, `now` the browser's time.
   */
  need(t: number, fromMs: number, toMs: number, newestMs: number, now: number): void {
    const wanted: number[] = [];
    for (let number = chunkNumber(fromMs); number <= chunkNumber(Math.min(toMs, newestMs)); number += 1)
      wanted.push(number);
    const here = chunkNumber(t);
    // The past of a moment matters before its future: the picture is made of it.
    wanted.sort((a, b) => Math.abs(a - here) - (a <= here ? 0.5 : 0) - (Math.abs(b - here) - (b <= here ? 0.5 : 0)));
    for (const [number, controller] of this.#loading) if (!wanted.includes(number)) controller.abort();
    for (const number of wanted) {
      if (this.#loading.size >= AT_ONCE) break;
      if (this.#isMissing(number, now)) void this.#fetch(number, newestMs, now);
    }
    this.#forgetFarFrom(here);
  }

  /** The live line was cut at `timeMs`: what is here from then on may have holes and is asked for again. */
  refetchFrom(timeMs: number): void {
    for (const number of this.chunks.keys()) {
      if (number < chunkNumber(timeMs)) continue;
      this.#stale.add(number);
      this.#settled.delete(number);
    }
  }

  /** Take in blocks that came over the live line. */
  takeLive(blocks: readonly AnyBlock[]): void {
    const numbers = new Set<number>();
    for (const block of blocks) {
      for (const time of block.columns.time_ms) numbers.add(chunkNumber(time));
      if (block.count > 0) this.#liveFrom = Math.min(this.#liveFrom, block.columns.time_ms[0]);
    }
    for (const number of [...numbers].sort((a, b) => a - b)) {
      if (this.#loading.has(number) || (!this.chunks.has(number) && number * CHUNK_MS < this.#liveFrom)) {
        // Its beginning is still on the way: keep the rows, `#fetch` will put them behind it.
        this.#waiting.push({ number, blocks });
      } else this.#chunkFor(number).take(blocks, true);
    }
  }

  #isMissing(number: number, now: number): boolean {
    if (this.#loading.has(number) || this.#settled.has(number)) return false;
    if (this.chunks.has(number) && !this.#stale.has(number)) return false;
    return now - (this.#failedAt.get(number) ?? -Infinity) > 3000;
  }

  async #fetch(number: number, newestMs: number, now: number): Promise<void> {
    const controller = new AbortController();
    this.#loading.set(number, controller);
    const begin = number * CHUNK_MS;
    try {
      const blocks = await this.server.blocks(this.mission, begin, begin + CHUNK_MS, controller.signal);
      const chunk = new Chunk(number);
      await takeGently(chunk, blocks);
      if (controller.signal.aborted) return;
      if (begin + CHUNK_MS < newestMs - SETTLE_MS) this.#settled.add(number);
      this.chunks.set(number, chunk);
      this.#stale.delete(number);
      this.#link(chunk);
      this.error = null;
      this.awaited = false;
    } catch (error) {
      if (!controller.signal.aborted) {
        this.awaited = error instanceof ServerError && error.passing;
        this.error = this.awaited ? null : error instanceof Error ? error.message : String(error);
        this.#failedAt.set(number, now);
      }
    } finally {
      this.#loading.delete(number);
      this.#takeWaiting(number);
      this.version += 1;
      this.onChange();
    }
  }

  #takeWaiting(number: number): void {
    const mine = this.#waiting.filter((entry) => entry.number === number);
    if (mine.length === 0) return;
    this.#waiting.splice(0, this.#waiting.length, ...this.#waiting.filter((entry) => entry.number !== number));
    const chunk = this.#chunkFor(number);
    for (const { blocks } of mine) chunk.take(blocks, true);
  }

  #chunkFor(number: number): Chunk {
    const known = this.chunks.get(number);
    if (known) return known;
    const chunk = new Chunk(number);
    this.chunks.set(number, chunk);
    this.#link(chunk);
    return chunk;
  }

  #link(chunk: Chunk): void {
    const before = this.chunks.get(chunk.number - 1);
    if (before) chunk.linkTo(before);
    this.chunks.get(chunk.number + 1)?.linkTo(chunk);
  }

  #forgetFarFrom(here: number): void {
    if (this.chunks.size <= MOST_CHUNKS) return;
    const newest = Math.max(...this.chunks.keys());
    const old = [...this.chunks.keys()].filter((number) => number !== newest);
    const farthest = old.sort((a, b) => Math.abs(b - here) - Math.abs(a - here));
    for (const number of farthest.slice(0, this.chunks.size - MOST_CHUNKS)) {
      this.chunks.delete(number);
      this.#settled.delete(number);
    }
  }
}

/** Let a chunk take in blocks, and the page draw in between. */
async function takeGently(chunk: Chunk, blocks: readonly AnyBlock[]): Promise<void> {
  let began = performance.now();
  for (const _ of chunk.taking(blocks, false)) {
    if (performance.now() - began < SLICE_MS) continue;
    await new Promise((resolve) => setTimeout(resolve));
    began = performance.now();
  }
}
