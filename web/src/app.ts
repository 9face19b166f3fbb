/** App: the one object that holds the page together; every part gets what it needs from here. */
import { readAddress, writeAddress } from './address';
import { type BundledBase, loadBundledBase } from './basemap';
import { h } from './dom';
import { makeHook } from './hook';
import { Keys } from './keys';
import { Labels } from './labels';
import type { Look, Scene } from './layer/movers';
import { type Hit, MapView } from './mapview';
import { membersOf, placeAt } from './formations';
import { lonLatOf } from './mercator';
import { Convoy } from './panels/convoy';
import { Details } from './panels/details';
import { Find } from './panels/find';
import { Header } from './panels/header';
import { ImagePanel } from './panels/imagepanel';
import { Help } from './panels/help';
import { Notices } from './panels/notices';
import { Rail } from './panels/rail';
import { Swipe } from './panels/swipe';
import { Table } from './panels/table';
import { Timeline } from './panels/timeline';
import { Tip } from './panels/tip';
import { Mark, type Picture } from './picture';
import { type BasemapEntry, type ImageEntry, LiveLine, type Mission, Server, type Status } from './server';
import { Session } from './session';
import { Store } from './state';
import { THEMES } from './theme';
import { Truth } from './truth';

const PANELS_EVERY_MS = 250;
const ADDRESS_EVERY_MS = 600;
const MISSIONS_EVERY_MS = 5000;
/** A symbol moves at most this many device pixels between two frames. */
const PIXELS_PER_FRAME = 0.4;
/** Speed that is taken for the fastest of what matters when choosing how often to draw, m/s. */
const FAST_MPS = 30;
const SLOWEST_FRAME_MS = 120;
const FADE_S = 45;
/** As near as an image is looked at. */
const CLOSEST_ZOOM = 20;
const IMAGES_EVERY_MS = 15_000;
const INTEGRATE_MS = 6 * 3_600_000;
/** A recording opens at this rate: at its own one hardly sees anything move from afar. */
const RECORDING_RATE = 10;

export class App {
  readonly store = new Store(readAddress(location.hash));
  readonly server = new Server();
  session: Session | null = null;
  truth: Truth | null = null;
  missions: Mission[] = [];
  /** Radar images of all missions, by the time they were taken. */
  images: ImageEntry[] = [];
  hovered: number | null = null;
  /** Where the pointer is, or was last, on the map. */
  pointer: { lat: number; lon: number } | null = null;
  /** Tracks that the table's filter leaves out of the picture. */
  filteredOut: ReadonlySet<number> = new Set();
  readonly header: Header;
  readonly rail: Rail;
  readonly timeline: Timeline;
  readonly table: Table;
  readonly details: Details;
  readonly convoy: Convoy;
  readonly imagePanel: ImagePanel;
  readonly swipe: Swipe;
  readonly find: Find;
  readonly help: Help;
  readonly notices: Notices;
  readonly labels = new Labels();
  readonly tip = new Tip();
  view: MapView | null = null;
  base: BundledBase | null = null;
  basemaps: BasemapEntry[] = [];
  #drawnAt = -Infinity;
  #imagesTimer = 0;
  #panelsAt = -Infinity;
  #addressAt = -Infinity;
  #changed = true;
  /** Script time of the loop, ms, summed; `hook` reads and resets it. */
  loopMs = 0;

  constructor(readonly root: HTMLElement) {
    this.header = new Header(this);
    this.rail = new Rail(this);
    this.timeline = new Timeline(this);
    this.table = new Table(this);
    this.details = new Details(this);
    this.convoy = new Convoy(this);
    this.imagePanel = new ImagePanel(this);
    this.swipe = new Swipe(this);
    this.find = new Find(this);
    this.help = new Help();
    this.notices = new Notices();
  }

  /** Build the page, load what it is made of, and show the first picture. */
  async start(): Promise<void> {
    const mapElement = h('div', {
      class: 'map',
      role: 'application',
      'aria-label': 'Map; the table of tracks says the same in words',
    });
    const middle = h(
      'main',
      { class: 'middle' },
      mapElement,
      this.swipe.element,
      this.rail.element,
      this.details.element,
      this.convoy.element,
      this.imagePanel.element,
      this.table.element,
      this.notices.element,
      this.find.element,
      this.tip.element,
    );
    this.root.append(this.header.element, middle, this.timeline.element, this.help.element);
    this.#applyTheme();
    this.notices.say('loading', 'Loading the map …');
    this.base = await loadBundledBase();
    this.view = new MapView(
      mapElement,
      this.base,
      this.server,
      () => this.#scene(),
      this.#mapListener(),
      THEMES[this.store.now.theme],
      this.store.now.camera,
    );
    new Keys(this).listen();
    this.store.subscribe((state, before) => this.#onState(state, before));
    window.addEventListener('hashchange', () => this.#onAddress());
    requestAnimationFrame((now) => this.#loop(now));
    await this.#loadMissions();
    this.notices.clear('loading');
    this.#openLine();
    await new Promise<void>((resolve) => {
      this.view?.map.once('idle', () => resolve());
      this.view?.repaint();
      window.setTimeout(resolve, 8000);
    });
  }

  /** Say that something visible has changed, so that the next frame is drawn. */
  change(): void {
    this.#changed = true;
  }

  select(track: number | null): void {
    const { follow } = this.store.now;
    this.store.set({ selected: track, formation: null, follow: track === null ? false : follow });
  }

  selectFormation(formation: number | null): void {
    this.store.set({ formation, selected: null, follow: false });
  }

  selectImage(image: number | null): void {
    this.store.set({ image, against: null, selected: null, formation: null, follow: false });
  }

  /** The image of a number, if it is there. */
  imageOf(number: number | null): ImageEntry | null {
    return this.images.find(({ image }) => image === number) ?? null;
  }

  /** Move the map to an image. */
  showImage(number: number | null): void {
    const image = this.imageOf(number);
    if (!image) return;
    const [lons, lats] = [0, 1].map((axis) => image.corners.map((corner) => corner[axis]));
    this.view?.fit([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], true, CLOSEST_ZOOM);
  }

  /** Of two images that are compared, show the other one. */
  exchangeImages(): void {
    const { image, against } = this.store.now;
    if (against !== null) this.store.set({ image: against, against: image });
  }

  /** Begin to measure, or end it. */
  toggleRuler(): void {
    this.store.set({ ruler: this.store.now.ruler === null ? [] : null });
  }

  /** Move the map to a formation, if it is in the picture. */
  showFormation(number: number): void {
    const session = this.session;
    const formation = session?.formations.at(session.clock.t).find((one) => one.formation === number);
    if (!session || !formation) return;
    const [lon, lat] = placeAt(formation, session.clock.t, session.revisitS);
    this.view?.goTo(lat, lon, null);
  }

  /** Move the map to a track, if it is in the picture. */
  showTrack(track: number): boolean {
    const session = this.session;
    const slot = session?.picture.slotOf(track);
    if (!session || slot === undefined) return false;
    const drawn = session.picture.drawn(slot, session.clock.t, session.revisitS);
    const { lat, lon } = lonLatOf(drawn.x, drawn.y);
    this.view?.goTo(lat, lon, null);
    return true;
  }

  fitMission(animate = true): void {
    const mission = this.session?.mission;
    if (mission?.box) this.view?.fit(mission.box, animate, mission.plots > 0 ? undefined : CLOSEST_ZOOM);
  }

  async openMission(id: string): Promise<void> {
    const mission = this.missions.find((candidate) => candidate.id === id);
    if (!mission || !this.view) return;
    const session = new Session(this.server, mission, () => this.change());
    const state = this.store.now;
    this.session = session;
    this.truth = mission.truth ? new Truth(this.server, mission) : null;
    session.clock.rate = state.rate ?? (mission.live ? 1 : RECORDING_RATE);
    this.#startClock(session);
    this.store.set({ mission: id });
    this.header.refreshMissions();
    if (!state.camera) this.fitMission(false);
    this.timeline.openMission(mission);
    clearInterval(this.#imagesTimer);
    if (mission.live || mission.complete === false)
      this.#imagesTimer = window.setInterval(() => void this.#loadImages(), IMAGES_EVERY_MS);
    this.labels.reset();
    this.notices.clear('empty');
  }

  /** For tests and benchmarks. */
  readonly hook = makeHook(this);

  /** While the clock is moved by hand: ask for what it needs at once, and show it. */
  onScrub(): void {
    this.session?.need(performance.now(), this.#look());
    this.change();
  }

  /** The pointer is over a time on the timeline: it may be pressed. */
  onForesight(t: number): void {
    this.session?.foresee(t, this.#look());
  }

  /** After the clock was set by hand: show it, and say it in the address. */
  onClockSet(): void {
    this.onScrub();
    if (this.session) this.#writeAddress(performance.now(), this.session);
  }

  /** Show all dots of the last hours up to the time of the picture, growing on, or stop doing so. */
  toggleIntegration(): void {
    const { integrateSinceMs } = this.store.now;
    const clock = this.session?.clock;
    if (!clock) return;
    const since = Math.max(clock.begin, clock.t - INTEGRATE_MS);
    this.store.set({ integrateSinceMs: integrateSinceMs === null ? since : null });
    this.session?.need(performance.now(), this.#look());
  }

  /** Show or hide where everything truly is, where the mission tells. */
  toggleTruth(): void {
    if (this.truth) this.store.toggleLayer('truth');
  }

  switchUnits(): void {
    const knots = this.store.now.speedUnit === 'kt';
    this.store.set({ speedUnit: knots ? 'km/h' : 'kt', distanceUnit: knots ? 'km' : 'nmi' });
  }

  /** Close what is open, from the top; at last select nothing. */
  escape(): void {
    if (this.find.isOpen) this.find.close();
    else if (this.store.now.ruler !== null) this.toggleRuler();
    else if (this.store.now.selected !== null || this.store.now.formation !== null) this.select(null);
    else if (this.store.now.image !== null) this.selectImage(null);
    else if (this.store.now.table) this.table.toggle();
    else this.store.set({ dotsAlone: false });
  }

  #startClock(session: Session): void {
    const { timeMs, playing } = this.store.now;
    const { clock, mission } = session;
    if (timeMs !== null) {
      clock.t = Math.min(Math.max(timeMs, clock.begin), clock.end);
      clock.playing = playing;
    } else if (mission.live) {
      clock.t = clock.end;
      clock.mode = 'live';
    } else {
      clock.t = Math.min(clock.end, clock.begin + 2000 * session.revisitS);
      clock.playing = playing;
    }
  }

  async #loadMissions(): Promise<void> {
    try {
      [this.missions, this.basemaps, this.images] = await Promise.all([
        this.server.missions(),
        this.server.basemaps(),
        this.server.images(),
      ]);
      this.notices.clear('server');
    } catch (error) {
      this.notices.say('server', error instanceof Error ? error.message : String(error), 'error');
      window.setTimeout(() => void this.#loadMissions(), MISSIONS_EVERY_MS);
      return;
    }
    this.header.refreshMissions();
    if (this.session) return;
    if (this.basemaps.length > 0) this.#setBase();
    this.rail.showSources(this.basemaps);
    const wanted = this.missions.find((mission) => mission.id === this.store.now.mission);
    const chosen = wanted ?? this.missions.find((mission) => mission.live) ?? this.missions.at(-1);
    if (chosen) await this.openMission(chosen.id);
    else {
      this.notices.sayEmpty();
      window.setTimeout(() => void this.#loadMissions(), MISSIONS_EVERY_MS);
    }
  }

  /** While a mission goes on, images may come. */
  async #loadImages(): Promise<void> {
    try {
      this.images = await this.server.images();
    } catch {
      return; // The next call asks again; that the server does not answer is said by everything else.
    }
    this.change();
  }

  #openLine(): void {
    let cutAt: number | null = null;
    const line = new LiveLine(this.server, {
      onHello: (mission) => {
        if (mission !== null && !this.missions.some(({ id }) => id === mission)) void this.#loadMissions();
        if (this.session) this.session.connected = true;
        if (cutAt !== null) this.session?.history.refetchFrom(cutAt);
        cutAt = null;
      },
      onBlocks: (blocks) => {
        if (this.session?.mission.live) this.session.takeLive(blocks);
        this.change();
      },
      onStatus: (status) => this.#onStatus(status),
      onCut: () => {
        if (this.session) {
          this.session.connected = false;
          this.session.clock.loseSource();
          cutAt ??= this.session.clock.end;
        }
        this.change();
      },
    });
    line.open();
  }

  #onStatus(status: Status): void {
    const session = this.session;
    if (!session && status.mission !== null) void this.#loadMissions();
    this.notices.showAlarms(status.alarms);
    // Without a mission the words are about the whole archive.
    if (!session || (status.mission !== null && session.mission.id !== status.mission)) return;
    const wasLost = session.isLost;
    session.connected = true;
    session.takeStatus(status, performance.now());
    // Words are the panels' business; the picture itself only greys.
    if (session.isLost !== wasLost) this.change();
  }

  #loop(now: number): void {
    const began = performance.now();
    const { session, view } = this;
    if (session && view) {
      const moved = session.tick(now, this.#look());
      const due = now - this.#drawnAt >= this.#frameInterval(session, view) - 4;
      const wanted = this.hook.continuous || this.#changed || (moved && due);
      // The timeline's hand waits with the picture: to draw anything now would hold up both.
      if (!session.isWaiting(now)) this.#show(now, session, view, { wanted, moved });
    }
    this.loopMs += performance.now() - began;
    requestAnimationFrame((next) => this.#loop(next));
  }

  #show(now: number, session: Session, view: MapView, { wanted, moved }: { wanted: boolean; moved: boolean }): void {
    if (wanted) {
      this.#drawnAt = now;
      this.#changed = false;
      this.#follow(session);
      view.repaint();
    }
    if (now - this.#panelsAt > PANELS_EVERY_MS) this.#refreshPanels(now, session);
    else if (wanted || moved) this.timeline.moveHead();
  }

  /** As seldom as can be while nothing moves by more than a fraction of a pixel: a still picture costs nothing. */
  #frameInterval(session: Session, view: MapView): number {
    const pixelsPerSecond = (FAST_MPS * session.clock.pace) / view.metresPerPixel;
    return Math.min(SLOWEST_FRAME_MS, (1000 * PIXELS_PER_FRAME) / Math.max(pixelsPerSecond, 1e-6));
  }

  #refreshPanels(now: number, session: Session): void {
    this.#panelsAt = now;
    this.timeline.refresh();
    this.header.refresh(session, now);
    this.rail.refresh(session);
    this.details.refresh(session);
    this.convoy.refresh(session);
    this.imagePanel.refresh();
    this.swipe.refresh();
    this.#showImages(session);
    this.#showFormations(session);
    this.#showTruth(session);
    this.table.refresh(session);
    this.notices.showTrouble(session);
    if (now - this.#addressAt > ADDRESS_EVERY_MS) this.#writeAddress(now, session);
  }

  #showFormations(session: Session): void {
    const { dotsAlone, speedUnit, formation } = this.store.now;
    const { clock, formations, picture, revisitS } = session;
    const shown = this.store.isShown('formations') && !dotsAlone && !Number.isNaN(clock.t);
    this.view?.formations.show(
      shown
        ? {
            formations: formations.at(clock.t),
            traces: formations.traces(clock.t),
            members: this.#placesOfMembers(picture, clock.t, revisitS),
            metresPerPixel: (this.view?.metresPerPixel ?? 1) * (this.view?.map.getPixelRatio() ?? 1),
            t: clock.t,
            revisitS,
            selected: formation,
            speedUnit,
          }
        : null,
    );
  }

  #showImages({ clock: { t } }: Session): void {
    const { image, against, swipe, imageOpacity, darkDb, whiteDb, ruler, distanceUnit } = this.store.now;
    const isShown = this.store.isShown('images') && !this.store.now.dotsAlone;
    const [shown, before] = [image, against].map((number) => (isShown ? this.imageOf(number) : null));
    const taken = (entry: ImageEntry): boolean => entry.begin_ms <= t || entry === shown || entry === before;
    this.view?.images.show({
      frames: isShown ? this.images.filter(taken) : [],
      shown,
      before,
      swipe,
      opacity: imageOpacity,
      levels: { dark: darkDb, white: whiteDb },
    });
    const [from, to = this.pointer] = ruler ?? [];
    this.view?.images.measure(from && to ? { from, to, unit: distanceUnit } : null);
  }

  #showTruth({ clock: { t }, revisitS }: Session): void {
    const shown = this.store.isShown('truth') && !Number.isNaN(t);
    if (shown) this.truth?.need(t, revisitS);
    this.view?.truth.show(shown ? (this.truth?.at(t) ?? []) : []);
  }

  #placesOfMembers(picture: Picture, t: number, revisitS: number): Map<number, [number, number][]> {
    const places = (slots: number[]): [number, number][] =>
      slots.map((slot) => {
        const drawn = picture.drawn(slot, t, revisitS);
        const { lon, lat } = lonLatOf(drawn.x, drawn.y);
        return [lon, lat];
      });
    return new Map([...membersOf(picture)].map(([formation, slots]) => [formation, places(slots)]));
  }

  #writeAddress(now: number, session: Session): void {
    this.#addressAt = now;
    const { clock } = session;
    const live = clock.mode === 'live';
    // While a replay runs the address keeps the time of its last stop or jump, or it would change all the time.
    const timeMs = live ? null : clock.playing ? (this.store.now.timeMs ?? clock.t) : clock.t;
    this.store.set({ timeMs, rate: clock.rate, playing: live || clock.playing });
    const hash = `#${writeAddress(this.store.now)}`;
    if (hash !== location.hash) history.replaceState(null, '', hash);
  }

  #onAddress(): void {
    const state = readAddress(location.hash);
    const other = state.mission !== null && state.mission !== this.session?.mission.id;
    this.store.set(state);
    if (state.camera) this.view?.map.jumpTo({ center: [state.camera.lon, state.camera.lat], zoom: state.camera.zoom });
    if (other && state.mission) void this.openMission(state.mission);
    else if (this.session) this.#startClock(this.session);
  }

  #follow(session: Session): void {
    const { follow, selected } = this.store.now;
    const slot = follow && selected !== null ? session.picture.slotOf(selected) : undefined;
    if (slot === undefined) return;
    const drawn = session.picture.drawn(slot, session.clock.t, session.revisitS);
    const { lat, lon } = lonLatOf(drawn.x, drawn.y);
    this.view?.map.setCenter([lon, lat]);
  }

  #onState(state: Readonly<Store['now']>, before: Readonly<Store['now']>): void {
    if (state.theme !== before.theme) {
      this.#applyTheme();
      this.#setBase();
    }
    if (state.hidden !== before.hidden) this.view?.showNames(this.store.isShown('names'));
    if (state.selected !== before.selected) this.#mark();
    if (this.session) this.#showImages(this.session);
    for (const part of [
      this.rail,
      this.details,
      this.convoy,
      this.imagePanel,
      this.swipe,
      this.table,
      this.timeline,
      this.header,
    ])
      part.onState(state, before);
    this.change();
  }

  /** Mark the movers anew: who is selected, under the pointer, or left out by the filter. */
  #mark(): void {
    const { selected } = this.store.now;
    const { hovered, filteredOut } = this;
    this.session?.picture.markBy((track) => {
      if (track === selected) return Mark.selected;
      if (track === hovered) return Mark.hovered;
      return filteredOut.has(track) ? Mark.filtered : Mark.none;
    });
    this.change();
  }

  setFilteredOut(tracks: ReadonlySet<number>): void {
    if (tracks.size === 0 && this.filteredOut.size === 0) return;
    this.filteredOut = tracks;
    this.#mark();
  }

  #applyTheme(): void {
    document.documentElement.dataset.theme = this.store.now.theme;
  }

  #setBase(): void {
    const { view } = this;
    view?.setBase(THEMES[this.store.now.theme], this.basemaps);
    view?.map.once('style.load', () => view.showNames(this.store.isShown('names')));
  }

  #hover(track: number | null, x: number, y: number): void {
    const slot = track === null ? undefined : this.session?.picture.slotOf(track);
    if (slot === undefined || !this.session) this.tip.hide();
    else this.tip.show(this.session.picture.mover(slot), this.store.now.speedUnit, x, y);
    if (track === this.hovered) return;
    this.hovered = track;
    this.#mark();
  }

  #click({ track, formation, image, place }: Hit): void {
    const { ruler } = this.store.now;
    if (ruler !== null) this.store.set({ ruler: ruler.length === 1 ? [...ruler, place] : [place] });
    else if (formation !== null) this.selectFormation(formation);
    else if (track === null && image !== null) this.selectImage(image);
    else this.select(track);
  }

  #mapListener(): ConstructorParameters<typeof MapView>[4] {
    return {
      onCamera: (camera) => this.store.set({ camera }),
      onHover: (track, x, y) => this.#hover(track, x, y),
      onClick: (hit) => this.#click(hit),
      onPointer: (place) => {
        if (place) this.pointer = place;
        if (this.store.now.ruler?.length === 1 && this.session) this.#showImages(this.session);
        this.imagePanel.point(place);
        this.rail.showPointer(place);
      },
      onError: (text) => this.notices.say('map', `A part of the map could not be drawn: ${text}`, 'error'),
    };
  }

  #look(): Look {
    const { store } = this;
    const { dotsAlone, integrateSinceMs, trailS } = store.now;
    return {
      plots: store.isShown('plots'),
      tracks: store.isShown('tracks'),
      trails: store.isShown('trails'),
      dwells: store.isShown('dwells'),
      platform: store.isShown('platform'),
      ellipses: store.isShown('ellipses'),
      labels: store.isShown('labels'),
      dotsAlone,
      integrateSinceMs,
      trailS,
      fadeS: Math.max(FADE_S, (this.session?.revisitS ?? 0) * 1.5),
    };
  }

  #scene(): Scene | null {
    const { session } = this;
    if (!session || Number.isNaN(session.clock.t)) return null;
    return {
      picture: session.picture,
      chunksBetween: (from, to) => session.history.between(from, to),
      timeMs: session.clock.t,
      revisitS: session.revisitS,
      look: this.#look(),
      palette: THEMES[this.store.now.theme].palette,
      lost: session.isLost ? 1 : 0,
      pace: session.clock.pace,
      platform: session.platform.run,
      platformEpoch: session.platform.epoch,
      labels: this.labels,
      life: this.details.life?.chunk ?? null,
      fan: session.platform.fan,
    };
  }
}
