/** The movers' layer: a MapLibre custom layer that draws the picture, from dwells below to symbols on top. */
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl';
import type { Chunk } from '../chunk';
import type { Labels, Viewport } from '../labels';
import type { Picture } from '../picture';
import { MOVER_FLOATS, Mark } from '../picture';
import { VertexRun } from '../vertices';
import { DwellDrawer } from './dwells';
import type { Frame, Palette } from './frame';
import { Buffers } from './gl';
import { NumberDrawer } from './numbers';
import { Outline, OutlineDrawer } from './outlines';
import { PlotDrawer } from './plots';
import { SymbolDrawer } from './symbols';
import { TrailDrawer, type TrailLook } from './trails';

/** What of the picture is drawn, and how long things stay. */
export interface Look {
  plots: boolean;
  tracks: boolean;
  trails: boolean;
  dwells: boolean;
  platform: boolean;
  ellipses: boolean;
  labels: boolean;
  /** Dots alone: what the radar reported and nothing else. */
  dotsAlone: boolean;
  /** Show all plots since this time, ms; null: only those of the last seconds. */
  integrateSinceMs: number | null;
  trailS: number;
  fadeS: number;
}

/** Everything a frame is drawn from. */
export interface Scene {
  picture: Picture;
  chunksBetween(fromMs: number, toMs: number): readonly Chunk[];
  timeMs: number;
  revisitS: number;
  look: Look;
  palette: Palette;
  lost: number;
  pace: number;
  platform: VertexRun;
  platformEpoch: number;
  labels: Labels;
  /** All that is known of the selected track, as one chunk. */
  life: Chunk | null;
  /** The edges of where the radar looks. */
  fan: VertexRun;
}

export interface DrawnCounts {
  tracks: number;
  plots: number;
  trails: number;
  dwells: number;
}

/** How often the few movers with an outline are chosen anew, ms of watching. */
const CHOOSE_MS = 400;
/** How much of the aircraft's path is shown, s. */
const PATH_S = 1200;

export class MoversLayer implements CustomLayerInterface {
  readonly id = 'movers';
  readonly type = 'custom';
  readonly renderingMode = '2d';
  readonly drawn: DrawnCounts = { tracks: 0, plots: 0, trails: 0, dwells: 0 };
  frames = 0;
  /** Script time of the last frames' drawing, ms, summed; the hook for tests divides by `frames`. */
  scriptMs = 0;
  #drawers: Drawers | null = null;
  #map: MapLibre | null = null;
  readonly #outlined = new VertexRun(MOVER_FLOATS);
  readonly #reaching = new VertexRun(MOVER_FLOATS);
  #chosenAt = -Infinity;
  #chosenEpoch = NaN;

  constructor(readonly scene: () => Scene | null) {}

  onAdd(map: MapLibre, gl: WebGLRenderingContext | WebGL2RenderingContext): void {
    this.#map = map;
    this.#drawers = makeDrawers(gl as WebGL2RenderingContext);
  }

  render(gl: WebGLRenderingContext | WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const began = performance.now();
    const scene = this.scene();
    if (scene && this.#drawers && this.#map) {
      this.#draw(gl as WebGL2RenderingContext, this.#drawers, scene, frameOf(this.#map, scene, input));
    }
    this.frames += 1;
    this.scriptMs += performance.now() - began;
  }

  #draw(gl: WebGL2RenderingContext, drawers: Drawers, scene: Scene, frame: Frame): void {
    gl.bindVertexArray(drawers.attributes);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.STENCIL_TEST);
    gl.disable(gl.CULL_FACE);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    drawers.buffers.sweep();
    this.#drawReports(drawers, scene, frame);
    if (!scene.look.dotsAlone) this.#drawTracks(drawers, scene, frame);
    gl.bindVertexArray(null);
  }

  /** Dwells and plots: what the radar did and said. */
  #drawReports(drawers: Drawers, scene: Scene, frame: Frame): void {
    const { look, timeMs, revisitS } = scene;
    this.drawn.dwells = this.drawn.plots = 0;
    if (look.dwells && !look.dotsAlone) {
      const chunks = scene.chunksBetween(timeMs - revisitS * 1000, timeMs);
      this.drawn.dwells = drawers.dwells.draw(chunks, frame, revisitS);
    }
    if (look.plots || look.dotsAlone || look.integrateSinceMs !== null) {
      const sinceMs = look.integrateSinceMs;
      const chunks = scene.chunksBetween(sinceMs ?? timeMs - look.fadeS * 1000, timeMs);
      const alpha = sinceMs === null ? 0.95 : 0.6;
      this.drawn.plots = drawers.plots.draw(chunks, frame, { fadeS: look.fadeS, sinceMs, alpha });
    }
  }

  /** Trails, ellipses and symbols: what the tracker made of it. */
  #drawTracks(drawers: Drawers, scene: Scene, frame: Frame): void {
    const { look, picture, revisitS } = scene;
    this.drawn.tracks = this.drawn.trails = 0;
    if (look.platform) this.#drawPlatform(drawers, scene, frame);
    if (!look.tracks) return;
    this.#chooseOutlined(scene);
    if (scene.life) this.#drawLife(drawers, scene.life, frame);
    if (look.trails) this.#drawTrails(drawers, scene, frame);
    drawers.outlines.draw(this.#reaching, picture.epoch, frame, revisitS, Outline.reach);
    drawers.outlines.draw(this.#outlined, picture.epoch, frame, revisitS, Outline.ellipse);
    drawers.symbols.draw(picture.movers, picture.epoch, frame, revisitS);
    if (look.labels) {
      scene.labels.choose(picture, viewportOf(frame), performance.now());
      drawers.numbers.draw(scene.labels, frame, revisitS);
    }
    this.drawn.tracks = picture.count;
  }

  #drawTrails(drawers: Drawers, scene: Scene, frame: Frame): void {
    const { look, picture, revisitS, timeMs, pace } = scene;
    const chunks = scene.chunksBetween(timeMs - look.trailS * 1000, timeMs);
    const trail: TrailLook = { spanS: look.trailS, correction: false, colour: 'kind', width: 1.3, alpha: 0.6 };
    this.drawn.trails = drawers.trails.draw(chunks, frame, trail);
    drawers.outlines.draw(picture.movers, picture.epoch, frame, revisitS, Outline.leader);
    const spanS = Math.min(revisitS, 1.5 * Math.max(1, pace));
    const recent = scene.chunksBetween(timeMs - spanS * 1000, timeMs);
    drawers.trails.draw(recent, frame, { spanS, correction: true, colour: 'kind', width: 1, alpha: 0.9 });
  }

  /** The selected track from its first row on, and the plots behind it. */
  #drawLife(drawers: Drawers, life: Chunk, frame: Frame): void {
    const spanS = (frame.timeMs - life.begin) / 1000 + 1;
    drawers.trails.draw([life], frame, { spanS: 2 * spanS, correction: false, colour: 'selected', width: 1.6, alpha: 1 });
    drawers.plots.draw([life], frame, { fadeS: spanS, sinceMs: life.begin - 1, alpha: 0.8 });
  }

  #drawPlatform(drawers: Drawers, scene: Scene, frame: Frame): void {
    const path: TrailLook = { spanS: PATH_S, correction: false, colour: 'quiet', width: 1.2, alpha: 0.45 };
    drawers.trails.drawPath(scene.chunksBetween(scene.timeMs - PATH_S * 1000, scene.timeMs), frame, path);
    if (scene.look.dwells) drawers.trails.drawLines(scene.fan, frame, { ...path, width: 1, alpha: 0.22 });
    drawers.symbols.draw(scene.platform, scene.platformEpoch, frame, scene.revisitS);
  }

  /** Movers with an ellipse (marked, or all when asked for) and those beyond one revisit, with a ring of reach. */
  #chooseOutlined(scene: Scene): void {
    const now = performance.now();
    if (now - this.#chosenAt < CHOOSE_MS && scene.picture.epoch === this.#chosenEpoch) return;
    this.#chosenAt = now;
    this.#chosenEpoch = scene.picture.epoch;
    const { data, count } = scene.picture.movers;
    const seconds = (scene.timeMs - scene.picture.epoch) / 1000;
    this.#outlined.clear();
    this.#reaching.clear();
    for (let at = 0; at < count * MOVER_FLOATS; at += MOVER_FLOATS) {
      const mark = data[at + 13];
      const state = data[at + 12] % 256;
      const late = seconds - data[at + 7] > 1.15 * scene.revisitS && state !== 0 && state !== 3;
      if (scene.look.ellipses || mark >= Mark.hovered) copyMover(data, at, this.#outlined);
      if (late && mark !== Mark.filtered) copyMover(data, at, this.#reaching);
    }
  }
}

interface Drawers {
  attributes: WebGLVertexArrayObject;
  buffers: Buffers;
  dwells: DwellDrawer;
  plots: PlotDrawer;
  trails: TrailDrawer;
  symbols: SymbolDrawer;
  outlines: OutlineDrawer;
  numbers: NumberDrawer;
}

function makeDrawers(gl: WebGL2RenderingContext): Drawers {
  const buffers = new Buffers(gl);
  return {
    attributes: gl.createVertexArray(),
    buffers,
    dwells: new DwellDrawer(gl, buffers),
    plots: new PlotDrawer(gl, buffers),
    trails: new TrailDrawer(gl, buffers),
    symbols: new SymbolDrawer(gl, buffers),
    outlines: new OutlineDrawer(gl, buffers),
    numbers: new NumberDrawer(gl, buffers),
  };
}

function viewportOf({ centre, planePerPixel, pixelRatio, viewport }: Frame): Viewport {
  return {
    centreX: centre[0] + centre[2],
    centreY: centre[1] + centre[3],
    size: 1 / planePerPixel,
    width: viewport[0] / pixelRatio,
    height: viewport[1] / pixelRatio,
  };
}

function copyMover(data: Float32Array, at: number, to: VertexRun): void {
  const start = to.next();
  to.data.set(data.subarray(at, at + MOVER_FLOATS), start);
  to.changed(to.count - 1);
}

/** The camera, relative to its own centre so that single precision is enough at any zoom. */
function frameOf(map: MapLibre, scene: Scene, input: CustomRenderMethodInput): Frame {
  const centre = centreOf(map);
  const camera = input.defaultProjectionData.mainMatrix as ArrayLike<number>;
  const matrix = Float32Array.from(camera);
  for (let row = 0; row < 4; row += 1) {
    matrix[12 + row] = camera[row] * centre.x + camera[4 + row] * centre.y + camera[12 + row];
  }
  const canvas = map.getCanvas();
  const [hiX, hiY] = [Math.fround(centre.x), Math.fround(centre.y)];
  return {
    matrix,
    centre: [hiX, hiY, centre.x - hiX, centre.y - hiY],
    viewport: [canvas.width, canvas.height],
    pixelRatio: map.getPixelRatio(),
    planePerPixel: 1 / (512 * 2 ** map.getZoom()),
    symbolScale: Math.min(1, Math.max(0.6, 0.6 + 0.13 * (map.getZoom() - 7.5))),
    timeMs: scene.timeMs,
    lost: scene.lost,
    palette: scene.palette,
  };
}

function centreOf(map: MapLibre): { x: number; y: number } {
  const { lng, lat } = map.getCenter();
  return { x: lng / 360 + 0.5, y: 0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI) };
}
