/** Dwells: the patches of ground the radar looked at, lit when it looks and dimming until it looks again. */
import { type Chunk, DWELL_FLOATS } from '../chunk';
import { type Frame, PLACE_GLSL, TINT_GLSL, setCamera } from './frame';
import { type Attribute, type Buffers, Program } from './gl';

const STEPS = 8;

const ATTRIBUTES: readonly Attribute[] = [
  ['a_sensor', 4, 0],
  ['a_area', 4, 4],
  ['a_half', 2, 8],
  ['a_time', 1, 10],
];

const VERTEX = `#version 300 es
precision highp float;
${PLACE_GLSL}
in vec4 a_sensor;
in vec4 a_area;
in vec2 a_half;
in float a_time;
uniform float u_time;
uniform float u_span;
out float v_alpha;
void main() {
  float far = float(gl_VertexID & 1) * 2.0 - 1.0;
  float turn = (float(gl_VertexID >> 1) / ${STEPS.toFixed(1)} * 2.0 - 1.0) * a_half.y;
  vec2 sensor = fromCentre(a_sensor);
  vec2 out_ = fromCentre(a_area) - sensor;
  float range = length(out_);
  vec2 along = out_ / max(range, 1e-12);
  vec2 turned = mat2(cos(turn), sin(turn), -sin(turn), cos(turn)) * along;
  float age = u_time - a_time;
  float left = clamp(1.0 - age / u_span, 0.0, 1.0);
  // The dwell of this moment stands out; the ones before it are an afterglow.
  v_alpha = 0.10 * left + 0.30 * pow(left, 24.0);
  gl_Position = age < -0.0005 ? NOWHERE : onScreen(sensor + turned * (range + far * a_half.x));
}`;

const FRAGMENT = `#version 300 es
precision highp float;
${TINT_GLSL}
in float v_alpha;
uniform vec3 u_colour;
out vec4 colour;
void main() { colour = tinted(u_colour, v_alpha); }`;

export class DwellDrawer {
  readonly #program: Program;

  constructor(
    readonly gl: WebGL2RenderingContext,
    readonly buffers: Buffers,
  ) {
    this.#program = new Program(
      gl,
      VERTEX,
      FRAGMENT,
      ATTRIBUTES.map(([name]) => name),
    );
  }

  /** Draw the dwells of the last `spanS` seconds and give how many. */
  draw(chunks: readonly Chunk[], frame: Frame, spanS: number): number {
    const program = this.#program;
    program.use();
    setCamera(program, frame);
    program.set('u_span', spanS);
    program.setVector('u_colour', frame.palette.dwell);
    let drawn = 0;
    for (const chunk of chunks) drawn += this.#drawChunk(chunk, frame.timeMs - spanS * 1000, frame.timeMs);
    return drawn;
  }

  #drawChunk(chunk: Chunk, from: number, t: number): number {
    const { first, count } = chunk.dwells.between(from, t);
    if (count <= 0) return 0;
    this.#program.set('u_time', (t - chunk.begin) / 1000);
    this.buffers.bind(chunk.dwellPatches);
    this.buffers.point(ATTRIBUTES, DWELL_FLOATS, first, 1);
    this.gl.drawArraysInstanced(this.gl.TRIANGLE_STRIP, 0, 2 * (STEPS + 1), count);
    return count;
  }
}
