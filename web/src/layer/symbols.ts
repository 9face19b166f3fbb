/**
 * Symbols: kind is shape, certainty is fill, motion is length.
 *
 * Each mover is one instance; its place at the time of the frame is reckoned here, in the vertex shader, from its last
 * row, for at most one revisit after its last support. Shapes are signed distances, so edges are smooth at any size.
 */
import { MOVER_FLOATS } from '../picture';
import type { VertexRun } from '../vertices';
import { type Frame, PLACE_GLSL, TINT_GLSL, setCamera } from './frame';
import { type Attribute, type Buffers, Program, pointAttributes } from './gl';

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
${MOVER_GLSL}
uniform vec3 u_ground;
uniform vec3 u_air;
uniform vec3 u_sea;
uniform vec3 u_selected;
uniform vec3 u_platform;
uniform float u_scale;
out vec2 v_local;
flat out vec4 v_size;
flat out float v_shape;
flat out float v_fill;
flat out float v_dash;
flat out vec3 v_colour;
flat out float v_alpha;
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
  v_fill = hollow || v_shape == RING || v_shape == SQUARE ? 0.0 : 1.0;
  v_dash = state() == 2.0 ? 1.0 : 0.0;
  v_colour = platform ? u_platform : mark == 3.0 ? u_selected : isAir() ? u_air : isSea() ? u_sea : u_ground;
  float old = clamp((unsupported() - u_revisit) / 600.0, 0.0, 1.0);
  v_alpha = platform ? 1.0 : (mark == 1.0 ? 0.1 : 1.0) * (state() == 0.0 ? 0.85 : 1.0) * (1.0 - 0.6 * old);
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1)) * 2.0 - 1.0;
  v_local = corner * (v_size.xy * vec2(0.5, 1.0) + 2.5);
  vec2 along = a_velocity == vec2(0.0) || v_shape == SQUARE ? vec2(0.0, -1.0) : normalize(a_velocity);
  vec2 pixels = (along * v_local.x + vec2(-along.y, along.x) * v_local.y) * u_ratio;
  gl_Position = unsupported() > 600.0 && !platform ? NOWHERE : shifted(onScreen(glided()), pixels);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
${TINT_GLSL}
in vec2 v_local;
flat in vec4 v_size;
flat in float v_shape;
flat in float v_fill;
flat in float v_dash;
flat in vec3 v_colour;
flat in float v_alpha;
uniform float u_ratio;
uniform vec3 u_casing;
out vec4 colour;
float box(vec2 p, vec2 half_) { vec2 d = abs(p) - half_; return max(d.x, d.y); }
float arrow(vec2 p) {
  float front = 0.5 * v_size.x;
  p.y = abs(p.y);
  vec2 side = normalize(vec2(v_size.y, v_size.z));
  vec2 tail = normalize(vec2(v_size.y, v_size.w));
  float inPoint = dot(p - vec2(front, 0.0), side);
  float beforeTail = -dot(p - vec2(v_size.w - front, 0.0), tail);
  return max(max(inPoint, p.y - v_size.y), beforeTail);
}
float aircraft(vec2 p) {
  float s = v_size.x / 26.0;
  p /= s;
  p.y = abs(p.y);
  float body = box(p - vec2(0.5, 0.0), vec2(11.0, 1.6)) ;
  float wing = max(box(p - vec2(0.5, 6.0), vec2(4.5, 6.5)), abs(p.x - 3.0 + 0.42 * p.y) - 1.9);
  float tail = max(box(p - vec2(-9.0, 2.0), vec2(2.5, 3.4)), abs(p.x + 8.4 + 0.4 * p.y) - 1.2);
  return min(min(body, wing), tail) * s;
}
void main() {
  float d = v_shape == 1.0 ? length(v_local) - v_size.y
    : v_shape == 2.0 ? box(v_local, v_size.yy) : v_shape == 3.0 ? aircraft(v_local) : arrow(v_local);
  float soft = 0.6 / u_ratio;
  float edge = v_fill > 0.5 ? d : abs(d + 0.8) - 0.85;
  if (v_dash > 0.5) {
    edge = max(edge, abs(fract(v_local.x / 5.0 + 0.5) - 0.5) * 5.0 - 1.6);
  }
  float ink = 1.0 - smoothstep(-soft, soft, edge);
  float casing = (1.0 - smoothstep(-soft, soft, d - 1.3)) * (v_fill > 0.5 ? 0.75 : 0.45);
  if (ink + casing < 0.01) discard;
  vec4 shape = tinted(v_colour, ink * v_alpha);
  colour = shape + vec4(u_casing, 1.0) * casing * v_alpha * (1.0 - shape.a);
}`;

export class SymbolDrawer {
  readonly #program: Program;

  constructor(
    readonly gl: WebGL2RenderingContext,
    readonly buffers: Buffers,
  ) {
    this.#program = new Program(gl, VERTEX, FRAGMENT, ATTRIBUTES.map(([name]) => name));
  }

  /** Draw a run of movers whose times count from `epoch`, ms. */
  draw(movers: VertexRun, epoch: number, frame: Frame, revisitS: number): void {
    if (movers.count === 0) return;
    const program = this.#program;
    program.use();
    setMoverUniforms(program, frame, epoch, revisitS);
    const { ground, air, sea, selected, casing, quiet } = frame.palette;
    program.set('u_ground', ...ground);
    program.set('u_air', ...air);
    program.set('u_sea', ...sea);
    program.set('u_selected', ...selected);
    program.set('u_platform', ...quiet);
    program.set('u_scale', frame.symbolScale);
    program.set('u_casing', ...casing);
    bindMovers(this.gl, this.buffers, movers);
    this.gl.drawArraysInstanced(this.gl.TRIANGLE_STRIP, 0, 4, movers.count);
  }
}

/** The attributes of `MOVER_GLSL`, in the order the programs give them. */
export const MOVER_ATTRIBUTE_NAMES: readonly string[] = ATTRIBUTES.map(([name]) => name);

export function setMoverUniforms(program: Program, frame: Frame, epoch: number, revisitS: number): void {
  setCamera(program, frame);
  program.set('u_now', (frame.timeMs - epoch) / 1000);
  program.set('u_revisit', revisitS);
}

export function bindMovers(gl: WebGL2RenderingContext, buffers: Buffers, movers: VertexRun): void {
  buffers.bind(movers);
  pointAttributes(gl, ATTRIBUTES, MOVER_FLOATS, 0, 1);
}
