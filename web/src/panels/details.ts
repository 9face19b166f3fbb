/** Details: what is known of the selected track. */
import type { App } from '../app';
import { h } from '../dom';
import type { Session } from '../session';
import type { State } from '../state';

export class Details {
  readonly element = h('aside', { class: 'details', 'aria-label': 'Details', hidden: true });
  constructor(readonly app: App) {}
  refresh(_session: Session): void {}
  onState(_state: Readonly<State>, _before: Readonly<State>): void {}
}
