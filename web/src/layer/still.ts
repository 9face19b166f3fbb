/**
 * Still: what changes slowly, drawn aside into a texture and laid under the movers each frame.
 *
 * A hundred thousand pieces of trails cost far more than the symbols at their ends. They are drawn anew once a second or
 * so, and whenever the map has come to rest elsewhere; in between the texture is moved and scaled with the map.
 */
import { type Frame, PLACE_GLSL, setCamera } from './frame';
import { Program } from './gl';

const VERTEX = `#version 300 es
precision highp float;
${PLACE_GLSL}
uniform vec4 u_captured;
uniform vec2 u_half;
out vec2 v_texture;
void main() {
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1)) * 2.0 - 1.0;
  v_texture = vec2(corner.x, -corner.y) * 0.5 + 0.5;
  gl_Position = onScreen(fromCentre(u_captured) + corner * u_half);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
in vec2 v_texture;
uniform sampler2D u_texture;
out vec4 colour;
void main() { colour = texture(u_texture, v_texture); }`;

/** While the map moves, wait for it to rest for this long before drawing anew, ms. */
const REST_MS = 120;

export class Still {
  readonly #program: Program;
  readonly #texture: WebGLTexture;
  readonly #framebuffer: WebGLFramebuffer;
  #captured: Frame | null = null;
  #capturedAt = -Infinity;
  #key = '';
  #seen: Frame | null = null;
  #movedAt = -Infinity;

  constructor(readonly gl: WebGL2RenderingContext) {
    this.#program = new Program(gl, VERTEX, FRAGMENT, []);
    this.#texture = gl.createTexture();
    this.#framebuffer = gl.createFramebuffer();
    gl.bindTexture(gl.TEXTURE_2D, this.#texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    gl.bindTexture(gl.TEXTURE_2D, null);
  }

  /** Must it be drawn anew? `key` says what it shows, `everyMs` how old it may be, `now` is the browser's time. */
  isStale(frame: Frame, key: string, everyMs: number, now: number): boolean {
    if (this.#seen && !sameCamera(this.#seen, frame)) this.#movedAt = now;
    this.#seen = frame;
    const captured = this.#captured;
    if (!captured || key !== this.#key) return true;
    const resized = captured.viewport[0] !== frame.viewport[0] || captured.viewport[1] !== frame.viewport[1];
    const elsewhere = !sameCamera(captured, frame) && now - this.#movedAt > REST_MS;
    return resized || elsewhere || now - this.#capturedAt > everyMs;
  }

  /** Does it show another part of the map, until the map rests? */
  isElsewhere(frame: Frame): boolean {
    return this.#captured !== null && !sameCamera(this.#captured, frame);
  }

  /** Forget what is in the texture. */
  drop(): void {
    this.#captured = null;
  }

  /** Draw into the texture what `draw` draws. */
  capture(frame: Frame, key: string, now: number, draw: () => void): void {
    const { gl } = this;
    const [width, height] = frame.viewport;
    const resized = this.#captured?.viewport[0] !== width || this.#captured.viewport[1] !== height;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.#framebuffer);
    if (resized) {
      gl.bindTexture(gl.TEXTURE_2D, this.#texture);
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
      gl.bindTexture(gl.TEXTURE_2D, null);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.#texture, 0);
    }
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    draw();
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    this.#captured = frame;
    this.#capturedAt = now;
    this.#key = key;
  }

  /** Lay the texture where it belongs under this camera. */
  show(frame: Frame): void {
    const { gl } = this;
    const captured = this.#captured;
    if (!captured) return;
    const half = (0.5 * captured.planePerPixel) / captured.pixelRatio;
    this.#program.use();
    setCamera(this.#program, frame);
    this.#program.setVector('u_captured', captured.centre);
    this.#program.setVector('u_half', [captured.viewport[0] * half, captured.viewport[1] * half]);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.#texture);
    this.#program.setUnit('u_texture', 0);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    gl.bindTexture(gl.TEXTURE_2D, null);
  }
}

function sameCamera(a: Frame, b: Frame): boolean {
  return a.planePerPixel === b.planePerPixel && a.centre.every((value, index) => value === b.centre[index]);
}
