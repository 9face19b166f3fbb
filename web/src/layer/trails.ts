/**
 * Trails: where tracks came from, a line from each row to the one after it.
 *
 * The same pieces, drawn a second time for the youngest rows, show corrections: from where a track was expected to
 * where it was found.
 */
import { type Chunk, TRAIL_FLOATS } from '../chunk';
import type { VertexRun } from '../vertices';
import { type Frame, PLACE_GLSL, TINT_GLSL, setCamera } from './frame';
import { type Attribute, type Buffers, Program, pointAttributes } from './gl';

const ATTRIBUTES: readonly Attribute[] = [
  ['a_place', 4, 0],
  ['a_before', 4, 4],
  ['a_times', 2, 8],
  ['a_kind', 2, 10],
  ['a_expected', 2, 12],
];

const VERTEX = `#version 300 es
precision highp float;
${PLACE_GLSL}
in vec4 a_place;
in vec4 a_before;
in vec2 a_times;
in vec2 a_kind;
in vec2 a_expected;
uniform float u_time;
uniform float u_span;
uniform float u_correction;
uniform float u_width;
out float v_alpha;
out float v_side;
out float v_kind;
void main() {
  float end = float(gl_VertexID & 1);
  float side = float(gl_VertexID >> 1) * 2.0 - 1.0;
  vec2 from = fromCentre(a_before) + a_expected * u_correction;
  vec2 to = fromCentre(a_place);
  vec4 a = onScreen(from);
  vec4 b = onScreen(to);
  vec2 along = (b.xy - a.xy) * u_viewport;
  float size = length(along);
  vec2 across = size > 0.0 ? vec2(along.y, along.x) / size : vec2(0.0);
  float age = u_time - mix(a_times.y, a_times.x, mix(end, 1.0, u_correction));
  v_alpha = clamp(1.0 - age / u_span, 0.0, 1.0);
  v_side = side * (0.5 * u_width + 0.5);
  v_kind = mod(floor(a_kind.x / 256.0), 256.0);
  bool gap = a_times.x - a_times.y > 300.0 || a_times.x == a_times.y;
  gl_Position = gap || size == 0.0 ? NOWHERE : shifted(mix(a, b, end), across * v_side * u_ratio);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
${TINT_GLSL}
in float v_alpha;
in float v_side;
in float v_kind;
uniform vec3 u_ground;
uniform vec3 u_air;
uniform vec3 u_sea;
uniform float u_alpha;
uniform float u_width;
out vec4 colour;
void main() {
  float edge = clamp(0.5 * u_width + 0.5 - abs(v_side), 0.0, 1.0);
  bool air = v_kind == 3.0 || v_kind == 4.0 || v_kind == 18.0;
  bool sea = v_kind == 6.0 || v_kind == 13.0;
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
  readonly #program: Program;

  constructor(
    readonly gl: WebGL2RenderingContext,
    readonly buffers: Buffers,
  ) {
    this.#program = new Program(gl, VERTEX, FRAGMENT, ATTRIBUTES.map(([name]) => name));
  }

  /** Draw the trails of tracks and give how many pieces. */
  draw(chunks: readonly Chunk[], frame: Frame, look: TrailLook): number {
    this.#begin(frame, look);
    let drawn = 0;
    for (const chunk of chunks) {
      const { first, count } = chunk.tracks.between(frame.timeMs - look.spanS * 1000, frame.timeMs);
      this.#drawRun(chunk.trails, first, count, (frame.timeMs - chunk.begin) / 1000);
      drawn += count;
    }
    return drawn;
  }

  /** Draw where the aircraft came from. */
  drawPath(chunks: readonly Chunk[], frame: Frame, look: TrailLook): void {
    this.#begin(frame, look);
    for (const chunk of chunks) {
      const { first, count } = chunk.dwells.between(frame.timeMs - look.spanS * 1000, frame.timeMs);
      this.#drawRun(chunk.path, first, count, (frame.timeMs - chunk.begin) / 1000);
    }
  }

  /** Draw lines that belong to no time; theirs is 0. */
  drawLines(run: VertexRun, frame: Frame, look: TrailLook): void {
    this.#begin(frame, look);
    this.#drawRun(run, 0, run.count, 0);
  }

  #begin(frame: Frame, look: TrailLook): void {
    const program = this.#program;
    const { ground, air, sea, selected, quiet } = frame.palette;
    const one = look.colour === 'selected' ? selected : quiet;
    program.use();
    setCamera(program, frame);
    program.set('u_span', look.spanS);
    program.set('u_correction', look.correction ? 1 : 0);
    program.set('u_width', look.width);
    program.set('u_alpha', look.alpha);
    program.set('u_ground', ...(look.colour === 'kind' ? ground : one));
    program.set('u_air', ...(look.colour === 'kind' ? air : one));
    program.set('u_sea', ...(look.colour === 'kind' ? sea : one));
  }

  #drawRun(run: VertexRun, first: number, count: number, time: number): void {
    if (count <= 0) return;
    this.#program.set('u_time', time);
    this.buffers.bind(run);
    pointAttributes(this.gl, ATTRIBUTES, TRAIL_FLOATS, first, 1);
    this.gl.drawArraysInstanced(this.gl.TRIANGLE_STRIP, 0, 4, count);
  }
}
