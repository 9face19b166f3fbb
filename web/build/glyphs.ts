/**
 * Signed distance glyphs for map labels, made from a font's outlines.
 *
 * MapLibre asks for ranges of 256 letters as protocol buffers: each glyph a bitmap of distances to its outline at
 * 24 px an em with a border of 3 px, 192 at the outline, one pixel of distance 32 levels (the convention of fontnik).
 */
import { readFileSync } from 'node:fs';
import opentype from 'opentype.js';
import { PbfWriter } from 'pbf';

const SIZE = 24;
const BORDER = 3;
const RADIUS = 8;
const CUTOFF = 0.25;
const CURVE_STEPS = 6;
/** MapLibre centres capitals on their anchor when tops count from 26 px above the baseline (24 px an em). */
const TOP_ADJUSTMENT = 26;

type Edge = readonly [number, number, number, number];
type Command = opentype.PathCommand;

interface Glyph {
  id: number;
  bitmap: Uint8Array;
  width: number;
  height: number;
  left: number;
  top: number;
  advance: number;
}

/** One range of 256 letters (`start` a multiple of 256) of a font stack, as MapLibre reads it. */
export function glyphRange(stack: string, fonts: readonly opentype.Font[], start: number): Uint8Array {
  const glyphs: Glyph[] = [];
  for (let id = start; id < start + 256; id += 1) {
    const font = fonts.find((candidate) => candidate.charToGlyphIndex(String.fromCodePoint(id)) > 0);
    if (font) glyphs.push(drawGlyph(font, id));
  }
  return encode(stack, `${start}-${start + 255}`, glyphs);
}

/** The font in a WOFF file. */
export function readFont(path: string): opentype.Font {
  const bytes = readFileSync(path);
  return opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function drawGlyph(font: opentype.Font, id: number): Glyph {
  const glyph = font.charToGlyph(String.fromCodePoint(id));
  const scale = SIZE / font.unitsPerEm;
  const advance = Math.round((glyph.advanceWidth ?? 0) * scale);
  const edges = flatten(glyph.getPath(0, 0, SIZE).commands);
  if (edges.length === 0) return { id, bitmap: new Uint8Array(), width: 0, height: 0, left: 0, top: 0, advance };
  const xs = edges.map((edge) => edge[0]);
  const ys = edges.map((edge) => edge[1]);
  const left = Math.floor(Math.min(...xs));
  const top = Math.floor(Math.min(...ys));
  const width = Math.ceil(Math.max(...xs)) - left;
  const height = Math.ceil(Math.max(...ys)) - top;
  const bitmap = distances(edges, left - BORDER, top - BORDER, width + 2 * BORDER, height + 2 * BORDER);
  // The top of a glyph counts up from the baseline, here y counts down.
  return { id, bitmap, width, height, left, top: -top, advance };
}

/** Straight edges of an outline, curves cut into `CURVE_STEPS` pieces. */
function flatten(commands: readonly Command[]): Edge[] {
  const edges: Edge[] = [];
  let [x, y, startX, startY] = [0, 0, 0, 0];
  const lineTo = (toX: number, toY: number): void => {
    if (toX !== x || toY !== y) edges.push([x, y, toX, toY]);
    [x, y] = [toX, toY];
  };
  for (const command of commands) {
    if (command.type === 'M') [x, y, startX, startY] = [command.x, command.y, command.x, command.y];
    else if (command.type === 'L') lineTo(command.x, command.y);
    else if (command.type === 'Z') lineTo(startX, startY);
    else for (const [toX, toY] of curve(command, x, y)) lineTo(toX, toY);
  }
  return edges;
}

function curve(command: Command, x: number, y: number): [number, number][] {
  const points: [number, number][] = [];
  for (let step = 1; step <= CURVE_STEPS; step += 1) {
    const t = step / CURVE_STEPS;
    const s = 1 - t;
    if (command.type === 'Q') {
      points.push([
        s * s * x + 2 * s * t * command.x1 + t * t * command.x,
        s * s * y + 2 * s * t * command.y1 + t * t * command.y,
      ]);
    } else if (command.type === 'C') {
      const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
      points.push([
        a * x + b * command.x1 + c * command.x2 + d * command.x,
        a * y + b * command.y1 + c * command.y2 + d * command.y,
      ]);
    }
  }
  return points;
}

function distances(edges: readonly Edge[], left: number, top: number, width: number, height: number): Uint8Array {
  const bitmap = new Uint8Array(width * height);
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const x = left + column + 0.5;
      const y = top + row + 0.5;
      const distance = Math.sqrt(Math.min(...edges.map((edge) => squaredDistance(edge, x, y))));
      const outside = inside(edges, x, y) ? -distance : distance;
      const level = 255 - 255 * (outside / RADIUS + CUTOFF);
      bitmap[row * width + column] = Math.max(0, Math.min(255, Math.round(level)));
    }
  }
  return bitmap;
}

function squaredDistance([x0, y0, x1, y1]: Edge, x: number, y: number): number {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = Math.max(0, Math.min(1, ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy)));
  return (x - x0 - along * dx) ** 2 + (y - y0 - along * dy) ** 2;
}

/** Non-zero winding, as fonts with overlapping outlines need. */
function inside(edges: readonly Edge[], x: number, y: number): boolean {
  let winding = 0;
  for (const [x0, y0, x1, y1] of edges) {
    if (y0 <= y === y1 <= y) continue;
    const crossing = x0 + ((y - y0) / (y1 - y0)) * (x1 - x0);
    if (crossing > x) winding += y1 > y0 ? 1 : -1;
  }
  return winding !== 0;
}

/** The `glyphs` message of MapLibre: stacks { name, range, glyphs { id, bitmap, width, height, left, top, advance } }. */
function encode(stack: string, range: string, glyphs: readonly Glyph[]): Uint8Array {
  const writer = new PbfWriter();
  writer.writeMessage(
    1,
    (_stacks, out) => {
      out.writeStringField(1, stack);
      out.writeStringField(2, range);
      for (const glyph of glyphs) out.writeMessage(3, encodeGlyph, glyph);
    },
    glyphs,
  );
  return writer.finish();
}

function encodeGlyph(glyph: Glyph, writer: PbfWriter): void {
  writer.writeVarintField(1, glyph.id);
  if (glyph.bitmap.length > 0) writer.writeBytesField(2, glyph.bitmap);
  writer.writeVarintField(3, glyph.width);
  writer.writeVarintField(4, glyph.height);
  writer.writeSVarintField(5, glyph.left);
  writer.writeSVarintField(6, glyph.top - TOP_ADJUSTMENT);
  writer.writeVarintField(7, glyph.advance);
}
