/** Plots: what the radar reported, a dot each that fades with age. */
import { PLOT_FLOATS, type Chunk } from '../chunk';
import { type Frame, PLACE_GLSL, TINT_GLSL, setCamera } from './frame';
import { type Attribute, type Buffers, Program } from './gl';

const ATTRIBUTES: readonly Attribute[] = [
  ['a_place', 4, 0],
  ['a_time', 1, 4],
];

const VERTEX = `#version 300 es
precision highp float;
${PLACE_GLSL}
in vec4 a_place;
in float a_time;
uniform float u_time;
uniform float u_fade;
uniform float u_size;
uniform float u_floor;
out float v_alpha;
void main() {
  float age = u_time - a_time;
  v_alpha = max(u_floor, 1.0 - age / u_fade);
  gl_Position = age < -0.0005 ? NOWHERE : onScreen(fromCentre(a_place));
  // The newest dots are a little larger: the eye follows the sweep.
  gl_PointSize = (u_size + 1.5 * max(0.0, 1.0 - age / (0.06 * u_fade)) * (1.0 - u_floor)) * u_ratio + 1.0;
}`;

const FRAGMENT = `#version 300 es
precision highp float;
${TINT_GLSL}
in float v_alpha;
uniform vec3 u_colour;
uniform float u_alpha;
out vec4 colour;
void main() {
  float away = length(gl_PointCoord - 0.5) * 2.0;
  colour = tinted(u_colour, v_alpha * u_alpha * (1.0 - smoothstep(0.6, 1.0, away)));
}`;

export interface PlotLook {
  /** How long a dot stays, s; those older than this are not drawn unless integrating. */
  fadeS: number;
  /** Show all dots since this time, ms, or null. */
  sinceMs: number | null;
  alpha: number;
}

export class PlotDrawer {
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

  /** Draw and give how many. */
  draw(chunks: readonly Chunk[], frame: Frame, look: PlotLook): number {
    const from = look.sinceMs ?? frame.timeMs - look.fadeS * 1000;
    const program = this.#program;
    program.use();
    setCamera(program, frame);
    program.set('u_fade', look.fadeS);
    program.set('u_floor', look.sinceMs === null ? 0 : 0.5);
    program.set('u_size', look.sinceMs === null ? 4 : 2.4);
    program.set('u_alpha', look.alpha);
    program.setVector('u_colour', frame.palette.plot);
    let drawn = 0;
    for (const chunk of chunks) drawn += this.#drawChunk(chunk, from, frame.timeMs);
    return drawn;
  }

  #drawChunk(chunk: Chunk, from: number, t: number): number {
    const { first, count } = chunk.plots.between(from, t);
    if (count <= 0) return 0;
    this.#program.set('u_time', (t - chunk.begin) / 1000);
    this.buffers.bind(chunk.plotPoints);
    this.buffers.point(ATTRIBUTES, PLOT_FLOATS, first, 0);
    this.gl.drawArrays(this.gl.POINTS, 0, count);
    return count;
  }
}
