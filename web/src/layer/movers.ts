/** The movers' layer: a MapLibre custom layer that draws the picture, from dwells below to symbols on top. */
import type { CustomLayerInterface, CustomRenderMethodInput, Map as MapLibre } from 'maplibre-gl';
import { type Chunk, TrackState } from '../chunk';
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
import { Still } from './still';
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
/** More slow things than this are drawn aside. */
const MANY = 40_000;
/** A common speed, m/s, for what is seen of leaders and lag. */
const LEADER_MPS = 15;
const SEEN_PX = 12;
const SEEN_RING_PX = 8;
/** Revisits without support after which a symbol is hollow, as in the shaders. */
const LATE = 1.15;
const LAG_PX = 3;
/** How much of the aircraft's path is shown, s. */
const PATH_S = 1200;

export class MoversLayer implements CustomLayerInterface {
  readonly id = 'movers';
  readonly type = 'custom';
  readonly renderingMode = '2d';
  readonly drawn: DrawnCounts = { tracks: 0, plots: 0, trails: 0, dwells: 0 };
  frames = 0;
  /** Time of the picture in the last frame, ms. */
  drawnMs = NaN;
  /** Script time of the last frames' drawing, ms, summed; the hook for tests divides by `frames`. */
  scriptMs = 0;
  #drawers: Drawers | null = null;
  #map: MapLibre | null = null;
  readonly #outlined = new VertexRun(MOVER_FLOATS);
  readonly #reaching = new VertexRun(MOVER_FLOATS);
  readonly #leading = new VertexRun(MOVER_FLOATS);
  #chosenAt = -Infinity;
  #chosenEpoch = NaN;
  #aside = false;

  constructor(
    readonly scene: () => Scene | null,
    readonly onError: (text: string) => void,
  ) {}

  onAdd(map: MapLibre, gl: WebGLRenderingContext | WebGL2RenderingContext): void {
    this.#map = map;
    try {
      this.#drawers = makeDrawers(gl as WebGL2RenderingContext);
    } catch (error) {
      // MapLibre would swallow it; a map without movers must not look like an empty picture.
      this.onError(error instanceof Error ? error.message : String(error));
    }
  }

  /** Draw aside what changes slowly, if there is so much of it that drawing it each frame would hold up the rest. */
  prerender(gl: WebGLRenderingContext | WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const now = performance.now();
    const scene = this.scene();
    const drawers = this.#drawers;
    if (!scene || !drawers || !this.#map) return;
    this.#aside = countSlow(scene) > MANY;
    if (this.#aside) {
      const frame = frameOf(this.#map, scene, input);
      const key = stillKey(scene);
      if (drawers.still.isStale(frame, key, stillMs(scene, frame), now)) {
        prepare(gl as WebGL2RenderingContext, drawers);
        drawers.still.capture(frame, key, now, () => this.#drawSlow(drawers, scene, frame));
        gl.viewport(0, 0, frame.viewport[0], frame.viewport[1]);
        drawers.attributesOff();
      }
      if (drawers.still.isElsewhere(frame)) this.#map.triggerRepaint();
    } else drawers.still.drop();
    this.scriptMs += performance.now() - now;
  }

  render(gl: WebGLRenderingContext | WebGL2RenderingContext, input: CustomRenderMethodInput): void {
    const began = performance.now();
    const scene = this.scene();
    const drawers = this.#drawers;
    if (scene && drawers && this.#map) {
      prepare(gl as WebGL2RenderingContext, drawers);
      this.#draw(drawers, scene, frameOf(this.#map, scene, input));
      drawers.attributesOff();
      this.drawnMs = scene.timeMs;
    }
    this.frames += 1;
    this.scriptMs += performance.now() - began;
  }

  #draw(drawers: Drawers, scene: Scene, frame: Frame): void {
    const { look, picture, revisitS } = scene;
    drawers.buffers.sweep();
    this.#drawDwells(drawers, scene, frame);
    if (this.#aside) drawers.still.show(frame);
    else this.#drawSlow(drawers, scene, frame);
    if (look.integrateSinceMs === null) this.#drawPlots(drawers, scene, frame);
    this.drawn.tracks = look.tracks && !look.dotsAlone ? picture.count : 0;
    if (look.dotsAlone) return;
    if (look.platform) drawers.symbols.draw(scene.platform, scene.platformEpoch, frame, revisitS);
    if (look.tracks) this.#drawTracks(drawers, scene, frame);
  }

  #drawDwells(drawers: Drawers, { look, timeMs, revisitS, chunksBetween }: Scene, frame: Frame): void {
    const shown = look.dwells && !look.dotsAlone;
    this.drawn.dwells = shown
      ? drawers.dwells.draw(chunksBetween(timeMs - revisitS * 1000, timeMs), frame, revisitS)
      : 0;
  }

  #drawPlots(drawers: Drawers, { look, timeMs, chunksBetween }: Scene, frame: Frame): void {
    const sinceMs = look.integrateSinceMs;
    const shown = look.plots || look.dotsAlone || sinceMs !== null;
    const chunks = shown ? chunksBetween(sinceMs ?? timeMs - look.fadeS * 1000, timeMs) : [];
    this.drawn.plots = drawers.plots.draw(chunks, frame, {
      fadeS: look.fadeS,
      sinceMs,
      alpha: sinceMs === null ? 0.95 : 0.6,
    });
  }

  /** What changes slowly: dots kept for long, trails, the aircraft's path and fan. */
  #drawSlow(drawers: Drawers, scene: Scene, frame: Frame): void {
    const { look, timeMs, chunksBetween, fan } = scene;
    if (look.integrateSinceMs !== null) this.#drawPlots(drawers, scene, frame);
    this.drawn.trails = 0;
    if (look.dotsAlone) return;
    if (look.platform) {
      const path: TrailLook = { spanS: PATH_S, correction: false, colour: 'quiet', width: 1.2, alpha: 0.45 };
      drawers.trails.drawPath(chunksBetween(timeMs - PATH_S * 1000, timeMs), frame, path);
      if (look.dwells) drawers.trails.drawTimeless(fan, frame, { ...path, width: 1, alpha: 0.22 });
    }
    if (look.tracks && look.trails) {
      const trail: TrailLook = { spanS: look.trailS, correction: false, colour: 'kind', width: 1.3, alpha: 0.6 };
      this.drawn.trails = drawers.trails.draw(chunksBetween(timeMs - look.trailS * 1000, timeMs), frame, trail);
    }
  }

  /** Ellipses, rings, symbols and numbers: where things are now. */
  #drawTracks(drawers: Drawers, scene: Scene, frame: Frame): void {
    const { look, picture, revisitS } = scene;
    this.#chooseOutlined(scene, frame);
    if (scene.life) this.#drawLife(drawers, scene.life, frame);
    if (look.trails) this.#drawLeaders(drawers, scene, frame);
    drawers.outlines.draw(this.#reaching, picture.epoch, frame, revisitS, Outline.reach);
    drawers.outlines.draw(this.#outlined, picture.epoch, frame, revisitS, Outline.ellipse);
    drawers.symbols.draw(picture.movers, picture.epoch, frame, revisitS);
    if (!look.labels) return;
    scene.labels.choose(picture, viewportOf(frame), performance.now());
    drawers.numbers.draw(scene.labels, frame, revisitS);
  }

  /** From the end of a trail to its symbol, and corrections, where one would see them. */
  #drawLeaders(drawers: Drawers, scene: Scene, frame: Frame): void {
    const { picture, revisitS, timeMs, pace } = scene;
    if (!areLeadersSeen(frame, revisitS)) return;
    drawers.outlines.draw(this.#leading, picture.epoch, frame, revisitS, Outline.leader);
    const spanS = Math.min(revisitS, 1.5 * Math.max(1, pace));
    const recent = scene.chunksBetween(timeMs - spanS * 1000, timeMs);
    drawers.trails.draw(recent, frame, { spanS, correction: true, colour: 'kind', width: 1, alpha: 0.9 });
  }

  /** The selected track from its first row on, and the plots behind it. */
  #drawLife(drawers: Drawers, life: Chunk, frame: Frame): void {
    const spanS = (frame.timeMs - life.begin) / 1000 + 1;
    drawers.trails.draw([life], frame, {
      spanS: 2 * spanS,
      correction: false,
      colour: 'selected',
      width: 1.6,
      alpha: 1,
    });
    drawers.plots.draw([life], frame, { fadeS: spanS, sinceMs: life.begin - 1, alpha: 0.8 });
  }

  /**
   * Choose the movers in view that have an ellipse (marked, or all when asked for), a ring of reach (beyond one
   * revisit), a leader.
   */
  #chooseOutlined({ picture, timeMs, revisitS, look }: Scene, frame: Frame): void {
    const now = performance.now();
    if (now - this.#chosenAt < CHOOSE_MS && picture.epoch === this.#chosenEpoch) return;
    this.#chosenAt = now;
    this.#chosenEpoch = picture.epoch;
    const { data, count } = picture.movers;
    const seconds = (timeMs - picture.epoch) / 1000;
    for (const run of [this.#outlined, this.#reaching, this.#leading]) run.clear();
    const isNear = nearTest(frame);
    const leaders = look.trails && areLeadersSeen(frame, revisitS);
    for (let at = 0; at < count * MOVER_FLOATS; at += MOVER_FLOATS) {
      if (!isNear(data[at], data[at + 1])) continue;
      const mark = data[at + 13];
      const age = seconds - data[at + 7];
      if (look.ellipses || mark >= Mark.hovered) copyMover(data, at, this.#outlined);
      if (leaders && mark !== Mark.filtered) copyMover(data, at, this.#leading);
      if (age > LATE * revisitS && mark !== Mark.filtered && hasReach(data, at, age, frame))
        copyMover(data, at, this.#reaching);
    }
  }
}

/** Does a common track come so far within a revisit that the gap behind its symbol shows? */
function areLeadersSeen(frame: Frame, revisitS: number): boolean {
  return (metresPerPixel(frame) * SEEN_PX) / LEADER_MPS <= revisitS;
}

/** A ring of reach around a mover last supported `age` seconds ago, if it would be seen around the symbol. */
function hasReach(data: Float32Array, at: number, age: number, frame: Frame): boolean {
  const state = data[at + 12] % 256;
  if (state === TrackState.tentative || state === TrackState.stopped) return false;
  const radius = (1.2 * Math.hypot(data[at + 4], data[at + 5]) + 2 * data[at + 11]) * age;
  return radius > SEEN_RING_PX * frame.planePerPixel;
}

/** Is a place on the screen or within half a screen of it? */
function nearTest({ centre, viewport, planePerPixel, pixelRatio }: Frame): (x: number, y: number) => boolean {
  const [halfWidth, halfHeight] = viewport.map((pixels) => (pixels / pixelRatio) * planePerPixel);
  return (x, y) => {
    const east = x - centre[0];
    return Math.abs(east - Math.round(east)) < halfWidth && Math.abs(y - centre[1]) < halfHeight;
  };
}

interface Drawers {
  attributes: WebGLVertexArrayObject;
  attributesOff: () => void;
  buffers: Buffers;
  dwells: DwellDrawer;
  plots: PlotDrawer;
  trails: TrailDrawer;
  symbols: SymbolDrawer;
  outlines: OutlineDrawer;
  numbers: NumberDrawer;
  still: Still;
}

function makeDrawers(gl: WebGL2RenderingContext): Drawers {
  const buffers = new Buffers(gl);
  return {
    attributes: gl.createVertexArray(),
    attributesOff: () => gl.bindVertexArray(null),
    buffers,
    dwells: new DwellDrawer(gl, buffers),
    plots: new PlotDrawer(gl, buffers),
    trails: new TrailDrawer(gl, buffers),
    symbols: new SymbolDrawer(gl, buffers),
    outlines: new OutlineDrawer(gl, buffers),
    numbers: new NumberDrawer(gl, buffers),
    still: new Still(gl),
  };
}

/** Smaller from afar, and where there are very many. */
function symbolScale(zoom: number, count: number): number {
  const byZoom = Math.min(1, Math.max(0.6, 0.6 + 0.13 * (zoom - 7.5)));
  return count > 4000 ? Math.max(0.6, 0.8 * byZoom) : byZoom;
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

/** The state that every drawer counts on. */
function prepare(gl: WebGL2RenderingContext, drawers: Drawers): void {
  gl.bindVertexArray(drawers.attributes);
  gl.disable(gl.DEPTH_TEST);
  gl.disable(gl.STENCIL_TEST);
  gl.disable(gl.CULL_FACE);
  gl.disable(gl.SCISSOR_TEST);
  gl.colorMask(true, true, true, true);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
}

/** How many slow things there are to draw. */
function countSlow({ look, timeMs, chunksBetween }: Scene): number {
  let count = 0;
  if (look.tracks && look.trails && !look.dotsAlone) {
    const from = timeMs - look.trailS * 1000;
    for (const chunk of chunksBetween(from, timeMs)) count += chunk.tracks.between(from, timeMs).count;
  }
  if (look.integrateSinceMs === null) return count;
  for (const chunk of chunksBetween(look.integrateSinceMs, timeMs)) count += chunk.plots.count;
  return count;
}

/** Everything but camera and time that the slow things depend on. */
function stillKey({ look, picture, palette, lost }: Scene): string {
  const { tracks, trails, platform, dwells, dotsAlone, integrateSinceMs, trailS } = look;
  return [
    tracks,
    trails,
    platform,
    dwells,
    dotsAlone,
    integrateSinceMs,
    trailS,
    picture.epoch,
    picture.history.version,
    palette.ground,
    lost,
  ].join();
}

/** How old slow things may be, ms: until the trails' ends lag behind by a few pixels. */
function stillMs({ pace }: Scene, frame: Frame): number {
  return Math.min(1000, (1000 * LAG_PX * metresPerPixel(frame)) / (LEADER_MPS * Math.max(pace, 1e-3)));
}

function metresPerPixel({ planePerPixel, centre }: Frame): number {
  const lat = 2 * Math.atan(Math.exp((0.5 - centre[1]) * 2 * Math.PI)) - Math.PI / 2;
  return planePerPixel * 40_075_017 * Math.cos(lat);
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
    symbolScale: symbolScale(map.getZoom(), scene.picture.count),
    timeMs: scene.timeMs,
    lost: scene.lost,
    palette: scene.palette,
  };
}

function centreOf(map: MapLibre): { x: number; y: number } {
  const { lng, lat } = map.getCenter();
  return { x: lng / 360 + 0.5, y: 0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI) };
}
