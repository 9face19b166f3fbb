/** WebGL2 in a few calls: programs with named uniforms, buffers that follow a vertex run, attributes by table. */
import type { VertexRun } from '../vertices';

/** An attribute: its name in the shader, how many floats, and where in the item they begin. */
export type Attribute = readonly [name: string, size: number, offset: number];

interface Uniform {
  location: WebGLUniformLocation | null;
  /** What the card has; a program keeps its uniforms, so that what has not changed need not be said again. */
  values: Float64Array;
}

export class Program {
  readonly #program: WebGLProgram;
  readonly #uniforms = new Map<string, Uniform>();

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

  /** Set a sampler: the number of its texture unit. */
  setUnit(name: string, unit: number): void {
    const known = this.#uniform(name);
    if (changed(known, 0, unit)) this.gl.uniform1i(known.location, unit);
  }

  set(name: string, value: number): void {
    const known = this.#uniform(name);
    if (changed(known, 0, value)) this.gl.uniform1f(known.location, value);
  }

  /** Set a vector of two to four. */
  setVector(name: string, values: readonly number[]): void {
    const known = this.#uniform(name);
    if (!changedAny(known, values)) return;
    if (values.length === 2) this.gl.uniform2f(known.location, values[0], values[1]);
    else if (values.length === 3) this.gl.uniform3f(known.location, values[0], values[1], values[2]);
    else this.gl.uniform4f(known.location, values[0], values[1], values[2], values[3]);
  }

  setMatrix(name: string, values: Float32Array): void {
    const known = this.#uniform(name);
    if (changedAny(known, values)) this.gl.uniformMatrix4fv(known.location, false, values);
  }

  #uniform(name: string): Uniform {
    const known = this.#uniforms.get(name);
    if (known !== undefined) return known;
    const location = this.gl.getUniformLocation(this.#program, name);
    const uniform = { location, values: new Float64Array(16).fill(NaN) };
    this.#uniforms.set(name, uniform);
    return uniform;
  }
}

/** Take note of a number of a uniform; says whether it is another than before. */
function changed({ values }: Uniform, index: number, value: number): boolean {
  if (values[index] === value) return false;
  values[index] = value;
  return true;
}

function changedAny(uniform: Uniform, values: ArrayLike<number>): boolean {
  let any = false;
  for (let index = 0; index < values.length; index += 1) any = changed(uniform, index, values[index]) || any;
  return any;
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

/** No program here has more attributes. */
const MOST_ATTRIBUTES = 8;

/** Buffers on the card, one for each vertex run that has been drawn; those not drawn for a while are freed. */
export class Buffers {
  readonly #known = new Map<VertexRun, GpuBuffer & { drawn: number }>();
  #frame = 0;
  /** How many attributes are on, and how often each steps, in the one vertex array that everything is drawn from. */
  #enabled = 0;
  readonly #divisors = new Uint8Array(MOST_ATTRIBUTES);

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

  /** Point the attributes at the bound buffer from item `first` on, one item an instance (1) or a vertex (0). */
  point(attributes: readonly Attribute[], stride: number, first: number, divisor: 0 | 1): void {
    const { gl } = this;
    const count = attributes.length;
    for (; this.#enabled < count; this.#enabled += 1) gl.enableVertexAttribArray(this.#enabled);
    for (; this.#enabled > count; this.#enabled -= 1) gl.disableVertexAttribArray(this.#enabled - 1);
    for (let number = 0; number < count; number += 1) {
      const [, size, offset] = attributes[number];
      gl.vertexAttribPointer(number, size, gl.FLOAT, false, stride * 4, (first * stride + offset) * 4);
      if (this.#divisors[number] !== divisor) gl.vertexAttribDivisor(number, divisor);
      this.#divisors[number] = divisor;
    }
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
