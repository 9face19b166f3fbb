/** Outlines: error ellipses (one sigma) and rings of reach, as thin closed lines; and leaders from a row to now. */
import type { VertexRun } from '../vertices';
import { type Frame, PLACE_GLSL, TINT_GLSL } from './frame';
import { type Buffers, Program } from './gl';
import { MOVER_ATTRIBUTE_NAMES, MOVER_GLSL, bindMovers, setMoverUniforms } from './symbols';

export const Outline = { ellipse: 0, reach: 1, leader: 2 } as const;
export type Outline = (typeof Outline)[keyof typeof Outline];

const STEPS: Record<Outline, number> = { 0: 40, 1: 72, 2: 1 };
/** Where there are many, rings and ellipses have this many corners. */
const FEW_STEPS = 24;
const MANY = 200;

const VERTEX = `#version 300 es
precision highp float;
${PLACE_GLSL}
${MOVER_GLSL}
uniform float u_mode;
uniform float u_steps;
uniform vec3 u_ground;
uniform vec3 u_air;
uniform vec3 u_selected;
out float v_side;
flat out vec3 v_colour;
out float v_alpha;
// Half axes of the one-sigma ellipse on the plane, y down.
mat2 ellipseAxes() {
  float ee = a_covariance.x, en = a_covariance.y, nn = a_covariance.z;
  float mean = 0.5 * (ee + nn);
  float apart = sqrt(max(0.0, 0.25 * (ee - nn) * (ee - nn) + en * en));
  float turn = 0.5 * atan(2.0 * en, ee - nn);
  vec2 major = vec2(cos(turn), -sin(turn));
  return mat2(major * sqrt(mean + apart), vec2(-major.y, major.x) * sqrt(max(0.0, mean - apart))) * a_kind.x;
}
void main() {
  float side = float(gl_VertexID & 1) * 2.0 - 1.0;
  float turn = float(gl_VertexID >> 1) / u_steps * 6.2831853;
  vec2 place;
  vec2 ahead;
  if (u_mode == 2.0) {
    vec2 start = fromCentre(a_place);
    vec2 end = glided();
    place = mix(start, end, float(gl_VertexID >> 1));
    ahead = end - start;
    v_alpha = 0.9;
  } else {
    mat2 axes = ellipseAxes();
    vec2 centre = glided();
    if (u_mode == 1.0) {
      // Whoever was there when last supported, going on at its speed or a little faster, is inside.
      axes = mat2(1.0) * (1.2 * speed() + 2.0) * unsupported() * a_kind.x;
      centre = fromCentre(a_place) + a_velocity * (a_times.y - a_times.x);
    }
    place = centre + axes * vec2(cos(turn), sin(turn));
    ahead = axes * vec2(-sin(turn), cos(turn));
    v_alpha = u_mode == 1.0 ? 0.5 * clamp(1.0 - unsupported() / 600.0, 0.0, 1.0) : 0.9;
  }
  v_colour = a_kind.z == 3.0 ? u_selected : isAir() ? u_air : u_ground;
  v_side = side * 1.1;
  if (a_kind.z == 1.0) v_alpha *= 0.1;
  vec2 along = length(ahead) > 0.0 ? normalize(ahead) : vec2(1.0, 0.0);
  gl_Position = length(ahead) == 0.0 ? NOWHERE : shifted(onScreen(place), vec2(-along.y, along.x) * v_side * u_ratio);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
${TINT_GLSL}
in float v_side;
flat in vec3 v_colour;
in float v_alpha;
uniform float u_alpha;
out vec4 colour;
void main() { colour = tinted(v_colour, v_alpha * u_alpha * clamp(1.1 - abs(v_side), 0.0, 1.0)); }`;

export class OutlineDrawer {
  readonly #program: Program;

  constructor(
    readonly gl: WebGL2RenderingContext,
    readonly buffers: Buffers,
  ) {
    this.#program = new Program(gl, VERTEX, FRAGMENT, MOVER_ATTRIBUTE_NAMES);
  }

  /** Draw one outline for each mover of a run. */
  draw(movers: VertexRun, epoch: number, frame: Frame, revisitS: number, mode: Outline): void {
    if (movers.count === 0) return;
    const program = this.#program;
    const steps = movers.count > MANY ? Math.min(FEW_STEPS, STEPS[mode]) : STEPS[mode];
    program.use();
    setMoverUniforms(program, frame, epoch, revisitS);
    program.set('u_mode', mode);
    program.set('u_steps', steps);
    program.set('u_alpha', mode === Outline.leader ? 0.55 : 1);
    program.setVector('u_ground', frame.palette.ground);
    program.setVector('u_air', frame.palette.air);
    program.setVector('u_selected', frame.palette.selected);
    bindMovers(this.buffers, movers);
    this.gl.drawArraysInstanced(this.gl.TRIANGLE_STRIP, 0, 2 * (steps + 1), movers.count);
  }
}
