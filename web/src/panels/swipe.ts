/** Swipe: the edge between two images on the map, to be dragged; before on its left, after on its right. */
import type { App } from '../app';
import { h, icon } from '../dom';
import type { State } from '../state';

const ARROWS = 'M9 7l-5 5 5 5M15 7l5 5-5 5';

export class Swipe {
  readonly element: HTMLElement;

  constructor(readonly app: App) {
    // The panel's slider does the same by keyboard, and says it to a screen reader.
    this.element = h('div', { class: 'swipe', 'aria-hidden': 'true', hidden: true }, h('div', {}, icon(ARROWS)));
    this.element.addEventListener('pointerdown', (down) => this.#drag(down));
    this.#show(app.store.now);
  }

  onState(state: Readonly<State>, before: Readonly<State>): void {
    if (state !== before) this.#show(state);
  }

  /** Images may have come since. */
  refresh(): void {
    this.#show(this.app.store.now);
  }

  #show({ image, against, swipe, hidden, dotsAlone }: Readonly<State>): void {
    const both = this.app.imageOf(image) !== null && this.app.imageOf(against) !== null;
    this.element.hidden = !both || hidden.includes('images') || dotsAlone;
    this.element.style.left = `${100 * swipe}%`;
  }

  #drag(down: PointerEvent): void {
    const move = (event: PointerEvent): void => {
      const box = this.element.parentElement?.getBoundingClientRect();
      if (!box || box.width === 0) return;
      this.app.store.set({ swipe: Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) });
    };
    down.preventDefault();
    this.element.setPointerCapture(down.pointerId);
    this.element.addEventListener('pointermove', move);
    this.element.addEventListener('pointerup', () => this.element.removeEventListener('pointermove', move), {
      once: true,
    });
  }
}
