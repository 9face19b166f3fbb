import { describe, expect, it } from 'vitest';
import { BlockError, parseBlocks } from '../src/blocks';
import { blockBytes } from './make';

function joined(...parts: readonly ArrayBuffer[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(new Uint8Array(part), at);
    at += part.byteLength;
  }
  return whole.buffer;
}

describe('parseBlocks', () => {
  it('reads every column where it stands', () => {
    const bytes = blockBytes(
      'tracks',
      3,
      {
        time_ms: [1e12, 1e12 + 1, 1e12 + 2],
        track: [7, 8, 9],
        lon_e7: [-1, 0, 1],
        velocity_north_mps: [1.5, -2.5, 0],
        flags: [1, 2, 65539],
      },
      42,
    );
    const [block] = parseBlocks(bytes);
    if (block.kind !== 'tracks') throw new Error('not tracks');
    expect([block.count, block.sequence, block.simulated]).toEqual([3, 42, true]);
    expect([...block.columns.time_ms]).toEqual([1e12, 1e12 + 1, 1e12 + 2]);
    expect([...block.columns.track]).toEqual([7, 8, 9]);
    expect([...block.columns.lon_e7]).toEqual([-1, 0, 1]);
    expect([...block.columns.velocity_north_mps]).toEqual([1.5, -2.5, 0]);
    expect([...block.columns.flags]).toEqual([1, 2, 65539]);
  });

  it('views the message, it does not copy it', () => {
    const bytes = blockBytes('plots', 2, { time_ms: [1, 2] });
    const [block] = parseBlocks(bytes);
    expect(block.columns.time_ms.buffer).toBe(bytes);
  });

  it('reads blocks back to back, odd counts padded, and passes over kinds it does not know', () => {
    const unknown = blockBytes('plots', 1, {});
    new DataView(unknown).setUint16(4, 99, true);
    const found = parseBlocks(
      joined(blockBytes('plots', 3, { track: [1, 2, 3] }), unknown, blockBytes('dwells', 1, { revisit: [5] })),
    );
    expect(found.map(({ kind, count }) => [kind, count])).toEqual([
      ['plots', 3],
      ['dwells', 1],
    ]);
  });

  it('reads nothing from an empty message', () => {
    expect(parseBlocks(new ArrayBuffer(0))).toEqual([]);
  });

  it.each([
    ['a short header', (bytes: ArrayBuffer) => bytes.slice(0, 24)],
    ['a cut body', (bytes: ArrayBuffer) => bytes.slice(0, bytes.byteLength - 8)],
    ['another beginning', (bytes: ArrayBuffer) => (new DataView(bytes).setUint32(0, 1, true), bytes)],
    ['a count too large for its bytes', (bytes: ArrayBuffer) => (new DataView(bytes).setUint32(8, 1e6, true), bytes)],
    ['a length of nothing', (bytes: ArrayBuffer) => (new DataView(bytes).setUint32(12, 0, true), bytes)],
  ])('refuses %s', (_name, damage) => {
    expect(() => parseBlocks(damage(blockBytes('tracks', 2, {})))).toThrow(BlockError);
  });
});
