/** The movers' layer on the same base, and nothing else of the page. */
import type { Scene } from '../src/layer/movers';
import { Labels } from '../src/labels';
import { MapView } from '../src/mapview';
import { THEMES } from '../src/theme';
import { loaded, makeRig, REACH } from './common';

window.__benchReady = start();

async function start(): Promise<void> {
  const { server, session, base, container } = await makeRig();
  const labels = new Labels();
  const scene = (): Scene => ({
    picture: session.picture,
    chunksBetween: (from, to) => session.history.between(from, to),
    timeMs: session.clock.t,
    revisitS: session.revisitS,
    look: {
      plots: true,
      tracks: true,
      trails: true,
      dwells: true,
      platform: true,
      ellipses: false,
      labels: true,
      dotsAlone: false,
      ...REACH,
    },
    palette: THEMES.dark.palette,
    lost: 0,
    pace: 1,
    platform: session.platform.run,
    platformEpoch: session.platform.epoch,
    labels,
    life: null,
    fan: session.platform.fan,
  });
  const nothing = {
    onCamera() {},
    onHover() {},
    onClick() {},
    onPointer() {},
    onError(text: string) {
      throw new Error(text);
    },
  };
  const view = new MapView(container, base, server, scene, nothing, THEMES.dark, null);
  view.setBase(THEMES.dark, await server.basemaps());
  if (session.mission.box) view.fit(session.mission.box, false);
  await loaded(session);
  window.__bench = {
    frames: 0,
    drawn: () => view.layer.drawn,
    reset: () => {
      window.__bench.frames = 0;
    },
  };
  view.map.on('render', () => {
    window.__bench.frames += 1;
  });
  const loop = (now: number): void => {
    session.tick(now, REACH);
    view.repaint();
    requestAnimationFrame(loop);
  };
  requestAnimationFrame(loop);
}
