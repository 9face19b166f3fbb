/** Find. */
import type { App } from '../app';

export class Find {
  isOpen = false;
  constructor(readonly app: App) {}
  open(): void {}
  close(): void {}
}
