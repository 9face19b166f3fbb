/** Units: numbers as the person at the screen reads them, with no more digits than they deserve. */
import { forward } from 'mgrs';

export type SpeedUnit = 'km/h' | 'kt';
export type DistanceUnit = 'km' | 'nmi';
export type PositionForm = 'lat/lon' | 'MGRS';

const METRES_PER_NMI = 1852;
const NO_VALUE = '–';
const THIN = '\u2009';

export function speedIn(unit: SpeedUnit, metresPerSecond: number): number {
  return unit === 'kt' ? (metresPerSecond * 3600) / METRES_PER_NMI : metresPerSecond * 3.6;
}

export function formatSpeed(unit: SpeedUnit, metresPerSecond: number): string {
  return Number.isFinite(metresPerSecond) ? `${Math.round(speedIn(unit, metresPerSecond))}${THIN}${unit}` : NO_VALUE;
}

/** Metres up to a kilometre, then kilometres; or nautical miles. */
export function formatDistance(unit: DistanceUnit, metres: number): string {
  if (!Number.isFinite(metres)) return NO_VALUE;
  if (unit === 'km' && metres < 995) return `${round2(metres)}${THIN}m`;
  const value = unit === 'nmi' ? metres / METRES_PER_NMI : metres / 1000;
  return `${value < 10 ? value.toFixed(value < 1 ? 2 : 1) : Math.round(value)}${THIN}${unit}`;
}

/** A distance that was measured on the map: to a decimetre up to a kilometre, then to a metre. */
export function formatMeasured(unit: DistanceUnit, metres: number): string {
  if (unit === 'nmi') return `${(metres / METRES_PER_NMI).toFixed(metres < METRES_PER_NMI ? 4 : 3)}${THIN}nmi`;
  return metres < 1000 ? `${metres.toFixed(metres < 10 ? 2 : 1)}${THIN}m` : `${(metres / 1000).toFixed(3)}${THIN}km`;
}

export function formatBearing(degrees: number): string {
  return Number.isFinite(degrees) ? `${String(Math.round((degrees + 360) % 360) % 360).padStart(3, '0')}°` : NO_VALUE;
}

/** Latitude and longitude in degrees, or MGRS; digits follow the error, one sigma in metres. */
export function formatPosition(form: PositionForm, lat: number, lon: number, sigmaMetres: number): string {
  const digits = digitsFor(sigmaMetres);
  if (form === 'MGRS' && Math.abs(lat) <= 80) return spacedMgrs(forward([lon, lat], digits));
  const places = Math.max(2, digits);
  return `${Math.abs(lat).toFixed(places)}°${lat < 0 ? 'S' : 'N'} ${Math.abs(lon).toFixed(places)}°${lon < 0 ? 'W' : 'E'}`;
}

/** Digits of a grid square: 5 is a metre, 4 ten metres; also about the decimals of a degree. */
function digitsFor(sigmaMetres: number): number {
  if (!(sigmaMetres > 0)) return 5;
  return Math.max(1, Math.min(5, Math.round(5 - Math.log10(sigmaMetres))));
}

function spacedMgrs(text: string): string {
  const match = /^(\d{1,2}[A-Z])([A-Z]{2})(\d*)$/.exec(text);
  if (!match) return text;
  const [, zone, square, digits] = match;
  return `${zone} ${square} ${digits.slice(0, digits.length / 2)} ${digits.slice(digits.length / 2)}`.trim();
}

/** "12:34:56 UTC"-style parts of a time, ms. */
export function formatTime(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(11, 19) : '--:--:--';
}

export function formatDate(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 10) : '----------';
}

/** "42 s", "3 min 05 s", "2 h 10 min". */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return NO_VALUE;
  const whole = Math.round(Math.abs(seconds));
  if (whole < 60) return `${whole}${THIN}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}${THIN}min ${String(whole % 60).padStart(2, '0')}${THIN}s`;
  return `${Math.floor(whole / 3600)}${THIN}h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}${THIN}min`;
}

export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, THIN);
}

/** Two digits that count, as a whole number where it is large. */
function round2(value: number): string {
  if (value < 10) return value.toFixed(1);
  const step = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return String(Math.round(value / step) * step);
}
