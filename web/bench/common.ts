/** What the compared pages share: one mission replayed from the server, without panels, live line or labels. */
import { type BundledBase, loadBundledBase } from '../src/basemap';
import { Server } from '../src/server';
import { Session } from '../src/session';

export interface Rig {
  server: Server;
  session: Session;
  base: BundledBase;
  container: HTMLElement;
}

declare global {
  interface Window {
    __bench: { frames: number; drawn: () => unknown; reset: () => void };
    __benchReady: Promise<void>;
  }
}

/** Load the mission and play it from half an hour before its end; the map is as large as the console's. */
export async function makeRig(): Promise<Rig> {
  const words = new URLSearchParams(location.search);
  const container = document.createElement('div');
  Object.assign(document.body.style, { margin: '0' });
  Object.assign(container.style, {
    width: `${words.get('width') ?? 1280}px`,
    height: `${words.get('height') ?? 676}px`,
  });
  document.body.append(container);
  const server = new Server(new URL('/', location.href));
  const [missions, base] = await Promise.all([server.missions(), loadBundledBase()]);
  const session = new Session(server, missions[0], () => undefined);
  session.clock.t = Number(words.get('t'));
  session.clock.playing = true;
  return { server, session, base, container };
}

/** How far back the pictures of all pages reach. */
export const REACH = { integrateSinceMs: null, trailS: 300, fadeS: 45 };

/** Wait until the chunks around the clock are here. */
export async function loaded(session: Session): Promise<void> {
  do {
    session.need(performance.now(), REACH);
    await new Promise((resolve) => window.setTimeout(resolve, 200));
  } while (!session.isSettled || session.history.pending > 0);
}
