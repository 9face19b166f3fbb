/** The same movers as MapLibre's own layers: positions by `setData` every frame, trails once a second. */
import type { Feature, FeatureCollection } from 'geojson';
import { type GeoJSONSource, Map as MapLibre, setWorkerUrl } from 'maplibre-gl';
import { makeStyle } from '../src/basemap';
import { lonLatOf } from '../src/mercator';
import type { Session } from '../src/session';
import { THEMES } from '../src/theme';
import { loaded, makeRig, REACH } from './common';

const TRAIL_MS = 300_000;
const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };

window.__benchReady = start();

async function start(): Promise<void> {
  const { session, base, container } = await makeRig();
  setWorkerUrl(new URL('map/worker.js', document.baseURI).href);
  const map = new MapLibre({
    container,
    style: makeStyle(THEMES.dark, base, []),
    attributionControl: false,
    fadeDuration: 0,
  });
  const [west, south, east, north] = session.mission.box ?? [-1, -1, 1, 1];
  map.fitBounds([west, south, east, north], { padding: 50, animate: false });
  const drawn = new Promise<void>((resolve) => map.once('load', () => resolve()));
  await loaded(session);
  await drawn;
  map.addSource('trails', { type: 'geojson', data: EMPTY });
  map.addSource('movers', { type: 'geojson', data: EMPTY });
  map.addLayer({
    id: 'trails',
    type: 'line',
    source: 'trails',
    paint: { 'line-color': '#56b4e9', 'line-opacity': 0.5 },
  });
  map.addLayer({
    id: 'movers',
    type: 'circle',
    source: 'movers',
    paint: { 'circle-color': '#56b4e9', 'circle-radius': 4 },
  });
  window.__bench = {
    frames: 0,
    drawn: () => ({ tracks: session.picture.count }),
    reset: () => {
      window.__bench.frames = 0;
    },
  };
  map.on('render', () => {
    window.__bench.frames += 1;
  });
  let trailsAt = -Infinity;
  const loop = (now: number): void => {
    session.tick(now, REACH);
    map.getSource<GeoJSONSource>('movers')?.setData(movers(session));
    if (now - trailsAt > 1000) {
      trailsAt = now;
      map.getSource<GeoJSONSource>('trails')?.setData(trails(session));
    }
    requestAnimationFrame(loop);
  };
  requestAnimationFrame(loop);
}

function movers({ picture, clock, revisitS }: Session): FeatureCollection {
  const features: Feature[] = [];
  for (let slot = 0; slot < picture.count; slot += 1) {
    const drawn = picture.drawn(slot, clock.t, revisitS);
    const { lon, lat } = lonLatOf(drawn.x, drawn.y);
    features.push({ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: [lon, lat] } });
  }
  return { type: 'FeatureCollection', features };
}

function trails({ history, clock }: Session): FeatureCollection {
  const lines = new Map<number, [number, number][]>();
  for (const chunk of history.between(clock.t - TRAIL_MS, clock.t)) {
    const { track, lon_e7, lat_e7 } = chunk.tracks.columns;
    const { first, count } = chunk.tracks.between(clock.t - TRAIL_MS, clock.t);
    for (let row = first; row < first + count; row += 1) {
      const line = lines.get(track[row]) ?? [];
      line.push([lon_e7[row] * 1e-7, lat_e7[row] * 1e-7]);
      lines.set(track[row], line);
    }
  }
  const features = [...lines.values()].map((coordinates): Feature => ({
    type: 'Feature',
    properties: {},
    geometry: { type: 'LineString', coordinates },
  }));
  return { type: 'FeatureCollection', features };
}
