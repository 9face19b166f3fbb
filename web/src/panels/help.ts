/** Help: every key, in one dialog. */
import { h } from '../dom';

const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ['Space', 'play, pause'],
  ['← →', 'a dwell back, on'],
  ['Shift ← →', 'a revisit back, on'],
  ['− +', 'slower, faster (1/16 to 1000)'],
  ['L', 'go live'],
  ['Home', 'fit the mission'],
  ['D', 'dots alone: what the radar reported, nothing else'],
  ['I', 'all dots of the last hours: the roads that are used'],
  ['E', 'error ellipses of all tracks'],
  ['R', 'trails'],
  ['S', 'where the radar looks'],
  ['N', 'names of places'],
  ['W', 'where everything truly is, in a simulation that tells'],
  ['P', 'radar images'],
  ['B', 'the other of two images'],
  ['X', 'measure from place to place'],
  ['T', 'table of tracks'],
  ['F', 'find a track, a place, a position'],
  ['G', 'follow the selected track'],
  ['U', 'km/h and km, or kt and nmi'],
  ['M', 'latitude and longitude, or MGRS'],
  ['K', 'dark, light'],
  ['Esc', 'close, select nothing'],
  ['?', 'this list'],
];

export class Help {
  readonly element: HTMLDialogElement;

  constructor() {
    const rows = KEYS.flatMap(([keys, does]) => [
      h('dt', {}, ...keys.split(' ').map((key) => h('kbd', {}, key))),
      h('dd', {}, does),
    ]);
    const close = h('button', { onclick: () => this.element.close() }, 'Close');
    this.element = h(
      'dialog',
      { class: 'help', 'aria-label': 'Keys' },
      h('h2', {}, 'Keys'),
      h('dl', {}, ...rows),
      signs(),
      close,
    );
    this.element.addEventListener('click', (event) => {
      if (event.target === this.element) this.element.close();
    });
  }

  toggle(): void {
    if (this.element.open) this.element.close();
    else this.element.showModal();
  }
}

function signs(): HTMLElement {
  return h(
    'p',
    { class: 'signs' },
    'Kind is shape, certainty is fill, motion is length. A track glides on for one revisit after its last plot; then it stays, hollow, ',
    'and a ring shows how far it may have come. A vehicle that stops is not seen by this radar: its square only says where it was last.',
  );
}
