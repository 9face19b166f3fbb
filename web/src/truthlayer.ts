/**
 * Truth on the map: rings, so that a plot or a symbol that fits lies in the middle of one.
 *
 * Bold where the radar saw it, thin where it looked and missed, small and faint where it could not.
 */
import type { FeatureCollection } from 'geojson';
import type { GeoJSONSource, LayerSpecification, Map as MapLibre } from 'maplibre-gl';
import { css } from './formationlayer';
import type { Theme } from './theme';
import { type Entity, Outcome } from './truth';

const SOURCE = 'truth';
const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };

export class TruthLayer {
  #empty = true;

  constructor(readonly map: MapLibre) {}

  /** Put the layer on a style that has just been loaded. */
  add(theme: Theme, beneath: string): void {
    this.#empty = true;
    this.map.addSource(SOURCE, { type: 'geojson', data: EMPTY });
    this.map.addLayer(rings(theme), beneath);
  }

  /** Show entities; none hides them all. */
  show(entities: readonly Entity[]): void {
    const source = this.map.getSource<GeoJSONSource>(SOURCE);
    if (!source || (this.#empty && entities.length === 0)) return;
    this.#empty = entities.length === 0;
    source.setData({
      type: 'FeatureCollection',
      features: entities.map(({ place, outcome }) => ({
        type: 'Feature',
        properties: { outcome },
        geometry: { type: 'Point', coordinates: place },
      })),
    });
  }
}

function rings(theme: Theme): LayerSpecification {
  const by = (detected: number, missed: number, inNotch: number, unseen: number): unknown => [
    'match',
    ['get', 'outcome'],
    Outcome.detected,
    detected,
    Outcome.missed,
    missed,
    Outcome.inNotch,
    inNotch,
    unseen,
  ];
  return {
    id: 'truth',
    type: 'circle',
    source: SOURCE,
    paint: {
      'circle-radius': by(7, 7, 4, 2.5),
      'circle-opacity': 0,
      'circle-stroke-color': css(theme.palette.truth),
      'circle-stroke-width': by(1.8, 0.8, 0.8, 0.8),
      'circle-stroke-opacity': by(0.95, 0.9, 0.75, 0.4),
    },
  } as LayerSpecification;
}
