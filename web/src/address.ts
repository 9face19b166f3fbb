/** Address: the state as the hash of the page's address, and back; what is as by default is left out. */
import type { LonLat } from './mercator';
import { DEFAULT_STATE, type Layer, type State } from './state';

const LAYERS: readonly Layer[] = [
  'plots',
  'tracks',
  'trails',
  'dwells',
  'platform',
  'ellipses',
  'labels',
  'names',
  'formations',
  'images',
  'truth',
];

/** Numbers that say how an image is drawn, by their words. */
const NUMBERS = [
  ['swipe', 'swipe'],
  ['opacity', 'imageOpacity'],
  ['dark', 'darkDb'],
  ['white', 'whiteDb'],
] as const;

/** The hash for a state, without '#'. */
export function writeAddress(state: Readonly<State>): string {
  const parts: [string, string][] = [];
  const put = (name: string, value: string, byDefault: string): void => {
    if (value !== byDefault) parts.push([name, value]);
  };
  put('mission', state.mission ?? '', '');
  if (state.camera) put('at', cameraText(state.camera), '');
  put('t', state.timeMs === null ? 'live' : new Date(state.timeMs).toISOString(), 'live');
  put('rate', String(state.rate ?? ''), '');
  put('play', state.playing ? '1' : '0', '1');
  put('track', String(state.selected ?? ''), '');
  put('formation', String(state.formation ?? ''), '');
  put('follow', state.follow ? '1' : '0', '0');
  put('image', String(state.image ?? ''), '');
  put('against', String(state.against ?? ''), '');
  for (const [name, key] of NUMBERS) put(name, String(state[key]), String(DEFAULT_STATE[key]));
  put('ruler', state.ruler === null ? '' : `from/${state.ruler.map(placeText).join('/')}`, '');
  put('theme', state.theme, DEFAULT_STATE.theme);
  put('speed', state.speedUnit, DEFAULT_STATE.speedUnit);
  put('distance', state.distanceUnit, DEFAULT_STATE.distanceUnit);
  put('position', state.positionForm, DEFAULT_STATE.positionForm);
  put('hide', [...state.hidden].sort().join(' '), [...DEFAULT_STATE.hidden].sort().join(' '));
  put('dots', state.dotsAlone ? '1' : '0', '0');
  put('since', state.integrateSinceMs === null ? '' : new Date(state.integrateSinceMs).toISOString(), '');
  put('trail', String(state.trailS), String(DEFAULT_STATE.trailS));
  put('filter', state.filter, '');
  put('table', state.table ? '1' : '0', '0');
  put('sheet', state.sheet, DEFAULT_STATE.sheet);
  put('rail', state.rail ? '1' : '0', '1');
  return new URLSearchParams(parts).toString();
}

/** The state that a hash stands for; words it does not know are passed over. */
export function readAddress(hash: string): State {
  const words = new URLSearchParams(hash.replace(/^#/, ''));
  const flag = (name: string, byDefault: boolean): boolean => (words.has(name) ? words.get(name) === '1' : byDefault);
  const number = (name: string): number | null => finite(Number(words.get(name) || NaN));
  const time = (name: string): number | null => finite(Date.parse(words.get(name) ?? ''));
  const oneOf = <T extends string>(name: string, values: readonly T[], byDefault: T): T =>
    values.find((value) => value === words.get(name)) ?? byDefault;
  return {
    ...DEFAULT_STATE,
    mission: words.get('mission'),
    camera: readCamera(words.get('at')),
    timeMs: time('t'),
    rate: number('rate'),
    playing: flag('play', true),
    selected: number('track'),
    formation: number('formation'),
    follow: flag('follow', false),
    image: number('image'),
    against: number('against'),
    ...Object.fromEntries(NUMBERS.map(([name, key]) => [key, number(name) ?? DEFAULT_STATE[key]])),
    ruler: readRuler(words.get('ruler')),
    theme: oneOf('theme', ['dark', 'light'], DEFAULT_STATE.theme),
    speedUnit: oneOf('speed', ['km/h', 'kt'], DEFAULT_STATE.speedUnit),
    distanceUnit: oneOf('distance', ['km', 'nmi'], DEFAULT_STATE.distanceUnit),
    positionForm: oneOf('position', ['lat/lon', 'MGRS'], DEFAULT_STATE.positionForm),
    hidden: words.has('hide')
      ? LAYERS.filter((layer) => words.get('hide')?.split(' ').includes(layer))
      : DEFAULT_STATE.hidden,
    dotsAlone: flag('dots', false),
    integrateSinceMs: time('since'),
    trailS: number('trail') ?? DEFAULT_STATE.trailS,
    filter: words.get('filter') ?? '',
    table: flag('table', false),
    sheet: oneOf('sheet', ['tracks', 'formations', 'images'], DEFAULT_STATE.sheet),
    rail: flag('rail', true),
  };
}

function cameraText({ zoom, lat, lon }: { zoom: number; lat: number; lon: number }): string {
  return `${zoom.toFixed(2)}/${lat.toFixed(5)}/${lon.toFixed(5)}`;
}

function placeText({ lat, lon }: LonLat): string {
  return `${lat.toFixed(7)},${lon.toFixed(7)}`;
}

/** "from/LAT,LON/LAT,LON", with two places, one or none; null where nothing is measured. */
function readRuler(text: string | null): readonly LonLat[] | null {
  if (!text) return null;
  const places = text.split('/').slice(1, 3).filter(Boolean);
  return places
    .map((place) => place.split(',').map(Number))
    .filter(([lat, lon]) => Math.abs(lat) <= 90 && Math.abs(lon) <= 180)
    .map(([lat, lon]) => ({ lat, lon }));
}

function readCamera(text: string | null): State['camera'] {
  const [zoom, lat, lon] = (text ?? '').split('/').map(Number);
  const valid = [zoom, lat, lon].every(Number.isFinite) && Math.abs(lat) < 85.06 && Math.abs(lon) <= 180;
  return valid ? { zoom, lat, lon } : null;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
