/** Numbers: the labels of tracks, digit by digit, so that they glide with their symbols. */
import { DIGIT_FLOATS, DIGIT_WIDTH_PX, type Labels } from '../labels';
import { type Frame, PLACE_GLSL, TINT_GLSL } from './frame';
import { type Attribute, type Buffers, Program } from './gl';
import { MOVER_ATTRIBUTE_NAMES, MOVER_GLSL, setMoverUniforms } from './symbols';

const CELL_WIDTH = 20;
const CELL_HEIGHT = 30;
const FONT_PX = 22;
/** Pixels of the page that a cell of the atlas covers. */
const SHOWN_WIDTH = 10;
const SHOWN_HEIGHT = 15;

const ATTRIBUTES: readonly Attribute[] = [
  ['a_place', 4, 0],
  ['a_velocity', 2, 4],
  ['a_times', 2, 6],
  ['a_covariance', 3, 8],
  ['a_kind', 3, 11],
  ['a_digit', 2, 14],
];

const VERTEX = `#version 300 es
precision highp float;
${PLACE_GLSL}
${MOVER_GLSL}
in vec2 a_digit;
out vec2 v_texture;
flat out float v_alpha;
void main() {
  vec2 corner = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
  v_texture = vec2((a_digit.y + corner.x) / 10.0, corner.y);
  v_alpha = state() == 0.0 || unsupported() > 1.15 * u_revisit ? 0.6 : 1.0;
  // Whole pixels: letters that slide by fractions shimmer.
  vec4 at = onScreen(glided());
  vec2 pixel = floor((at.xy / at.w * 0.5 + 0.5) * u_viewport) / u_viewport;
  at = vec4(pixel * 2.0 - 1.0, 0.0, 1.0);
  vec2 offset = vec2(9.0 + a_digit.x, -15.0) + corner * vec2(${SHOWN_WIDTH}.0, ${SHOWN_HEIGHT}.0) - vec2(${((SHOWN_WIDTH - DIGIT_WIDTH_PX) / 2).toFixed(1)}, 0.0);
  gl_Position = unsupported() > 600.0 ? NOWHERE : shifted(at, offset * u_ratio);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
${TINT_GLSL}
in vec2 v_texture;
flat in float v_alpha;
uniform sampler2D u_atlas;
uniform vec3 u_ink;
uniform vec3 u_casing;
out vec4 colour;
void main() {
  vec4 cell = texture(u_atlas, v_texture);
  vec4 ink = tinted(u_ink, cell.r * v_alpha);
  colour = ink + vec4(u_casing, 1.0) * cell.g * 0.8 * v_alpha * (1.0 - ink.a);
}`;

export class NumberDrawer {
  readonly #program: Program;
  readonly #atlas: WebGLTexture;

  constructor(
    readonly gl: WebGL2RenderingContext,
    readonly buffers: Buffers,
  ) {
    this.#program = new Program(gl, VERTEX, FRAGMENT, [...MOVER_ATTRIBUTE_NAMES, 'a_digit']);
    this.#atlas = gl.createTexture();
    this.#fillAtlas();
    // The page's own letters may come after the first frame.
    void document.fonts.load(`600 ${FONT_PX}px Inter`).then(() => this.#fillAtlas());
  }

  draw(labels: Labels, frame: Frame, revisitS: number): void {
    const { gl } = this;
    if (labels.digits.count === 0) return;
    this.#program.use();
    setMoverUniforms(this.#program, frame, labels.epoch, revisitS);
    this.#program.setVector('u_ink', frame.palette.quiet);
    this.#program.setVector('u_casing', frame.palette.casing);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, this.#atlas);
    this.#program.setUnit('u_atlas', 0);
    this.buffers.bind(labels.digits);
    this.buffers.point(ATTRIBUTES, DIGIT_FLOATS, 0, 1);
    gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, labels.digits.count);
  }

  /** Ten digits side by side: red what is inked, green the rim around it. */
  #fillAtlas(): void {
    const canvas = new OffscreenCanvas(10 * CELL_WIDTH, CELL_HEIGHT);
    const pen = canvas.getContext('2d');
    if (!pen) return;
    pen.fillStyle = '#000';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.globalCompositeOperation = 'lighter';
    pen.font = `600 ${FONT_PX}px Inter, sans-serif`;
    pen.textAlign = 'center';
    pen.textBaseline = 'alphabetic';
    pen.lineWidth = 5;
    pen.lineJoin = 'round';
    for (let digit = 0; digit < 10; digit += 1) {
      const x = (digit + 0.5) * CELL_WIDTH;
      pen.strokeStyle = '#0f0';
      pen.strokeText(String(digit), x, 23);
      pen.fillStyle = '#f00';
      pen.fillText(String(digit), x, 23);
    }
    const { gl } = this;
    gl.bindTexture(gl.TEXTURE_2D, this.#atlas);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, canvas);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    gl.bindTexture(gl.TEXTURE_2D, null);
  }
}
