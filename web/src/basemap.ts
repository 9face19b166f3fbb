/** Basemap: land, coast and city names of the bundle, and what the server has besides, as one MapLibre style. */
import type { FeatureCollection, Geometry, Point } from 'geojson';
import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from 'maplibre-gl';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { BasemapEntry } from './server';
import type { BaseColours, Theme } from './theme';

/** Layers of the base stand below this one; the picture stands above it. */
export const PICTURE_SLOT = 'picture-slot';
export const BUNDLED_ATTRIBUTION = 'Natural Earth · city names GeoNames, CC BY 4.0';

const REGULAR = ['regular'];
export const SEMIBOLD = ['semibold'];

export type CityRow = readonly [name: string, lon: number, lat: number, thousands: number];

export interface BundledBase {
  land: FeatureCollection;
  cities: readonly CityRow[];
}

/** Read land and cities, which are files of the page itself. */
export async function loadBundledBase(): Promise<BundledBase> {
  const [topology, cities] = await Promise.all([
    readJson<Topology<{ land: GeometryCollection }>>('map/land.json'),
    readJson<CityRow[]>('map/cities.json'),
  ]);
  const land = feature(topology, topology.objects.land) as FeatureCollection<Geometry>;
  return { land, cities };
}

/** The whole style for a theme: bundled base, then each basemap of the server, then its names. */
export function makeStyle(theme: Theme, base: BundledBase, entries: readonly BasemapEntry[]): StyleSpecification {
  const colours = theme.base;
  const parts = entries.map((entry, number) => entryParts(entry, `base-${number}`, colours));
  return {
    version: 8,
    glyphs: `${new URL('map/glyphs/', document.baseURI).href}{fontstack}/{range}.pbf`,
    sources: {
      land: { type: 'geojson', data: base.land, tolerance: 0.3 },
      cities: { type: 'geojson', data: cityPoints(base.cities) },
      ...Object.fromEntries(parts.map(({ id, source }) => [id, source])),
    },
    layers: [
      { id: 'sea', type: 'background', paint: { 'background-color': colours.sea } },
      { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': colours.land, 'fill-antialias': false } },
      { id: 'coast', type: 'line', source: 'land', paint: { 'line-color': colours.coast, 'line-width': 0.7 } },
      ...parts.flatMap(({ ground }) => ground),
      cityLayer(colours),
      ...parts.flatMap(({ names }) => names),
      { id: PICTURE_SLOT, type: 'background', layout: { visibility: 'none' } },
    ],
  };
}

interface EntryParts {
  id: string;
  source: SourceSpecification;
  ground: LayerSpecification[];
  names: LayerSpecification[];
}

function entryParts(entry: BasemapEntry, id: string, colours: BaseColours): EntryParts {
  return entry.kind === 'geojson' ? geojsonParts(entry, id, colours) : pmtilesParts(entry, id, colours);
}

/** A GeoJSON basemap: features with `kind` coast, land, road, town or water, `name` and `class`. */
function geojsonParts(entry: BasemapEntry, id: string, colours: BaseColours): EntryParts {
  const layer = { source: id };
  const kind = (name: string): ExpressionSpecification => ['==', ['get', 'kind'], name];
  return {
    id,
    source: { type: 'geojson', data: new URL(entry.url, document.baseURI).href },
    ground: [
      { id: `${id}-land`, type: 'fill', ...layer, filter: kind('land'), paint: { 'fill-color': colours.land } },
      ...reliefLayers(id, layer, (step) => ['all', kind('relief'), ['==', ['get', 'class'], step]], colours),
      { id: `${id}-water`, type: 'fill', ...layer, filter: kind('water'), paint: { 'fill-color': colours.water } },
      { id: `${id}-coast`, type: 'line', ...layer, filter: kind('coast'), paint: coastPaint(colours) },
      {
        id: `${id}-road`,
        type: 'line',
        ...layer,
        filter: kind('road'),
        layout: ROUND,
        paint: roadPaint(colours, 'class'),
      },
    ],
    names: [
      nameLayer(`${id}-water-name`, layer, kind('water'), colours, true),
      nameLayer(`${id}-town`, layer, ['all', kind('town'), ['!=', ['get', 'class'], 'village']], colours, false),
      {
        ...nameLayer(
          `${id}-village`,
          layer,
          ['all', kind('town'), ['==', ['get', 'class'], 'village']],
          colours,
          false,
        ),
        minzoom: 9.5,
      },
      roadNameLayer(`${id}-road-name`, layer, kind('road'), colours),
    ],
  };
}

/** Names that tile makers give to layers of roads, water and places. */
const TILE_LAYERS = {
  water: ['water', 'ocean', 'lakes', 'water_polygons'],
  rivers: ['waterway', 'waterways', 'rivers', 'water_lines'],
  roads: ['road', 'roads', 'transportation', 'streets', 'highway', 'rail'],
  places: ['place', 'places', 'place_labels'],
} as const;

/** A PMTiles basemap: fills for land, relief and water, lines for roads, and names, where its tiles have such layers. */
function pmtilesParts(entry: BasemapEntry, id: string, colours: BaseColours): EntryParts {
  const layers = <T>(
    names: readonly string[],
    make: (layer: { source: string; 'source-layer': string }, name: string) => T,
  ): T[] => names.map((name) => make({ source: id, 'source-layer': name }, `${id}-${name}`));
  return {
    id,
    source: { type: 'vector', url: `pmtiles://${new URL(entry.url, document.baseURI).href}` },
    ground: [
      {
        id: `${id}-earth`,
        type: 'fill',
        source: id,
        'source-layer': 'earth',
        filter: ['==', ['geometry-type'], 'Polygon'],
        paint: { 'fill-color': colours.land },
      },
      ...reliefLayers(id, { source: id, 'source-layer': 'relief' }, (step) => ['==', ['get', 'kind'], step], colours),
      {
        id: `${id}-coastline`,
        type: 'line',
        source: id,
        'source-layer': 'coastline',
        paint: coastPaint(colours),
      },
      ...layers(TILE_LAYERS.water, (layer, name): LayerSpecification => ({
        id: `${name}-fill`,
        type: 'fill',
        ...layer,
        filter: ['==', ['geometry-type'], 'Polygon'],
        paint: { 'fill-color': colours.water },
      })),
      ...layers([...TILE_LAYERS.water, ...TILE_LAYERS.rivers], (layer, name): LayerSpecification => ({
        id: `${name}-line`,
        type: 'line',
        ...layer,
        filter: ['==', ['geometry-type'], 'LineString'],
        paint: { 'line-color': colours.water, 'line-width': 1.2 },
      })),
      ...layers(TILE_LAYERS.roads, (layer, name): LayerSpecification => ({
        id: `${name}-road`,
        type: 'line',
        ...layer,
        filter: ['!=', ['geometry-type'], 'Point'],
        layout: ROUND,
        paint: roadPaint(colours, 'kind'),
      })),
    ],
    names: layers(TILE_LAYERS.places, (layer, name) =>
      nameLayer(`${name}-name`, layer, ['has', 'name'], colours, false),
    ),
  };
}

const ROUND = { 'line-cap': 'round', 'line-join': 'round' } as const;

/** Higher ground a little lighter, step by step. */
function reliefLayers(
  id: string,
  layer: { source: string; 'source-layer'?: string },
  filter: (step: string) => FilterSpecification,
  colours: BaseColours,
): LayerSpecification[] {
  return ['above 250 m', 'above 600 m', 'above 1000 m'].map((step, k) => ({
    id: `${id}-relief-${k}`,
    type: 'fill',
    ...layer,
    filter: filter(step),
    paint: { 'fill-color': colours.relief[k] },
  }));
}

function coastPaint(colours: BaseColours): { 'line-color': string; 'line-width': number } {
  return { 'line-color': colours.coast, 'line-width': 1 };
}

/** Wide and light for the main roads, thin and dark for the rest. */
function roadPaint(
  colours: BaseColours,
  property: string,
): { 'line-color': ExpressionSpecification; 'line-width': ExpressionSpecification } {
  const words = ['coalesce', ['get', property], ['get', 'class'], ['get', 'highway'], ['get', 'rank'], ''];
  const main = ['in', ['to-string', words], ['literal', ['motorway', 'trunk', 'primary', 'major_road', '0', '1', '2']]];
  return {
    'line-color': ['case', main, colours.majorRoad, colours.road] as unknown as ExpressionSpecification,
    'line-width': [
      'interpolate',
      ['exponential', 1.5],
      ['zoom'],
      6,
      ['case', main, 0.7, 0.3],
      10,
      ['case', main, 1.6, 0.9],
      15,
      ['case', main, 7, 3.5],
    ] as unknown as ExpressionSpecification,
  };
}

function labelPaint(
  colours: BaseColours,
  water: boolean,
): { 'text-color': string; 'text-halo-color': string; 'text-halo-width': number } {
  return {
    'text-color': water ? colours.waterLabel : colours.label,
    'text-halo-color': colours.labelHalo,
    'text-halo-width': 1.2,
  };
}

function nameLayer(
  id: string,
  layer: { source: string; 'source-layer'?: string },
  filter: FilterSpecification,
  colours: BaseColours,
  water: boolean,
): LayerSpecification {
  return {
    id,
    type: 'symbol',
    ...layer,
    filter,
    minzoom: water ? 9 : 6,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': REGULAR,
      'text-size': ['interpolate', ['linear'], ['zoom'], 7, 11, 13, 14],
      'text-padding': 6,
      'text-max-width': 8,
    },
    paint: labelPaint(colours, water),
  };
}

function roadNameLayer(
  id: string,
  layer: { source: string },
  filter: FilterSpecification,
  colours: BaseColours,
): LayerSpecification {
  return {
    id,
    type: 'symbol',
    ...layer,
    filter,
    minzoom: 10.5,
    layout: {
      'symbol-placement': 'line',
      'text-field': ['get', 'name'],
      'text-font': REGULAR,
      'text-size': 10,
      'symbol-spacing': 400,
    },
    paint: labelPaint(colours, false),
  };
}

/** The larger a city, the farther out it is named. */
function cityLayer(colours: BaseColours): LayerSpecification {
  return {
    id: 'cities',
    type: 'symbol',
    source: 'cities',
    filter: ['<=', ['get', 'zoom'], ['zoom']],
    layout: {
      'text-field': ['get', 'name'],
      'text-font': ['case', ['>', ['get', 'thousands'], 3000], ['literal', SEMIBOLD], ['literal', REGULAR]],
      'text-size': ['interpolate', ['linear'], ['zoom'], 2, 10, 8, 13],
      'symbol-sort-key': ['-', 0, ['get', 'thousands']],
      'text-padding': 8,
      'text-max-width': 8,
    },
    paint: labelPaint(colours, false),
  };
}

function cityPoints(cities: readonly CityRow[]): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: cities.map(([name, lon, lat, thousands]) => ({
      type: 'Feature',
      properties: { name, thousands, zoom: Math.max(2, 9.3 - Math.log2(thousands / 50)) },
      geometry: { type: 'Point', coordinates: [lon, lat] },
    })),
  };
}

async function readJson<T>(path: string): Promise<T> {
  return (await (await fetch(new URL(path, document.baseURI))).json()) as T;
}
