/** Tip: what lies under the pointer, in a line beside it. */
import { h } from '../dom';
import type { Mover } from '../picture';
import { type SpeedUnit, formatSpeed } from '../units';
import { classWord, stateWord } from '../words';

export class Tip {
  readonly element = h('div', { class: 'tip', hidden: true, 'aria-hidden': 'true' });

  show(mover: Mover, unit: SpeedUnit, x: number, y: number): void {
    const motion =
      mover.state === 3 ? stateWord(3) : formatSpeed(unit, Math.hypot(mover.velocityEast, mover.velocityNorth));
    this.element.replaceChildren(
      h('b', {}, String(mover.track)),
      h('span', {}, ` ${classWord(mover.targetClass)} · `),
      motion,
    );
    this.element.hidden = false;
    this.element.style.transform = `translate(${Math.round(x + 14)}px, ${Math.round(y + 14)}px)`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
