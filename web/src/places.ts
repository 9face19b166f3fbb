/** Places: what a text may mean on the map: a track, a position, a town, a city. */
import { toPoint } from 'mgrs';
import type { FeatureCollection } from 'geojson';
import type { CityRow } from './basemap';

export interface Place {
  label: string;
  detail: string;
  lat: number;
  lon: number;
}

const MGRS = /^\d{1,2}[c-hj-np-x][a-hj-np-z]{2}(\d\d){1,5}$/i;
const NUMBER = String.raw`([+-]?\d+(?:\.\d+)?)`;
const DECIMAL = new RegExp(`^${NUMBER}\\s*°?\\s*([ns])?[\\s,;]+${NUMBER}\\s*°?\\s*([ew])?$`, 'i');
const SEXAGESIMAL =
  /^(\d{1,2})[°\s]\s*(\d{1,2})['′\s]\s*(\d{1,2}(?:\.\d+)?)?["″]?\s*([ns])[\s,;]*(\d{1,3})[°\s]\s*(\d{1,2})['′\s]\s*(\d{1,2}(?:\.\d+)?)?["″]?\s*([ew])$/i;

/** The position a text gives as latitude and longitude (decimal or sexagesimal) or MGRS; null when it is none. */
export function readPosition(text: string): { lat: number; lon: number } | null {
  const tight = text.replace(/\s+/g, '');
  if (MGRS.test(tight)) return readMgrs(tight.toUpperCase());
  const decimal = DECIMAL.exec(text.trim());
  if (decimal) return valid(signed(Number(decimal[1]), decimal[2]), signed(Number(decimal[3]), decimal[4]));
  const parts = SEXAGESIMAL.exec(text.trim());
  if (!parts) return null;
  return valid(signed(degrees(parts.slice(1, 4)), parts[4]), signed(degrees(parts.slice(5, 8)), parts[8]));
}

/** Places whose name has the text in it, those that begin with it first. */
export function findPlaces(text: string, cities: readonly CityRow[], towns: readonly Place[], most: number): Place[] {
  const wanted = text.trim().toLowerCase();
  if (wanted.length < 2) return [];
  const nearBy = towns.filter((town) => town.label.toLowerCase().includes(wanted));
  const far = cities.filter(([name]) => name.toLowerCase().includes(wanted)).slice(0, 40);
  const all = [...nearBy, ...far.map(([label, lon, lat]) => ({ label, detail: 'city', lat, lon }))];
  const begins = (place: Place): number => (place.label.toLowerCase().startsWith(wanted) ? 0 : 1);
  return all.sort((a, b) => begins(a) - begins(b)).slice(0, most);
}

/** Named points of a GeoJSON basemap. */
export function townsOf(collection: FeatureCollection, detail: string): Place[] {
  return collection.features.flatMap(({ geometry, properties }) => {
    const name: unknown = properties?.['name'];
    if (geometry.type !== 'Point' || typeof name !== 'string' || name === '') return [];
    return [{ label: name, detail, lon: geometry.coordinates[0], lat: geometry.coordinates[1] }];
  });
}

function readMgrs(text: string): { lat: number; lon: number } | null {
  try {
    const [lon, lat] = toPoint(text);
    return valid(lat, lon);
  } catch {
    return null;
  }
}

function degrees([whole, minutes, seconds]: readonly (string | undefined)[]): number {
  return Number(whole) + Number(minutes) / 60 + Number(seconds ?? 0) / 3600;
}

function signed(value: number, side: string | undefined): number {
  return side && /[sw]/i.test(side) ? -Math.abs(value) : value;
}

function valid(lat: number, lon: number): { lat: number; lon: number } | null {
  return Math.abs(lat) <= 85 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}
