/** Hook: what tests and benchmarks may read of the page and do to it; the page itself never does. */
import type { Map as MapLibre } from 'maplibre-gl';
import type { App } from './app';
import type { DrawnCounts } from './layer/movers';
import { lonLatOf } from './mercator';

export interface Hook {
  readonly frames: number;
  /** Script time of the page's own code a frame, ms: drawing, and what the loop does besides. */
  readonly scriptMs: number;
  /** Time of the picture, ms. */
  readonly t: number;
  readonly mode: string;
  readonly drawn: Partial<DrawnCounts>;
  /** Chunks of history on their way. */
  readonly loading: number;
  /** Draw every frame, whether needed or not. */
  continuous: boolean;
  resetFigures(): void;
  /** Stop at a time, ms. */
  setTime(ms: number): void;
  map(): MapLibre | undefined;
  /** Where a track is on the screen. */
  positionOf(track: number): { x: number; y: number } | null;
}

export function makeHook(app: App): Hook {
  return {
    get frames() {
      return app.view?.layer.frames ?? 0;
    },
    get scriptMs() {
      const layer = app.view?.layer;
      return layer && layer.frames > 0 ? (layer.scriptMs + app.loopMs) / layer.frames : 0;
    },
    get t() {
      return app.session?.clock.t ?? NaN;
    },
    get mode() {
      return app.session?.clock.mode ?? 'none';
    },
    get drawn() {
      return { ...app.view?.layer.drawn };
    },
    get loading() {
      return app.session?.history.pending ?? 0;
    },
    continuous: false,
    resetFigures() {
      if (app.view) app.view.layer.frames = app.view.layer.scriptMs = 0;
      app.loopMs = 0;
    },
    setTime(ms) {
      app.session?.clock.seek(ms);
      app.session?.clock.pause();
      app.change();
    },
    map: () => app.view?.map,
    positionOf: (track) => screenPosition(app, track),
  };
}

function screenPosition({ session, view }: App, track: number): { x: number; y: number } | null {
  const slot = session?.picture.slotOf(track);
  if (!session || !view || slot === undefined) return null;
  const drawn = session.picture.drawn(slot, session.clock.t, session.revisitS);
  const { lat, lon } = lonLatOf(drawn.x, drawn.y);
  const point = view.map.project([lon, lat]);
  const box = view.map.getContainer().getBoundingClientRect();
  return { x: point.x + box.left, y: point.y + box.top };
}
