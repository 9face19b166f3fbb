/** WebGL2 in a few calls: programs with named uniforms, buffers that follow a vertex run, attributes by table. */
import type { VertexRun } from '../vertices';

/** An attribute: its name in the shader, how many floats, and where in the item they begin. */
export type Attribute = readonly [name: string, size: number, offset: number];

export class Program {
  readonly #program: WebGLProgram;
  readonly #uniforms = new Map<string, WebGLUniformLocation | null>();

  constructor(
    readonly gl: WebGL2RenderingContext,
    vertex: string,
    fragment: string,
    attributes: readonly string[],
  ) {
    this.#program = link(gl, vertex, fragment, attributes);
  }

  use(): void {
    this.gl.useProgram(this.#program);
  }

  uniform(name: string): WebGLUniformLocation | null {
    const known = this.#uniforms.get(name);
    if (known !== undefined) return known;
    const location = this.gl.getUniformLocation(this.#program, name);
    this.#uniforms.set(name, location);
    return location;
  }

  set(name: string, ...values: readonly number[]): void {
    const location = this.uniform(name);
    if (values.length === 1) this.gl.uniform1f(location, values[0]);
    else if (values.length === 2) this.gl.uniform2f(location, values[0], values[1]);
    else if (values.length === 3) this.gl.uniform3f(location, values[0], values[1], values[2]);
    else this.gl.uniform4f(location, values[0], values[1], values[2], values[3]);
  }

  setMatrix(name: string, values: Float32Array): void {
    this.gl.uniformMatrix4fv(this.uniform(name), false, values);
  }
}

/** Attributes get their numbers in the order given. */
function link(
  gl: WebGL2RenderingContext,
  vertex: string,
  fragment: string,
  attributes: readonly string[],
): WebGLProgram {
  const program = gl.createProgram();
  gl.attachShader(program, compile(gl, gl.VERTEX_SHADER, vertex));
  gl.attachShader(program, compile(gl, gl.FRAGMENT_SHADER, fragment));
  attributes.forEach((name, number) => gl.bindAttribLocation(program, number, name));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? 'link failed');
  return program;
}

function compile(gl: WebGL2RenderingContext, type: number, source: string): WebGLShader {
  const shader = gl.createShader(type);
  if (!shader) throw new Error('The graphics context is lost.');
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS))
    throw new Error(gl.getShaderInfoLog(shader) ?? 'compile failed');
  return shader;
}

interface GpuBuffer {
  buffer: WebGLBuffer;
  capacity: number;
}

/** Buffers on the card, one for each vertex run that has been drawn; those not drawn for a while are freed. */
export class Buffers {
  readonly #known = new Map<VertexRun, GpuBuffer & { drawn: number }>();
  #frame = 0;

  constructor(readonly gl: WebGL2RenderingContext) {}

  /** Bind the buffer of a run, after sending what of the run has changed. */
  bind(run: VertexRun): void {
    const { gl } = this;
    const entry = this.#entry(run);
    gl.bindBuffer(gl.ARRAY_BUFFER, entry.buffer);
    if (entry.capacity < run.data.length) {
      gl.bufferData(gl.ARRAY_BUFFER, run.data, gl.DYNAMIC_DRAW);
      entry.capacity = run.data.length;
    } else if (run.dirtyFrom < run.count) {
      const from = run.dirtyFrom * run.stride;
      gl.bufferSubData(gl.ARRAY_BUFFER, from * 4, run.data, from, run.count * run.stride - from);
    }
    run.dirtyFrom = run.count;
    entry.drawn = this.#frame;
  }

  /** Call once a frame. */
  sweep(): void {
    this.#frame += 1;
    if (this.#frame % 256 !== 0) return;
    for (const [run, entry] of this.#known) {
      if (this.#frame - entry.drawn < 256) continue;
      this.gl.deleteBuffer(entry.buffer);
      this.#known.delete(run);
      run.dirtyFrom = 0;
    }
  }

  #entry(run: VertexRun): GpuBuffer & { drawn: number } {
    const known = this.#known.get(run);
    if (known) return known;
    const entry = { buffer: this.gl.createBuffer(), capacity: 0, drawn: this.#frame };
    this.#known.set(run, entry);
    return entry;
  }
}

/** No program here has more attributes. */
const MOST_ATTRIBUTES = 8;

/** Point the attributes at the bound buffer from item `first` on, one item an instance (1) or a vertex (0). */
export function pointAttributes(
  gl: WebGL2RenderingContext,
  attributes: readonly Attribute[],
  stride: number,
  first: number,
  divisor: 0 | 1,
): void {
  for (let number = attributes.length; number < MOST_ATTRIBUTES; number += 1) gl.disableVertexAttribArray(number);
  attributes.forEach(([, size, offset], number) => {
    gl.enableVertexAttribArray(number);
    gl.vertexAttribPointer(number, size, gl.FLOAT, false, stride * 4, (first * stride + offset) * 4);
    gl.vertexAttribDivisor(number, divisor);
  });
}
