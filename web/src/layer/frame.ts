/** What every part of the movers' layer draws by: camera, time, look. */
import type { Rgb } from '../theme';
import type { Program } from './gl';

export interface Palette {
  ground: Rgb;
  air: Rgb;
  sea: Rgb;
  plot: Rgb;
  dwell: Rgb;
  selected: Rgb;
  casing: Rgb;
  quiet: Rgb;
  truth: Rgb;
}

export interface Frame {
  /** From the plane, relative to the camera's centre, to the screen. */
  matrix: Float32Array;
  /** The camera's centre on the plane: x, y, and what is left of each in single precision. */
  centre: readonly [number, number, number, number];
  viewport: readonly [width: number, height: number];
  /** Device pixels per pixel of the page. */
  pixelRatio: number;
  /** Length on the plane of one pixel of the page. */
  planePerPixel: number;
  /** Size of symbols: smaller from afar. */
  symbolScale: number;
  timeMs: number;
  /** 0 the source is well, 1 lost: everything greys. */
  lost: number;
  palette: Palette;
}

/** GLSL shared by the vertex shaders: a place of four floats to the screen. */
export const PLACE_GLSL = `
uniform mat4 u_matrix;
uniform vec4 u_centre;
uniform vec2 u_viewport;
uniform float u_ratio;
vec2 fromCentre(vec4 place) {
  vec2 far = place.xy - u_centre.xy;
  far.x -= floor(far.x + 0.5);
  return far + (place.zw - u_centre.zw);
}
vec4 onScreen(vec2 plane) { return u_matrix * vec4(plane, 0.0, 1.0); }
vec4 shifted(vec4 position, vec2 pixels) {
  return position + vec4(pixels * 2.0 / u_viewport * vec2(1.0, -1.0) * position.w, 0.0, 0.0);
}
const vec4 NOWHERE = vec4(2.0, 2.0, 2.0, 1.0);
`;

/** GLSL shared by the fragment shaders: what a lost source does to colour. */
export const TINT_GLSL = `
uniform float u_lost;
vec4 tinted(vec3 colour, float alpha) {
  vec3 grey = vec3(dot(colour, vec3(0.3, 0.6, 0.1)));
  return vec4(mix(colour, grey, u_lost * 0.85), 1.0) * alpha * mix(1.0, 0.7, u_lost);
}
`;

export function setCamera(program: Program, frame: Frame): void {
  program.setMatrix('u_matrix', frame.matrix);
  program.setVector('u_centre', frame.centre);
  program.setVector('u_viewport', frame.viewport);
  program.set('u_ratio', frame.pixelRatio);
  program.set('u_lost', frame.lost);
}
