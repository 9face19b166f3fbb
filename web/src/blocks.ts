/**
 * Blocks: the binary tables that the server sends, read in place.
 *
 * A block is a header of 32 bytes and columns of one type each, little-endian: see `LAYOUTS` for names, order and
 * units. Blocks stand back to back in a message and are padded to 8 bytes, so every column can be viewed where it is.
 */

export const MAGIC = 0x314b4c53;
export const HEADER_BYTES = 32;

export type Kind = 'dwells' | 'plots' | 'tracks' | 'formations' | 'truth';
type ColumnType = 'f64' | 'i32' | 'f32' | 'u32';
type ColumnArray = Float64Array | Int32Array | Float32Array | Uint32Array;
type Layout = readonly (readonly [name: string, type: ColumnType])[];

const DWELLS = [
  ['time_ms', 'f64'],
  ['sensor_lon_e7', 'i32'],
  ['sensor_lat_e7', 'i32'],
  ['sensor_height_m', 'f32'],
  ['track_deg', 'f32'],
  ['speed_mps', 'f32'],
  ['area_lon_e7', 'i32'],
  ['area_lat_e7', 'i32'],
  ['range_half_extent_m', 'f32'],
  ['angle_half_extent_deg', 'f32'],
  ['mdv_mps', 'f32'],
  ['revisit', 'u32'],
  ['dwell', 'u32'],
  ['plot_count', 'u32'],
] as const satisfies Layout;

const PLOTS = [
  ['time_ms', 'f64'],
  ['lon_e7', 'i32'],
  ['lat_e7', 'i32'],
  ['radial_speed_mps', 'f32'],
  ['snr_db', 'f32'],
  ['sigma_range_m', 'f32'],
  ['sigma_cross_m', 'f32'],
  ['bearing_deg', 'f32'],
  ['track', 'u32'],
  ['flags', 'u32'],
] as const satisfies Layout;

const TRACKS = [
  ['time_ms', 'f64'],
  ['supported_ms', 'f64'],
  ['track', 'u32'],
  ['lon_e7', 'i32'],
  ['lat_e7', 'i32'],
  ['velocity_east_mps', 'f32'],
  ['velocity_north_mps', 'f32'],
  ['cov_ee_m2', 'f32'],
  ['cov_en_m2', 'f32'],
  ['cov_nn_m2', 'f32'],
  ['class_probability', 'f32'],
  ['same_vehicle', 'f32'],
  ['plot_count', 'u32'],
  ['formation', 'u32'],
  ['flags', 'u32'],
] as const satisfies Layout;

const FORMATIONS = [
  ['time_ms', 'f64'],
  ['supported_ms', 'f64'],
  ['formation', 'u32'],
  ['other', 'u32'],
  ['lon_e7', 'i32'],
  ['lat_e7', 'i32'],
  ['velocity_east_mps', 'f32'],
  ['velocity_north_mps', 'f32'],
  ['cov_ee_m2', 'f32'],
  ['cov_en_m2', 'f32'],
  ['cov_nn_m2', 'f32'],
  ['extent_ee_m2', 'f32'],
  ['extent_en_m2', 'f32'],
  ['extent_nn_m2', 'f32'],
  ['length_m', 'f32'],
  ['width_m', 'f32'],
  ['spacing_m', 'f32'],
  ['probability', 'f32'],
  ['class_share', 'f32'],
  ['members', 'u32'],
  ['count', 'u32'],
  ['count_low', 'u32'],
  ['count_high', 'u32'],
  ['flags', 'u32'],
] as const satisfies Layout;

const TRUTH = [
  ['time_ms', 'f64'],
  ['entity', 'u32'],
  ['lon_e7', 'i32'],
  ['lat_e7', 'i32'],
  ['velocity_east_mps', 'f32'],
  ['velocity_north_mps', 'f32'],
  ['formation', 'u32'],
  ['flags', 'u32'],
] as const satisfies Layout;

export const LAYOUTS = { dwells: DWELLS, plots: PLOTS, tracks: TRACKS, formations: FORMATIONS, truth: TRUTH } as const;

type ArrayOf<T extends ColumnType> = { f64: Float64Array; i32: Int32Array; f32: Float32Array; u32: Uint32Array }[T];

/** Columns of a kind by name, all of `count` items. */
export type Columns<K extends Kind> = {
  [Entry in (typeof LAYOUTS)[K][number] as Entry[0]]: ArrayOf<Entry[1]>;
};

export interface Block<K extends Kind = Kind> {
  kind: K;
  count: number;
  /** Event log number of the last row; what a resumed connection starts from. */
  sequence: number;
  simulated: boolean;
  columns: Columns<K>;
}

export type AnyBlock = { [K in Kind]: Block<K> }[Kind];
/** Blocks that history is made of; truth is asked for by itself. */
export type HistoryBlock = Exclude<AnyBlock, Block<'truth'>>;

/** What is wrong with bytes that are not blocks. */
export class BlockError extends Error {
  override readonly name = 'BlockError';
}

const KIND_NUMBERS: Readonly<Record<number, Kind>> = {
  1: 'dwells',
  2: 'plots',
  3: 'tracks',
  4: 'formations',
  5: 'truth',
};
const ITEM_BYTES: Readonly<Record<ColumnType, number>> = { f64: 8, i32: 4, f32: 4, u32: 4 };
const SIMULATED_FLAG = 1;

/** All blocks in a message; kinds this page does not know are passed over. Throws `BlockError`. */
export function parseBlocks(message: ArrayBuffer): AnyBlock[] {
  const view = new DataView(message);
  const blocks: AnyBlock[] = [];
  for (let offset = 0; offset < message.byteLength;) {
    const bytes = blockBytes(view, offset);
    const kind = KIND_NUMBERS[view.getUint16(offset + 4, true)];
    if (kind !== undefined) blocks.push(readBlock(view, offset, kind, bytes));
    offset += bytes;
  }
  return blocks;
}

function blockBytes(view: DataView, offset: number): number {
  const left = view.byteLength - offset;
  if (left < HEADER_BYTES) throw new BlockError(`A block header needs ${HEADER_BYTES} bytes, ${left} are left.`);
  if (view.getUint32(offset, true) !== MAGIC) throw new BlockError(`No block begins at byte ${offset}.`);
  const bytes = view.getUint32(offset + 12, true);
  if (bytes < HEADER_BYTES || bytes > left || bytes % 8 !== 0) {
    throw new BlockError(`The block at byte ${offset} says it has ${bytes} bytes, ${left} are left.`);
  }
  return bytes;
}

function readBlock(view: DataView, offset: number, kind: Kind, bytes: number): AnyBlock {
  const count = view.getUint32(offset + 8, true);
  const columns: Record<string, ColumnArray> = {};
  let at = offset + HEADER_BYTES;
  for (const [name, type] of LAYOUTS[kind]) {
    if (at + count * ITEM_BYTES[type] > offset + bytes) {
      throw new BlockError(`${count} ${kind} do not fit the ${bytes} bytes of their block.`);
    }
    columns[name] = viewColumn(type, view.buffer as ArrayBuffer, at, count);
    at += count * ITEM_BYTES[type];
  }
  return {
    kind,
    count,
    sequence: view.getFloat64(offset + 24, true),
    simulated: (view.getUint16(offset + 6, true) & SIMULATED_FLAG) !== 0,
    columns,
  } as unknown as AnyBlock;
}

/** A column that views `buffer`, or a fresh one when no buffer is given. */
export function viewColumn(type: ColumnType, buffer: ArrayBuffer, offset: number, count: number): ColumnArray {
  switch (type) {
    case 'f64':
      return new Float64Array(buffer, offset, count);
    case 'i32':
      return new Int32Array(buffer, offset, count);
    case 'f32':
      return new Float32Array(buffer, offset, count);
    case 'u32':
      return new Uint32Array(buffer, offset, count);
  }
}
