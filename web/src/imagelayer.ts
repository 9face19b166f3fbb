/**
 * Radar images on the map: frames where they lie, and the pixels of one, or of two side by side.
 *
 * Pixels come as tiles of decibels, which the map colours as it colours heights: levels are changed without asking again.
 */
import type { Feature, FeatureCollection } from 'geojson';
import type {
  CustomLayerInterface,
  GeoJSONSource,
  LayerSpecification,
  Map as MapLibre,
  SourceSpecification,
} from 'maplibre-gl';
import { SEMIBOLD } from './basemap';
import { css } from './formationlayer';
import { type LonLat, distanceAndBearing } from './mercator';
import type { ImageEntry, Server } from './server';
import type { Theme } from './theme';
import { type DistanceUnit, formatBearing, formatDate, formatMeasured, formatTime } from './units';

const FRAMES = 'image-frames';
const RULER = 'ruler';
const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };
const REACH_PX = 6;
/** An image of fewer pixels on the screen is a frame alone: its tiles would be seen far beyond it while nearer ones come. */
const LEAST_PX = 32;
/** Metres of ground to a pixel of a tile at zoom 0, on the equator. */
const ZOOM_0_M = 156_543;
const DEGREES = Math.PI / 180;

/** The two places where pixels are drawn; what is before lies on the left of the swipe. */
const SIDES = ['before', 'after'] as const;
type Side = (typeof SIDES)[number];

export interface Levels {
  /** Drawn black and white, dB against the level that the image itself would draw white. */
  dark: number;
  white: number;
}

export interface ImageScene {
  /** Whose frames are drawn. */
  frames: readonly ImageEntry[];
  shown: ImageEntry | null;
  /** On the left of the swipe, where two are compared. */
  before: ImageEntry | null;
  /** Where the swipe stands, 0 left to 1 right. */
  swipe: number;
  opacity: number;
  levels: Levels;
}

export interface RulerScene {
  from: LonLat;
  to: LonLat;
  unit: DistanceUnit;
}

export class ImageLayer {
  #beneath = '';
  #frames = '';
  #ruler = '';
  readonly #drawn: Record<Side, number | null> = { before: null, after: null };
  readonly #clips: Record<Side | 'end', Clip>;
  #scene: ImageScene | null = null;

  constructor(
    readonly map: MapLibre,
    readonly server: Server,
  ) {
    const swipe = (): number | null => (this.#scene?.before && this.#scene.shown ? this.#scene.swipe : null);
    this.#clips = {
      before: new Clip('image-clip-before', () => span(swipe(), 'before')),
      after: new Clip('image-clip-after', () => span(swipe(), 'after')),
      end: new Clip('image-clip-end', () => null),
    };
  }

  /** Put the layers on a style that has just been loaded. */
  add(theme: Theme, beneath: string): void {
    this.#frames = this.#ruler = '';
    this.#drawn.before = this.#drawn.after = null;
    this.map.addSource(FRAMES, { type: 'geojson', data: EMPTY });
    this.map.addSource(RULER, { type: 'geojson', data: EMPTY });
    for (const side of SIDES) this.map.addLayer(this.#clips[side], beneath);
    this.map.addLayer(this.#clips.end, beneath);
    this.#beneath = beneath;
    for (const layer of frameLayers(theme)) this.map.addLayer(layer, layer.type === 'symbol' ? undefined : beneath);
    for (const layer of rulerLayers(theme)) this.map.addLayer(layer);
    if (this.#scene) this.show(this.#scene);
  }

  /** Show frames and pixels; nothing is done where nothing has changed. */
  show(scene: ImageScene): void {
    this.#scene = scene;
    const source = this.map.getSource<GeoJSONSource>(FRAMES);
    if (!source || this.#beneath === '') return;
    const data = collect(scene);
    const text = JSON.stringify(data);
    if (text !== this.#frames) source.setData(data);
    this.#frames = text;
    this.#showPixels('after', scene.shown, scene);
    this.#showPixels('before', scene.shown ? scene.before : null, scene);
    this.map.triggerRepaint();
  }

  /** Draw a line with its length and direction; null takes it away. */
  measure(ruler: RulerScene | null): void {
    const source = this.map.getSource<GeoJSONSource>(RULER);
    const data = ruler ? rulerFeatures(ruler) : EMPTY;
    const text = JSON.stringify(data);
    if (!source || text === this.#ruler) return;
    this.#ruler = text;
    source.setData(data);
  }

  /** The image whose frame is at a point of the map's element. */
  pick(x: number, y: number): number | null {
    if (!this.map.getLayer('image-frame')) return null;
    const box: [[number, number], [number, number]] = [
      [x - REACH_PX, y - REACH_PX],
      [x + REACH_PX, y + REACH_PX],
    ];
    const [hit] = this.map.queryRenderedFeatures(box, { layers: ['image-label', 'image-frame'] });
    return hit ? Number(hit.properties.image) : null;
  }

  #showPixels(side: Side, image: ImageEntry | null, { opacity, levels }: ImageScene): void {
    const id = `image-${side}`;
    if (this.#drawn[side] !== (image?.image ?? null)) {
      if (this.map.getLayer(id)) this.map.removeLayer(id);
      if (this.map.getSource(id)) this.map.removeSource(id);
      this.#drawn[side] = image?.image ?? null;
      if (!image) return;
      this.map.addSource(id, tiles(image, this.server));
      const clip = side === 'before' ? this.#clips.after.id : this.#clips.end.id;
      this.map.addLayer({ id, type: 'color-relief', source: id } as LayerSpecification, clip);
    }
    if (!image) return;
    this.map.setPaintProperty(id, 'color-relief-color', greys(image, levels));
    this.map.setPaintProperty(id, 'color-relief-opacity', opacity);
  }
}

/** From here on, only a part of the map is drawn: what a swipe shows of one of two images. */
class Clip implements CustomLayerInterface {
  readonly type = 'custom';

  constructor(
    readonly id: string,
    readonly span: () => readonly [from: number, to: number] | null,
  ) {}

  render(gl: WebGLRenderingContext | WebGL2RenderingContext): void {
    const span = this.span();
    if (span === null) return gl.disable(gl.SCISSOR_TEST);
    const [from, to] = span.map((share) => Math.round(share * gl.drawingBufferWidth));
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(from, 0, to - from, gl.drawingBufferHeight);
  }
}

function span(swipe: number | null, side: Side): readonly [number, number] | null {
  if (swipe === null) return null;
  return side === 'before' ? [0, swipe] : [swipe, 1];
}

/** Where an image's tiles are, and how a grey is a level. */
export function tiles(image: ImageEntry, server: Pick<Server, 'address'>): SourceSpecification {
  const lons = image.corners.map(([lon]) => lon);
  const lats = image.corners.map(([, lat]) => lat);
  // A grey is the same in all three channels of what the map unpacks, each 256 times finer than the one before.
  const red = (image.step_db * 65_536) / 65_793;
  return {
    type: 'raster-dem',
    tiles: [`${server.address(`api/images/${image.image}`)}/{z}/{x}/{y}`],
    tileSize: image.tile_size,
    bounds: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)],
    minzoom: Math.max(0, zoomOf(image) - Math.floor(Math.log2(Math.max(image.rows, image.columns) / LEAST_PX))),
    maxzoom: Math.min(image.deepest, zoomOf(image)),
    encoding: 'custom',
    redFactor: red,
    greenFactor: red / 256,
    blueFactor: red / 65_536,
    baseShift: -image.floor_db,
  };
}

/** The zoom at which a tile's pixels are no larger than the image's own. */
export function zoomOf(image: Pick<ImageEntry, 'corners' | 'spacing_m'>): number {
  const finest = Math.min(...image.spacing_m);
  return Math.max(0, Math.ceil(Math.log2((ZOOM_0_M * Math.cos(image.corners[0][1] * DEGREES)) / finest)));
}

/** Colours for levels: nothing where nothing was imaged, else black to white. */
export function greys(image: Pick<ImageEntry, 'floor_db' | 'step_db' | 'white_db'>, levels: Levels): never {
  const { floor_db: floor, step_db: step, white_db: white } = image;
  const first = floor + step;
  const dark = Math.max(white + levels.dark, first + step);
  const bright = Math.max(white + levels.white, dark + step);
  return [
    'interpolate',
    ['linear'],
    ['elevation'],
    floor,
    'rgba(0,0,0,0)',
    first,
    'rgb(0,0,0)',
    dark,
    'rgb(0,0,0)',
    bright,
    'rgb(255,255,255)',
  ] as never;
}

function collect({ frames, shown, before }: ImageScene): FeatureCollection {
  return { type: 'FeatureCollection', features: frames.flatMap((image) => frame(image, shown, before)) };
}

function frame(image: ImageEntry, shown: ImageEntry | null, before: ImageEntry | null): Feature[] {
  const properties = {
    image: image.image,
    chosen: image.image === shown?.image || image.image === before?.image,
    label: `${image.image} · ${formatDate(image.begin_ms)} ${formatTime(image.begin_ms)}`,
  };
  const ring = [...image.corners, image.corners[0]];
  const corner = image.corners[3] ?? image.corners[0];
  return [
    { type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [ring] } },
    { type: 'Feature', properties, geometry: { type: 'Point', coordinates: corner } },
  ];
}

function frameLayers(theme: Theme): LayerSpecification[] {
  const { quiet, selected } = theme.palette;
  const colour: unknown = ['case', ['get', 'chosen'], css(selected), css(quiet)];
  return [
    {
      id: 'image-frame',
      type: 'line',
      source: FRAMES,
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'line-color': colour, 'line-width': ['case', ['get', 'chosen'], 2, 1.2], 'line-opacity': 0.9 },
    },
    {
      id: 'image-label',
      type: 'symbol',
      source: FRAMES,
      filter: ['==', ['geometry-type'], 'Point'],
      layout: {
        'text-field': ['get', 'label'],
        'text-font': SEMIBOLD,
        'text-size': 11,
        'text-anchor': 'bottom-left',
        'text-offset': [0, -0.2],
        'text-max-width': 40,
        'symbol-sort-key': ['case', ['get', 'chosen'], 0, 1],
      },
      paint: { 'text-color': colour, 'text-halo-color': theme.base.labelHalo, 'text-halo-width': 1.4 },
    },
  ] as LayerSpecification[];
}

function rulerFeatures({ from, to, unit }: RulerScene): FeatureCollection {
  const { metres, bearingDeg } = distanceAndBearing(from, to);
  const label = `${formatMeasured(unit, metres)} ${formatBearing(bearingDeg)}`;
  const ends: [number, number][] = [
    [from.lon, from.lat],
    [to.lon, to.lat],
  ];
  return {
    type: 'FeatureCollection',
    features: [
      { type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: ends } },
      { type: 'Feature', properties: { label }, geometry: { type: 'Point', coordinates: ends[1] } },
    ],
  };
}

function rulerLayers(theme: Theme): LayerSpecification[] {
  const colour = css(theme.palette.selected);
  return [
    {
      id: 'ruler-casing',
      type: 'line',
      source: RULER,
      paint: { 'line-color': css(theme.palette.casing), 'line-width': 4 },
    },
    { id: 'ruler', type: 'line', source: RULER, paint: { 'line-color': colour, 'line-width': 2 } },
    {
      id: 'ruler-label',
      type: 'symbol',
      source: RULER,
      filter: ['==', ['geometry-type'], 'Point'],
      layout: {
        'text-field': ['get', 'label'],
        'text-font': SEMIBOLD,
        'text-size': 13,
        'text-max-width': 40,
        'text-anchor': 'bottom-left',
        'text-offset': [0.5, -0.3],
        'text-allow-overlap': true,
      },
      paint: { 'text-color': colour, 'text-halo-color': theme.base.labelHalo, 'text-halo-width': 1.6 },
    },
  ] as LayerSpecification[];
}
