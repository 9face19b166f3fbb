/** Blocks for tests, written as the server writes them. */
import { type AnyBlock, HEADER_BYTES, type Kind, LAYOUTS, MAGIC, parseBlocks } from '../src/blocks';

const NUMBERS: Readonly<Record<Kind, number>> = { dwells: 1, plots: 2, tracks: 3, formations: 4, truth: 5 };
const SIZES = { f64: 8, i32: 4, f32: 4, u32: 4 } as const;

/** Bytes of one block; columns not given are zero. */
export function blockBytes(
  kind: Kind,
  count: number,
  columns: Readonly<Record<string, readonly number[]>>,
  sequence = 0,
): ArrayBuffer {
  const body = LAYOUTS[kind].reduce((sum, [, type]) => sum + SIZES[type] * count, 0);
  const size = Math.ceil((HEADER_BYTES + body) / 8) * 8;
  const bytes = new ArrayBuffer(size);
  const view = new DataView(bytes);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, NUMBERS[kind], true);
  view.setUint16(6, 1, true);
  view.setUint32(8, count, true);
  view.setUint32(12, size, true);
  view.setFloat64(24, sequence, true);
  let at = HEADER_BYTES;
  for (const [name, type] of LAYOUTS[kind]) {
    for (let row = 0; row < count; row += 1, at += SIZES[type]) writeValue(view, at, type, columns[name]?.[row] ?? 0);
  }
  return bytes;
}

export function blocks(kind: Kind, count: number, columns: Readonly<Record<string, readonly number[]>>): AnyBlock[] {
  return parseBlocks(blockBytes(kind, count, columns));
}

/** Track rows: [time_ms, track, state, lon_deg, velocity_east_mps] each, supported at their own time. */
export function trackRows(
  rows: readonly (readonly [time: number, track: number, state: number, lon?: number, east?: number])[],
): AnyBlock[] {
  return blocks('tracks', rows.length, {
    time_ms: rows.map(([time]) => time),
    supported_ms: rows.map(([time]) => time),
    track: rows.map(([, track]) => track),
    flags: rows.map(([, , state]) => state),
    lon_e7: rows.map(([, , , lon]) => Math.round((lon ?? 0) * 1e7)),
    velocity_east_mps: rows.map(([, , , , east]) => east ?? 0),
  });
}

function writeValue(view: DataView, at: number, type: keyof typeof SIZES, value: number): void {
  if (type === 'f64') view.setFloat64(at, value, true);
  else if (type === 'f32') view.setFloat32(at, value, true);
  else if (type === 'i32') view.setInt32(at, value, true);
  else view.setUint32(at, value, true);
}
