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
  /** Time of the picture in the last frame, ms. */
  readonly drawnT: number;
  /** Is all here that the picture is made of? */
  readonly whole: boolean;
  /** And all the history around it, too? */
  readonly settled: boolean;
  /** Chunks of history on their way. */
  readonly loading: number;
  /** Draw every frame, whether needed or not. */
  continuous: boolean;
  resetFigures(): void;
  /** Move the clock's hand to a time, ms, as a drag along the timeline does. */
  scrub(ms: number): void;
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
    get drawnT() {
      return app.view?.layer.drawnMs ?? NaN;
    },
    get settled() {
      return app.session?.isSettled ?? false;
    },
    get whole() {
      return app.session?.isWhole ?? false;
    },
    get loading() {
      return app.session?.history.pending ?? 0;
    },
    continuous: false,
    resetFigures() {
      if (app.view) app.view.layer.frames = app.view.layer.scriptMs = 0;
      app.loopMs = 0;
    },
    scrub(ms) {
      app.session?.clock.seek(ms);
      app.onScrub();
    },
    setTime(ms) {
      app.session?.clock.seek(ms);
      app.session?.clock.pause();
      app.onClockSet();
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
