/** Keys: everything that one key does. */
import type { App } from './app';

const DWELL_STEP_MS = 1000;

export class Keys {
  readonly #actions: Readonly<Record<string, (event: KeyboardEvent) => void>>;

  constructor(readonly app: App) {
    const { store } = app;
    this.#actions = {
      ' ': () => this.#clock((clock) => clock.toggle()),
      ArrowLeft: (event) => this.#step(-1, event.shiftKey),
      ArrowRight: (event) => this.#step(1, event.shiftKey),
      '+': () => this.#clock((clock) => clock.changeRate(1)),
      '=': () => this.#clock((clock) => clock.changeRate(1)),
      '-': () => this.#clock((clock) => clock.changeRate(-1)),
      l: () => this.#clock((clock) => clock.goLive()),
      Home: () => app.fitMission(),
      d: () => store.set({ dotsAlone: !store.now.dotsAlone }),
      i: () => app.toggleIntegration(),
      e: () => store.toggleLayer('ellipses'),
      r: () => store.toggleLayer('trails'),
      s: () => store.toggleLayer('dwells'),
      n: () => store.toggleLayer('names'),
      w: () => app.toggleTruth(),
      p: () => store.toggleLayer('images'),
      b: () => app.exchangeImages(),
      x: () => app.toggleRuler(),
      t: () => app.table.toggle(),
      f: () => app.find.open(),
      g: () => store.set({ follow: !store.now.follow && store.now.selected !== null }),
      u: () => app.switchUnits(),
      m: () => store.set({ positionForm: store.now.positionForm === 'MGRS' ? 'lat/lon' : 'MGRS' }),
      k: () => store.set({ theme: store.now.theme === 'dark' ? 'light' : 'dark' }),
      '?': () => app.help.toggle(),
      Escape: () => app.escape(),
    };
  }

  listen(): void {
    document.addEventListener('keydown', (event) => this.#onKey(event));
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = this.#actions[key];
    if (!action || (key === ' ' && event.target instanceof HTMLButtonElement)) return;
    event.preventDefault();
    action(event);
  }

  #clock(act: (clock: NonNullable<App['session']>['clock']) => void): void {
    const clock = this.app.session?.clock;
    if (!clock) return;
    act(clock);
    this.app.onClockSet();
  }

  #step(direction: 1 | -1, byRevisit: boolean): void {
    const { session } = this.app;
    if (!session) return;
    const t = byRevisit
      ? session.clock.t + direction * session.revisitS * 1000
      : session.timeOfDwell(direction, DWELL_STEP_MS);
    session.clock.pause();
    session.clock.seek(t);
    this.app.onClockSet();
  }
}

function isTyping(event: KeyboardEvent): boolean {
  const { target } = event;
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox' && target.type !== 'range';
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
