/** Timeline: how much was reported when, when the radar looked at all, and the clock's hand to drag. */
import type { App } from '../app';
import { formatRate } from '../clock';
import { h, icon, setText } from '../dom';
import type { Activity, Mission } from '../server';
import type { State } from '../state';
import { formatDuration, formatTime } from '../units';

const PLAY = 'M8 5l11 7-11 7z';
const PAUSE = 'M7 5h4v14H7zM13 5h4v14h-4z';
const BACK = 'M15 6l-6 6 6 6';
const ON = 'M9 6l6 6-6 6';
const ACTIVITY_BINS = 600;
const ACTIVITY_EVERY_MS = 10_000;
/** While the end of the mission moves on, the drawing follows this often, ms of watching. */
const REDRAW_MS = 3000;
/** Signs of images that are drawn, the latest. */
const MOST_IMAGES = 200;
const STEPS_S = [60, 300, 600, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 604_800];

export class Timeline {
  readonly element: HTMLElement;
  readonly #canvas = h('canvas', { class: 'activity', 'aria-hidden': 'true' });
  readonly #head = h('div', { class: 'head' });
  readonly #headTime = h('span', {});
  readonly #images = h('div', { class: 'taken' });
  readonly #track: HTMLElement;
  readonly #play: HTMLButtonElement;
  readonly #live: HTMLButtonElement;
  readonly #rate = h('span', { class: 'rate', title: 'Speed: − and +' });
  readonly #span = h('span', { class: 'span' });
  #activity: Activity | null = null;
  #drawnKey = '';
  #shownImages = '';
  /** What the words say, so that nothing is written anew that stands there. */
  #said = '';
  #drawnEnd = NaN;
  #drawnAt = -Infinity;
  /** Size of the track: asking the page for it each frame would have the page laid out each frame. */
  #width = 0;
  #height = 0;
  #timer = 0;

  constructor(readonly app: App) {
    const act =
      (key: string, shift = false): (() => void) =>
      () =>
        document.dispatchEvent(new KeyboardEvent('keydown', { key, shiftKey: shift }));
    const button = (label: string, content: Node | string, onclick: () => void): HTMLButtonElement =>
      h('button', { class: 'square', title: label, 'aria-label': label, onclick }, content);
    this.#play = button('Play, pause (Space)', icon(PLAY), act(' '));
    this.#live = h('button', { class: 'live', onclick: act('l'), title: 'Go live (L)' }, 'Live');
    this.#head.append(this.#headTime);
    this.#track = h(
      'div',
      {
        class: 'track',
        role: 'slider',
        tabindex: 0,
        'aria-label': 'Time of the picture',
        'aria-valuemin': 0,
        'aria-valuemax': 100,
      },
      this.#canvas,
      this.#images,
      this.#head,
    );
    this.#track.addEventListener('pointerdown', (event) => this.#drag(event));
    this.#track.addEventListener('pointermove', (event) => {
      if (event.buttons === 0) this.app.onForesight(this.#timeAt(event.clientX));
    });
    const controls = h(
      'div',
      { class: 'controls' },
      button('A dwell back (←)', icon(BACK), act('ArrowLeft')),
      this.#play,
      button('A dwell on (→)', icon(ON), act('ArrowRight')),
      button('Slower (−)', '−', act('-')),
      this.#rate,
      button('Faster (+)', '+', act('+')),
      this.#live,
      this.#span,
    );
    this.element = h('footer', { class: 'timeline' }, controls, this.#track);
    new ResizeObserver(([entry]) => {
      [this.#width, this.#height] = [entry.contentRect.width, entry.contentRect.height];
      this.#redraw();
      this.moveHead();
    }).observe(this.#track);
  }

  openMission(mission: Mission): void {
    this.#activity = null;
    clearInterval(this.#timer);
    void this.#load(mission);
    if (mission.live) this.#timer = window.setInterval(() => void this.#load(mission), ACTIVITY_EVERY_MS);
  }

  onState(state: Readonly<State>, before: Readonly<State>): void {
    if (state.theme !== before.theme) this.#redraw();
  }

  /** Move the hand: all that is done each frame. */
  moveHead(): void {
    const clock = this.app.session?.clock;
    if (!clock || Number.isNaN(clock.t)) return;
    const share = (clock.t - clock.begin) / Math.max(1, clock.end - clock.begin);
    this.#head.style.transform = `translateX(${(share * this.#width).toFixed(1)}px)`;
  }

  /** Move the hand, refresh the words, and the drawing where it has changed. */
  refresh(): void {
    const clock = this.app.session?.clock;
    if (!clock || Number.isNaN(clock.t)) return;
    this.moveHead();
    this.#showImages();
    const share = (clock.t - clock.begin) / Math.max(1, clock.end - clock.begin);
    this.#redraw();
    const { running, mode, rate, pace, hasSource } = clock;
    const time = formatTime(clock.t);
    const said = [time, Math.round(share * 100), running, mode, rate, pace, hasSource, clock.begin, clock.end].join();
    if (said === this.#said) return;
    this.#said = said;
    this.#head.classList.toggle('right', share > 0.85);
    setText(this.#headTime, time);
    if (this.#play.dataset.running !== String(running)) {
      this.#play.dataset.running = String(running);
      this.#play.replaceChildren(icon(running ? PAUSE : PLAY));
    }
    setText(this.#rate, formatRate(mode === 'live' ? pace || 1 : rate));
    this.#live.classList.toggle('on', mode === 'live');
    this.#live.disabled = !hasSource;
    setText(this.#span, formatDuration((clock.end - clock.begin) / 1000));
    this.#track.setAttribute('aria-valuetext', `${time} UTC`);
    this.#track.setAttribute('aria-valuenow', String(Math.round(share * 100)));
  }

  /** A sign for each image of the mission, where it was taken. */
  #showImages(): void {
    const { app } = this;
    const session = app.session;
    if (!session) return;
    const { begin, end } = session.clock;
    const taken = app.images.filter(({ mission }) => mission === session.mission.id).slice(-MOST_IMAGES);
    const key = [begin, end, app.store.now.image, ...taken.map(({ image }) => image)].join();
    if (key === this.#shownImages) return;
    this.#shownImages = key;
    this.#images.replaceChildren(
      ...taken.map((image) => {
        const title = `Image ${image.image}, ${formatTime(image.begin_ms)} UTC`;
        const onclick = (): void => {
          app.selectImage(image.image);
          app.showImage(image.image);
        };
        const sign = h('button', { title, 'aria-label': title, onclick });
        sign.setAttribute('aria-pressed', String(image.image === app.store.now.image));
        sign.addEventListener('pointerdown', (event) => event.stopPropagation());
        sign.style.left = `${(100 * (image.begin_ms - begin)) / Math.max(1, end - begin)}%`;
        return sign;
      }),
    );
  }

  async #load(mission: Mission): Promise<void> {
    try {
      this.#activity = await this.app.server.activity(mission.id, ACTIVITY_BINS);
    } catch {
      // The picture does without; what is wrong with the server is said where the picture's data is asked for.
      this.#activity = null;
    }
    this.#drawnKey = '';
    this.#redraw();
  }

  #drag(down: PointerEvent): void {
    const move = (event: PointerEvent): void => this.#seek(event.clientX);
    const up = (): void => {
      this.#track.removeEventListener('pointermove', move);
      this.app.onClockSet();
    };
    this.#track.setPointerCapture(down.pointerId);
    this.#track.addEventListener('pointermove', move);
    this.#track.addEventListener('pointerup', up, { once: true });
    this.#seek(down.clientX);
  }

  #seek(clientX: number): void {
    this.app.session?.clock.seek(this.#timeAt(clientX));
    this.app.onScrub();
  }

  #timeAt(clientX: number): number {
    const clock = this.app.session?.clock;
    if (!clock) return NaN;
    const box = this.#track.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (clientX - box.left) / box.width));
    return clock.begin + share * (clock.end - clock.begin);
  }

  /** Draw bars, looks and hours, if anything of them has changed by a pixel. */
  #redraw(): void {
    const clock = this.app.session?.clock;
    const [width, height] = [this.#width, this.#height];
    if (!clock || width === 0) return;
    const perPixel = Math.max(1, clock.end - clock.begin) / width;
    const key = [width, height, clock.begin, this.app.store.now.theme].join();
    const drift = Math.abs(clock.end - this.#drawnEnd) / perPixel;
    const now = performance.now();
    if (key === this.#drawnKey && (drift < 2 || now - this.#drawnAt < REDRAW_MS)) return;
    this.#drawnKey = key;
    this.#drawnEnd = clock.end;
    this.#drawnAt = now;
    const ratio = window.devicePixelRatio;
    [this.#canvas.width, this.#canvas.height] = [width * ratio, height * ratio];
    const pen = this.#canvas.getContext('2d');
    if (!pen) return;
    pen.scale(ratio, ratio);
    const style = getComputedStyle(this.element);
    const toX = (ms: number): number => (ms - clock.begin) / perPixel;
    drawHours(pen, style, clock.begin, clock.end, toX, height);
    if (this.#activity) drawActivity(pen, style, this.#activity, toX, height);
  }
}

function drawHours(
  pen: CanvasRenderingContext2D,
  style: CSSStyleDeclaration,
  begin: number,
  end: number,
  toX: (ms: number) => number,
  height: number,
): void {
  const width = toX(end);
  const step = 1000 * (STEPS_S.find((seconds) => (seconds * 1000 * width) / (end - begin) > 80) ?? 604_800);
  pen.fillStyle = style.getPropertyValue('--faint');
  pen.strokeStyle = style.getPropertyValue('--line');
  pen.font = `11px ${style.fontFamily}`;
  for (let t = Math.ceil(begin / step) * step; t <= end; t += step) {
    const x = Math.round(toX(t)) + 0.5;
    pen.beginPath();
    pen.moveTo(x, 0);
    pen.lineTo(x, height);
    pen.stroke();
    const text = new Date(t).toISOString();
    if (x < width - 36) pen.fillText(step >= 86_400_000 ? text.slice(5, 10) : text.slice(11, 16), x + 4, 11);
  }
}

function drawActivity(
  pen: CanvasRenderingContext2D,
  style: CSSStyleDeclaration,
  activity: Activity,
  toX: (ms: number) => number,
  height: number,
): void {
  const most = Math.max(1, ...activity.plots);
  const [floor, room] = [height - 5, height - 20];
  const bar = Math.max(1, toX(activity.begin_ms + activity.bin_ms) - toX(activity.begin_ms));
  pen.fillStyle = style.getPropertyValue('--bars');
  activity.plots.forEach((count, bin) => {
    const size = (count / most) * room;
    pen.fillRect(toX(activity.begin_ms + bin * activity.bin_ms), floor - size, Math.max(0.6, bar - 0.4), size);
  });
  pen.fillStyle = style.getPropertyValue('--looks');
  activity.dwells.forEach((count, bin) => {
    if (count > 0) pen.fillRect(toX(activity.begin_ms + bin * activity.bin_ms), height - 3, bar + 0.3, 2);
  });
}
