/**
 * Symbols: kind is shape, certainty is fill, motion is length.
 *
 * Each mover is one instance; its place at the time of the frame is reckoned here, in the vertex shader, from its last
 * row, for at most one revisit after its last support. Shapes are signed distances, so edges are smooth at any size.
 */
import { MOVER_FLOATS } from '../picture';
import type { VertexRun } from '../vertices';
import { type Frame, PLACE_GLSL, TINT_GLSL, setCamera } from './frame';
import { type Attribute, type Buffers, Program } from './gl';

const ATTRIBUTES: readonly Attribute[] = [
  ['a_place', 4, 0],
  ['a_velocity', 2, 4],
  ['a_times', 2, 6],
  ['a_covariance', 3, 8],
  ['a_kind', 3, 11],
];

/** Target class of the radar's own aircraft in a run of movers; no class of the standard has this number. */
export const PLATFORM_CLASS = 255;

/** GLSL: where a mover stands now. Needs u_now, u_revisit and the attributes above. */
export const MOVER_GLSL = `
in vec4 a_place;
in vec2 a_velocity;
in vec2 a_times;
in vec3 a_covariance;
in vec3 a_kind;
uniform float u_now;
uniform float u_revisit;
vec2 glided() {
  return fromCentre(a_place) + a_velocity * (min(u_now, a_times.y + u_revisit) - a_times.x);
}
float unsupported() { return u_now - a_times.y; }
float speed() { return length(a_velocity) / a_kind.x; }
float state() { return mod(a_kind.y, 256.0); }
float targetClass() { return floor(a_kind.y / 256.0); }
bool isAir() { float c = targetClass(); return c == 3.0 || c == 4.0 || c == 18.0; }
bool isSea() { float c = targetClass(); return c == 6.0 || c == 13.0; }
bool isTracked() { return targetClass() == 1.0 || targetClass() == 12.0; }
`;

const VERTEX = `#version 300 es
precision highp float;
${PLACE_GLSL}
${TINT_GLSL}
${MOVER_GLSL}
uniform vec3 u_ground;
uniform vec3 u_air;
uniform vec3 u_sea;
uniform vec3 u_selected;
uniform vec3 u_platform;
uniform float u_scale;
uniform vec3 u_casing;
flat out vec2 v_along;
flat out vec4 v_size;
flat out float v_extent;
flat out float v_shape;
flat out vec2 v_fillDash;
flat out vec4 v_ink;
flat out vec4 v_rim;
const float RING = 1.0;
const float SQUARE = 2.0;
const float AIRCRAFT = 3.0;
void main() {
  float mark = a_kind.z;
  bool platform = targetClass() == ${PLATFORM_CLASS.toFixed(1)};
  bool hollow = !platform && (state() == 2.0 || unsupported() > 1.15 * u_revisit);
  float grow = (platform ? 1.0 : u_scale) * (mark == 3.0 ? 1.3 : mark == 2.0 ? 1.15 : 1.0);
  v_shape = platform ? AIRCRAFT : state() == 0.0 ? RING : state() == 3.0 ? SQUARE : 0.0;
  // Length and half width of an arrow in pixels, how much of it is the point, how deep its tail is cut.
  float size = 12.0 + 0.42 * min(speed(), 40.0);
  v_size = isAir() ? vec4(15.0, 8.0, 15.0, 9.0) : isSea() ? vec4(16.0, 4.0, 9.0, 0.0)
    : isTracked() ? vec4(size, 4.2, 6.5, 0.0) : vec4(size, 5.0, size, 3.0);
  if (v_shape == RING) v_size = vec4(8.0, 4.0, 0.0, 0.0);
  if (v_shape == SQUARE) v_size = vec4(9.0, 4.5, 0.0, 0.0);
  if (platform) v_size = vec4(26.0, 13.0, 0.0, 0.0);
  v_size *= grow;
  v_fillDash = vec2(hollow || v_shape == RING || v_shape == SQUARE ? 0.0 : 1.0, state() == 2.0 ? 1.0 : 0.0);
  vec3 ink = platform ? u_platform : mark == 3.0 ? u_selected : isAir() ? u_air : isSea() ? u_sea : u_ground;
  float old = clamp((unsupported() - u_revisit) / 600.0, 0.0, 1.0);
  float alpha = platform ? 1.0 : (mark == 1.0 ? 0.1 : 1.0) * (state() == 0.0 ? 0.85 : 1.0) * (1.0 - 0.6 * old);
  v_ink = tinted(ink, alpha);
  v_rim = vec4(u_casing, 1.0) * alpha * (v_fillDash.x > 0.5 ? 0.75 : 0.45);
  v_along = a_velocity == vec2(0.0) || v_shape == SQUARE ? vec2(0.0, -1.0) : normalize(a_velocity);
  // A square that holds the symbol, its rim and a soft edge whichever way it points.
  v_extent = length(vec2(0.5 * v_size.x, v_shape == 0.0 ? 0.0 : v_size.y)) + 2.2;
  v_extent = v_shape == RING ? v_size.y + 2.2 : max(v_extent, v_size.y + 2.2);
  gl_PointSize = 2.0 * v_extent * u_ratio;
  gl_Position = unsupported() > 600.0 && !platform ? NOWHERE : onScreen(glided());
}`;

const FRAGMENT = `#version 300 es
precision highp float;
flat in vec2 v_along;
flat in vec4 v_size;
flat in float v_extent;
flat in float v_shape;
flat in vec2 v_fillDash;
flat in vec4 v_ink;
flat in vec4 v_rim;
uniform float u_ratio;
out vec4 colour;
float box(vec2 p, vec2 half_) { vec2 d = abs(p) - half_; return max(d.x, d.y); }
float aircraft(vec2 p) {
  float s = v_size.x / 26.0;
  p /= s;
  p.y = abs(p.y);
  float body = box(p - vec2(0.5, 0.0), vec2(11.0, 1.6));
  float wing = max(box(p - vec2(0.5, 6.0), vec2(4.5, 6.5)), abs(p.x - 3.0 + 0.42 * p.y) - 1.9);
  float tail = max(box(p - vec2(-9.0, 2.0), vec2(2.5, 3.4)), abs(p.x + 8.4 + 0.4 * p.y) - 1.2);
  return min(min(body, wing), tail) * s;
}
float arrow(vec2 p) {
  p.y = abs(p.y);
  vec2 front = p - vec2(0.5 * v_size.x, 0.0);
  vec2 back = p - vec2(v_size.w - 0.5 * v_size.x, 0.0);
  float side = dot(front, normalize(v_size.yz));
  float tail = -dot(back, normalize(v_size.yw));
  return max(max(side, tail), p.y - v_size.y);
}
void main() {
  vec2 p = (gl_PointCoord * 2.0 - 1.0) * v_extent;
  vec2 local = vec2(dot(p, v_along), dot(p, vec2(-v_along.y, v_along.x)));
  float d;
  if (v_shape == 0.0) d = arrow(local);
  else if (v_shape == 1.0) d = length(local) - v_size.y;
  else if (v_shape == 2.0) d = box(local, v_size.yy);
  else d = aircraft(local);
  float edge = d;
  if (v_fillDash.x < 0.5) {
    edge = abs(d + 0.8) - 0.85;
    if (v_fillDash.y > 0.5) edge = max(edge, abs(fract(local.x / 5.0 + 0.5) - 0.5) * 5.0 - 1.6);
  }
  float ink = clamp(0.5 - edge * u_ratio, 0.0, 1.0);
  float rim = clamp(0.5 - (d - 1.3) * u_ratio, 0.0, 1.0) * (1.0 - ink * v_ink.a);
  colour = v_ink * ink + v_rim * rim;
}`;

export class SymbolDrawer {
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

  /** Draw a run of movers whose times count from `epoch`, ms. */
  draw(movers: VertexRun, epoch: number, frame: Frame, revisitS: number): void {
    if (movers.count === 0) return;
    const program = this.#program;
    program.use();
    setMoverUniforms(program, frame, epoch, revisitS);
    const { ground, air, sea, selected, casing, quiet } = frame.palette;
    program.setVector('u_ground', ground);
    program.setVector('u_air', air);
    program.setVector('u_sea', sea);
    program.setVector('u_selected', selected);
    program.setVector('u_platform', quiet);
    program.set('u_scale', frame.symbolScale);
    program.setVector('u_casing', casing);
    this.buffers.bind(movers);
    // Points, not instances of a quad: a software rasteriser pays for every instance as for a call of its own.
    this.buffers.point(ATTRIBUTES, MOVER_FLOATS, 0, 0);
    this.gl.drawArrays(this.gl.POINTS, 0, movers.count);
  }
}

/** The attributes of `MOVER_GLSL`, in the order the programs give them. */
export const MOVER_ATTRIBUTE_NAMES: readonly string[] = ATTRIBUTES.map(([name]) => name);

export function setMoverUniforms(program: Program, frame: Frame, epoch: number, revisitS: number): void {
  setCamera(program, frame);
  program.set('u_now', (frame.timeMs - epoch) / 1000);
  program.set('u_revisit', revisitS);
}

export function bindMovers(buffers: Buffers, movers: VertexRun): void {
  buffers.bind(movers);
  buffers.point(ATTRIBUTES, MOVER_FLOATS, 0, 1);
}
