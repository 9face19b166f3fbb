/**
 * Formations on the map: a hull about the vehicles, a label with their number, the trace behind, dotted where it goes.
 *
 * They are few, so the map's own layers draw them, and place their labels.
 */
import type { Feature, FeatureCollection, Geometry } from 'geojson';
import type { GeoJSONSource, LayerSpecification, Map as MapLibre } from 'maplibre-gl';
import { SEMIBOLD } from './basemap';
import { type Formation, FormationState, countText, isStanding, moved, placeAt, speedOf } from './formations';
import type { Rgb, Theme } from './theme';
import { type SpeedUnit, formatBearing, formatSpeed } from './units';

const SOURCE = 'formations';
/** Space about the outermost vehicles, m. */
const ROOM_M = 120;
/** And at least so much on the screen, px. */
const ROOM_PX = 9;
const CIRCLE_POINTS = 16;
/** Its way is drawn so far ahead, s: for formations only, never for a single vehicle. */
const AHEAD_S = 300;
const REACH_PX = 6;

/** What is drawn. */
export interface FormationScene {
  formations: readonly Formation[];
  traces: ReadonlyMap<number, readonly [number, number][]>;
  /** Where the vehicles of each are drawn, degrees. */
  members: ReadonlyMap<number, readonly (readonly [number, number])[]>;
  metresPerPixel: number;
  t: number;
  revisitS: number;
  selected: number | null;
  speedUnit: SpeedUnit;
}

export class FormationLayer {
  #shown = '';

  constructor(readonly map: MapLibre) {}

  /** Put the layers on a style that has just been loaded. */
  add(theme: Theme, beneath: string): void {
    this.#shown = '';
    this.map.addSource(SOURCE, { type: 'geojson', data: EMPTY });
    for (const layer of layers(theme)) this.map.addLayer(layer, layer.type === 'symbol' ? undefined : beneath);
  }

  /** Show formations; none hides them all. Nothing is done where nothing has changed. */
  show(scene: FormationScene | null): void {
    const source = this.map.getSource<GeoJSONSource>(SOURCE);
    if (!source) return;
    const data = scene ? collect(scene) : EMPTY;
    const text = JSON.stringify(data);
    if (text === this.#shown) return;
    this.#shown = text;
    source.setData(data);
  }

  /** The formation at a point of the map's element. */
  pick(x: number, y: number): number | null {
    if (!this.map.getLayer('formation-hull')) return null;
    const box: [[number, number], [number, number]] = [
      [x - REACH_PX, y - REACH_PX],
      [x + REACH_PX, y + REACH_PX],
    ];
    const layersHit = ['formation-label', 'formation-hull'];
    const [hit] = this.map.queryRenderedFeatures(box, { layers: layersHit });
    return hit ? Number(hit.properties.formation) : null;
  }
}

const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };

function collect(scene: FormationScene): FeatureCollection {
  return { type: 'FeatureCollection', features: scene.formations.flatMap((formation) => features(formation, scene)) };
}

function features(formation: Formation, scene: FormationScene): Feature[] {
  const place = placeAt(formation, scene.t, scene.revisitS);
  const here = { lon: place[0], lat: place[1] };
  const places = scene.members.get(formation.formation) ?? [place];
  const room = Math.max(ROOM_M, ROOM_PX * scene.metresPerPixel);
  const chosen = formation.formation === scene.selected;
  const properties = {
    formation: formation.formation,
    chosen,
    coasting: formation.state === FormationState.coasting,
    label: labelOf(formation, scene.speedUnit),
    rank: -formation.count,
  };
  const found = [
    feature('hull', properties, { type: 'Polygon', coordinates: [outline(places, room)] }),
    feature('mark', properties, { type: 'Point', coordinates: place }),
  ];
  const trace = [...(scene.traces.get(formation.formation) ?? []), place];
  if (trace.length > 1) found.push(feature('trace', properties, { type: 'LineString', coordinates: trace }));
  if (!isStanding(formation) && !properties.coasting) {
    const ahead = moved(here, formation.velocityEast * AHEAD_S, formation.velocityNorth * AHEAD_S);
    found.push(feature('ahead', properties, { type: 'LineString', coordinates: [place, ahead] }));
  }
  return found;
}

function feature(part: string, properties: Record<string, unknown>, geometry: Geometry): Feature {
  return { type: 'Feature', properties: { ...properties, part }, geometry };
}

/** "12 (10–14) · 53 km/h 330°". */
function labelOf(formation: Formation, unit: SpeedUnit): string {
  if (isStanding(formation)) return `${countText(formation)} · standing`;
  const heading = (Math.atan2(formation.velocityEast, formation.velocityNorth) * 180) / Math.PI;
  return `${countText(formation)} · ${formatSpeed(unit, speedOf(formation))} ${formatBearing(heading)}`;
}

/** An outline about places, degrees, with room around each: the convex hull of circles. */
export function outline(places: readonly (readonly [number, number])[], room: number): [number, number][] {
  const points = places.flatMap(([lon, lat]) =>
    Array.from({ length: CIRCLE_POINTS }, (_, point) => {
      const angle = (2 * Math.PI * point) / CIRCLE_POINTS;
      return moved({ lon, lat }, room * Math.cos(angle), room * Math.sin(angle));
    }),
  );
  const ring = convexHull(points);
  return [...ring, ring[0]];
}

/** Andrew's monotone chain (1979), counter-clockwise. */
function convexHull(points: [number, number][]): [number, number][] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const chain = (from: [number, number][]): [number, number][] => {
    const kept: [number, number][] = [];
    for (const point of from) {
      while (kept.length > 1 && turn(kept[kept.length - 2], kept[kept.length - 1], point) <= 0) kept.pop();
      kept.push(point);
    }
    return kept.slice(0, -1);
  };
  return [...chain(sorted), ...chain(sorted.reverse())];
}

function turn(a: readonly [number, number], b: readonly [number, number], c: readonly [number, number]): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

function layers(theme: Theme): LayerSpecification[] {
  const { quiet, selected } = theme.palette;
  const colour: unknown = ['case', ['get', 'chosen'], css(selected), css(quiet)];
  const part = (name: string): unknown => ['==', ['get', 'part'], name];
  return [
    {
      id: 'formation-trace',
      type: 'line',
      source: SOURCE,
      filter: part('trace'),
      layout: { 'line-join': 'round', 'line-cap': 'round' },
      paint: { 'line-color': colour, 'line-width': 3, 'line-opacity': 0.28 },
    },
    {
      id: 'formation-ahead',
      type: 'line',
      source: SOURCE,
      filter: part('ahead'),
      layout: { 'line-cap': 'round' },
      paint: { 'line-color': colour, 'line-width': 1.6, 'line-dasharray': [0, 2.6], 'line-opacity': 0.8 },
    },
    {
      id: 'formation-hull',
      type: 'fill',
      source: SOURCE,
      filter: part('hull'),
      paint: { 'fill-color': colour, 'fill-opacity': 0.08 },
    },
    {
      id: 'formation-rim',
      type: 'line',
      source: SOURCE,
      filter: ['all', part('hull'), ['!', ['get', 'coasting']]],
      paint: { 'line-color': colour, 'line-width': 1.4, 'line-opacity': 0.9 },
    },
    {
      id: 'formation-rim-coasting',
      type: 'line',
      source: SOURCE,
      filter: ['all', part('hull'), ['get', 'coasting']],
      paint: { 'line-color': colour, 'line-width': 1.4, 'line-opacity': 0.9, 'line-dasharray': [2.5, 2] },
    },
    {
      id: 'formation-label',
      type: 'symbol',
      source: SOURCE,
      filter: part('mark'),
      layout: {
        'text-field': ['get', 'label'],
        'text-font': SEMIBOLD,
        'text-size': 11.5,
        'text-anchor': 'bottom-left',
        'text-offset': [0.9, -0.7],
        'text-max-width': 30,
        'symbol-sort-key': ['get', 'rank'],
      },
      paint: { 'text-color': colour, 'text-halo-color': theme.base.labelHalo, 'text-halo-width': 1.4 },
    },
  ] as LayerSpecification[];
}

export function css([red, green, blue]: Rgb): string {
  return `rgb(${Math.round(255 * red)},${Math.round(255 * green)},${Math.round(255 * blue)})`;
}
