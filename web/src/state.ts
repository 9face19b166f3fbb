/** State: what the person at the screen has chosen. All of it is in the address; nothing else is remembered. */
import type { SpeedUnit, DistanceUnit, PositionForm } from './units';
import type { LonLat } from './mercator';
import type { ThemeName } from './theme';

export interface Camera {
  zoom: number;
  lat: number;
  lon: number;
}

export type Layer =
  | 'plots'
  | 'tracks'
  | 'trails'
  | 'dwells'
  | 'platform'
  | 'ellipses'
  | 'labels'
  | 'names'
  | 'formations'
  | 'images'
  | 'truth';

export type Sheet = 'tracks' | 'formations' | 'images';

export interface State {
  mission: string | null;
  camera: Camera | null;
  /** Time of a replay, ms; null is live. */
  timeMs: number | null;
  /** Null: as fits the mission. */
  rate: number | null;
  playing: boolean;
  selected: number | null;
  /** Selected formation; with one no track is selected. */
  formation: number | null;
  follow: boolean;
  /** The radar image shown. */
  image: number | null;
  /** The one it is compared with, on the left of the swipe. */
  against: number | null;
  /** Where the swipe stands, 0 left to 1 right. */
  swipe: number;
  imageOpacity: number;
  /** Levels drawn black and white, dB against the image's own white. */
  darkDb: number;
  whiteDb: number;
  /** Places between which is measured: none yet, one, or two; null: not measuring. */
  ruler: readonly LonLat[] | null;
  theme: ThemeName;
  speedUnit: SpeedUnit;
  distanceUnit: DistanceUnit;
  positionForm: PositionForm;
  hidden: readonly Layer[];
  dotsAlone: boolean;
  /** Dots since this time, ms; null: not integrating. */
  integrateSinceMs: number | null;
  trailS: number;
  filter: string;
  table: boolean;
  /** What the table lists. */
  sheet: Sheet;
  rail: boolean;
}

export const DEFAULT_STATE: State = {
  mission: null,
  camera: null,
  timeMs: null,
  rate: null,
  playing: true,
  selected: null,
  formation: null,
  follow: false,
  image: null,
  against: null,
  swipe: 0.5,
  imageOpacity: 1,
  darkDb: -45,
  whiteDb: 0,
  ruler: null,
  theme: 'dark',
  speedUnit: 'km/h',
  distanceUnit: 'km',
  positionForm: 'lat/lon',
  hidden: ['ellipses', 'truth'],
  dotsAlone: false,
  integrateSinceMs: null,
  trailS: 300,
  filter: '',
  table: false,
  sheet: 'tracks',
  rail: true,
};

type Listener = (state: Readonly<State>, before: Readonly<State>) => void;

export class Store {
  #state: Readonly<State>;
  readonly #listeners: Listener[] = [];

  constructor(state: State) {
    this.#state = state;
  }

  get now(): Readonly<State> {
    return this.#state;
  }

  set(patch: Partial<State>): void {
    const before = this.#state;
    const changed = (Object.keys(patch) as (keyof State)[]).some((key) => patch[key] !== before[key]);
    if (!changed) return;
    this.#state = { ...before, ...patch };
    for (const listener of this.#listeners) listener(this.#state, before);
  }

  subscribe(listener: Listener): void {
    this.#listeners.push(listener);
  }

  isShown(layer: Layer): boolean {
    return !this.#state.hidden.includes(layer);
  }

  toggleLayer(layer: Layer): void {
    const { hidden } = this.#state;
    this.set({ hidden: hidden.includes(layer) ? hidden.filter((name) => name !== layer) : [...hidden, layer] });
  }
}
