/**
 * Trails: where tracks came from, a line from each row to the one after it.
 *
 * The same pieces, drawn a second time for the youngest rows, show corrections: from where a track was expected to
 * where it was found.
 */
import { type Chunk, TRAIL_FLOATS } from '../chunk';
import type { VertexRun } from '../vertices';
import { type Frame, PLACE_GLSL, TINT_GLSL, setCamera } from './frame';
import { type Attribute, type Buffers, Program } from './gl';

/** A piece as one instance of a quad: both its ends. */
const QUAD_ATTRIBUTES: readonly Attribute[] = [
  ['a_before', 4, 0],
  ['a_timeBefore', 1, 4],
  ['a_place', 4, 8],
  ['a_time', 1, 12],
  ['a_class', 1, 13],
  ['a_expected', 2, 14],
];
/** The same buffer with each end as a vertex of a plain line. */
const LINE_ATTRIBUTES: readonly Attribute[] = [
  ['a_place', 4, 0],
  ['a_time', 1, 4],
  ['a_class', 1, 5],
];
const END_FLOATS = TRAIL_FLOATS / 2;
/** More pieces than this are drawn as plain lines of one pixel: a software rasteriser pays dearly for each quad. */
const MOST_QUADS = 8000;

const QUAD_VERTEX = `#version 300 es
precision highp float;
${PLACE_GLSL}
in vec4 a_before;
in float a_timeBefore;
in vec4 a_place;
in float a_time;
in float a_class;
in vec2 a_expected;
uniform float u_time;
uniform float u_span;
uniform float u_correction;
uniform float u_width;
out float v_alpha;
out float v_side;
out float v_class;
void main() {
  float end = float(gl_VertexID & 1);
  float side = float(gl_VertexID >> 1) * 2.0 - 1.0;
  vec2 from = fromCentre(a_before) + a_expected * u_correction;
  vec4 a = onScreen(from);
  vec4 b = onScreen(fromCentre(a_place));
  vec2 along = (b.xy - a.xy) * u_viewport;
  float size = length(along);
  vec2 across = size > 0.0 ? along.yx / size : vec2(0.0);
  float age = u_time - mix(a_timeBefore, a_time, mix(end, 1.0, u_correction));
  v_alpha = clamp(1.0 - age / u_span, 0.0, 1.0);
  v_side = side * (0.5 * u_width + 0.5);
  v_class = a_class;
  gl_Position = size == 0.0 ? NOWHERE : shifted(mix(a, b, end), across * v_side * u_ratio);
}`;

const LINE_VERTEX = `#version 300 es
precision highp float;
${PLACE_GLSL}
in vec4 a_place;
in float a_time;
in float a_class;
uniform float u_time;
uniform float u_span;
out float v_alpha;
out float v_side;
out float v_class;
void main() {
  v_alpha = clamp(1.0 - (u_time - a_time) / u_span, 0.0, 1.0);
  v_side = 0.0;
  v_class = a_class;
  gl_Position = onScreen(fromCentre(a_place));
}`;

const FRAGMENT = `#version 300 es
precision highp float;
${TINT_GLSL}
in float v_alpha;
in float v_side;
in float v_class;
uniform vec3 u_ground;
uniform vec3 u_air;
uniform vec3 u_sea;
uniform float u_alpha;
uniform float u_width;
out vec4 colour;
void main() {
  float edge = clamp(0.5 * u_width + 0.5 - abs(v_side), 0.0, 1.0);
  bool air = v_class == 3.0 || v_class == 4.0 || v_class == 18.0;
  bool sea = v_class == 6.0 || v_class == 13.0;
  colour = tinted(air ? u_air : sea ? u_sea : u_ground, edge * v_alpha * u_alpha);
}`;

export interface TrailLook {
  spanS: number;
  /** Draw corrections, not trails. */
  correction: boolean;
  colour: 'kind' | 'selected' | 'quiet';
  width: number;
  alpha: number;
}

export class TrailDrawer {
  readonly #quads: Program;
  readonly #lines: Program;

  constructor(
    readonly gl: WebGL2RenderingContext,
    readonly buffers: Buffers,
  ) {
    this.#quads = new Program(
      gl,
      QUAD_VERTEX,
      FRAGMENT,
      QUAD_ATTRIBUTES.map(([name]) => name),
    );
    this.#lines = new Program(
      gl,
      LINE_VERTEX,
      FRAGMENT,
      LINE_ATTRIBUTES.map(([name]) => name),
    );
  }

  /** Draw the trails of tracks and give how many pieces. */
  draw(chunks: readonly Chunk[], frame: Frame, look: TrailLook): number {
    const from = frame.timeMs - look.spanS * 1000;
    const runs = chunks.map((chunk) => ({ chunk, ...chunk.tracks.between(from, frame.timeMs) }));
    const total = runs.reduce((sum, { count }) => sum + count, 0);
    const plain = total > MOST_QUADS && !look.correction;
    const program = this.#begin(frame, look, plain);
    for (const { chunk, first, count } of runs) {
      program.set('u_time', (frame.timeMs - chunk.begin) / 1000);
      if (plain) this.#drawLines(chunk.trails, first, count);
      else this.#drawQuads(chunk.trails, first, count);
    }
    return total;
  }

  /** Draw where the aircraft came from. */
  drawPath(chunks: readonly Chunk[], frame: Frame, look: TrailLook): void {
    const program = this.#begin(frame, look, false);
    for (const chunk of chunks) {
      const { first, count } = chunk.dwells.between(frame.timeMs - look.spanS * 1000, frame.timeMs);
      program.set('u_time', (frame.timeMs - chunk.begin) / 1000);
      this.#drawQuads(chunk.path, first, count);
    }
  }

  /** Draw lines that belong to no time; theirs is 0. */
  drawTimeless(run: VertexRun, frame: Frame, look: TrailLook): void {
    this.#begin(frame, look, false).set('u_time', 0);
    this.#drawQuads(run, 0, run.count);
  }

  #begin(frame: Frame, look: TrailLook, plain: boolean): Program {
    const program = plain ? this.#lines : this.#quads;
    const { ground, air, sea, selected, quiet } = frame.palette;
    const one = look.colour === 'selected' ? selected : quiet;
    program.use();
    setCamera(program, frame);
    program.set('u_span', look.spanS);
    program.set('u_width', look.width);
    program.set('u_alpha', look.alpha);
    program.set('u_correction', look.correction ? 1 : 0);
    program.setVector('u_ground', look.colour === 'kind' ? ground : one);
    program.setVector('u_air', look.colour === 'kind' ? air : one);
    program.setVector('u_sea', look.colour === 'kind' ? sea : one);
    return program;
  }

  #drawQuads(run: VertexRun, first: number, count: number): void {
    if (count <= 0) return;
    this.buffers.bind(run);
    this.buffers.point(QUAD_ATTRIBUTES, TRAIL_FLOATS, first, 1);
    this.gl.drawArraysInstanced(this.gl.TRIANGLE_STRIP, 0, 4, count);
  }

  #drawLines(run: VertexRun, first: number, count: number): void {
    if (count <= 0) return;
    this.buffers.bind(run);
    this.buffers.point(LINE_ATTRIBUTES, END_FLOATS, 2 * first, 0);
    this.gl.drawArrays(this.gl.LINES, 0, 2 * count);
  }
}
