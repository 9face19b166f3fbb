/** Table: the map's twin. */
import type { App } from '../app';
import { h } from '../dom';
import type { Session } from '../session';
import type { State } from '../state';

export class Table {
  readonly element = h('section', { class: 'table', hidden: true });
  constructor(readonly app: App) {}
  refresh(_session: Session): void {}
  onState(_state: Readonly<State>, _before: Readonly<State>): void {}
  toggle(): void {}
}
