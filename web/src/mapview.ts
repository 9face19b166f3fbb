/** Map view: the MapLibre map with its base, the movers' layer on it, and what lies under the pointer. */
import { Map as MapLibre, addProtocol, setWorkerUrl } from 'maplibre-gl';
import { Protocol } from 'pmtiles';
import { type BundledBase, PICTURE_SLOT, makeStyle } from './basemap';
import { FormationLayer } from './formationlayer';
import { ImageLayer } from './imagelayer';
import { MoversLayer, type Scene } from './layer/movers';
import type { BasemapEntry, Server } from './server';
import type { Camera } from './state';
import type { Theme } from './theme';
import { TruthLayer } from './truthlayer';

/** Pixels around the pointer in which a symbol is meant. */
const REACH_PX = 14;

/** What lies at a point of the map: at most one of the things, and the place itself. */
export interface Hit {
  track: number | null;
  formation: number | null;
  image: number | null;
  place: { lat: number; lon: number };
}

export interface MapListener {
  onCamera(camera: Camera): void;
  onHover(track: number | null, x: number, y: number): void;
  onClick(hit: Hit): void;
  onPointer(place: { lat: number; lon: number } | null): void;
  onError(text: string): void;
}

export class MapView {
  readonly map: MapLibre;
  readonly layer: MoversLayer;
  readonly formations: FormationLayer;
  readonly truth: TruthLayer;
  readonly images: ImageLayer;
  #theme: Theme;

  constructor(
    container: HTMLElement,
    readonly base: BundledBase,
    server: Server,
    readonly scene: () => Scene | null,
    readonly listener: MapListener,
    theme: Theme,
    camera: Camera | null,
  ) {
    setWorkerUrl(new URL('map/worker.js', document.baseURI).href);
    addProtocol('pmtiles', new Protocol().tile);
    this.layer = new MoversLayer(scene, (text) => listener.onError(text));
    this.map = new MapLibre({
      container,
      style: makeStyle(theme, base, []),
      center: camera ? [camera.lon, camera.lat] : [0, 20],
      zoom: camera?.zoom ?? 1.2,
      attributionControl: false,
      maxPitch: 0,
      maxZoom: 21,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
      renderWorldCopies: true,
      transformRequest: (url) => (url.startsWith(server.base.origin) ? { url, headers: server.headers } : { url }),
    });
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disable();
    this.formations = new FormationLayer(this.map);
    this.truth = new TruthLayer(this.map);
    this.images = new ImageLayer(this.map, server);
    this.#theme = theme;
    this.map.on('style.load', () => {
      this.map.addLayer(this.layer, PICTURE_SLOT);
      this.images.add(this.#theme, this.layer.id);
      this.truth.add(this.#theme, this.layer.id);
      this.formations.add(this.#theme, this.layer.id);
    });
    this.#listen(listener);
  }

  /** Show another base or theme; the picture stays. */
  setBase(theme: Theme, entries: readonly BasemapEntry[]): void {
    this.#theme = theme;
    this.map.setStyle(makeStyle(theme, this.base, entries), { diff: false });
  }

  /** Names of places on or off. */
  showNames(shown: boolean): void {
    for (const layer of this.map.getStyle().layers) {
      const isName = layer.type === 'symbol' && !/^(formation|image|ruler)/.test(layer.id);
      if (isName) this.map.setLayoutProperty(layer.id, 'visibility', shown ? 'visible' : 'none');
    }
  }

  fit(box: readonly [west: number, south: number, east: number, north: number], animate: boolean, maxZoom = 12): void {
    const [west, south, east, north] = box;
    this.map.fitBounds([west, south, east < west ? east + 360 : east, north], {
      padding: { top: 40, bottom: 40, left: 60, right: 60 },
      maxZoom,
      animate,
      duration: 600,
    });
  }

  goTo(lat: number, lon: number, zoom: number | null): void {
    this.map.easeTo({ center: [lon, lat], zoom: zoom ?? this.map.getZoom(), duration: 500 });
  }

  repaint(): void {
    this.map.triggerRepaint();
  }

  /** Metres of ground that a device pixel covers at the centre. */
  get metresPerPixel(): number {
    const { lat } = this.map.getCenter();
    return (40_075_017 * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** this.map.getZoom() * this.map.getPixelRatio());
  }

  /** The track whose symbol is nearest to a point of the map's element, within reach. */
  pick(x: number, y: number): number | null {
    const scene = this.scene();
    if (!scene || scene.look.dotsAlone || !scene.look.tracks) return null;
    const { picture, timeMs, revisitS } = scene;
    const centre = this.map.project(this.map.getCenter());
    const size = 512 * 2 ** this.map.getZoom();
    const { lng, lat } = this.map.getCenter();
    const [centreX, centreY] = [lng / 360 + 0.5, 0.5 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / (2 * Math.PI)];
    let [nearest, best] = [REACH_PX * REACH_PX, null as number | null];
    for (let slot = 0; slot < picture.count; slot += 1) {
      const drawn = picture.drawn(slot, timeMs, revisitS);
      const away = drawn.x - centreX;
      const dx = (away - Math.round(away)) * size + centre.x - x;
      const dy = (drawn.y - centreY) * size + centre.y - y;
      if (dx * dx + dy * dy < nearest) [nearest, best] = [dx * dx + dy * dy, picture.tracks[slot]];
    }
    return best;
  }

  /** A round length of the ground and its pixels of the page, for the scale bar. */
  scaleBar(metresPerUnit: number): { value: number; pixels: number } {
    const perPixel = this.metresPerPixel * this.map.getPixelRatio();
    const most = (110 * perPixel) / metresPerUnit;
    const power = 10 ** Math.floor(Math.log10(most));
    const value = ([5, 2, 1].find((step) => step * power <= most) ?? 1) * power;
    return { value, pixels: (value * metresPerUnit) / perPixel };
  }

  #listen(listener: MapListener): void {
    const { map } = this;
    map.on('moveend', () => {
      const { lng, lat } = map.getCenter().wrap();
      listener.onCamera({ zoom: map.getZoom(), lat, lon: lng });
    });
    map.on('mousemove', ({ point, lngLat }) => {
      const track = this.pick(point.x, point.y);
      map.getCanvas().style.cursor = track === null ? '' : 'pointer';
      listener.onHover(track, point.x, point.y);
      listener.onPointer({ lat: lngLat.lat, lon: lngLat.wrap().lng });
    });
    map.on('error', ({ error }) => listener.onError(error.message));
    map.on('mouseout', () => {
      listener.onHover(null, 0, 0);
      listener.onPointer(null);
    });
    map.on('click', ({ point: { x, y }, lngLat }) => {
      const track = this.pick(x, y);
      const formation = track === null ? this.formations.pick(x, y) : null;
      const image = track === null && formation === null ? this.images.pick(x, y) : null;
      listener.onClick({ track, formation, image, place: { lat: lngLat.lat, lon: lngLat.wrap().lng } });
    });
  }
}
