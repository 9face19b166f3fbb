/** Web Mercator: the map's plane, x east and y south, the world from 0 to 1. */

const DEGREES = Math.PI / 180;
/** Radius of the sphere that Web Mercator takes the earth for, m. */
const SPHERE_RADIUS_M = 6_378_137;

export interface LonLat {
  lon: number;
  lat: number;
}

export function mercatorX(lonDeg: number): number {
  return lonDeg / 360 + 0.5;
}

export function mercatorY(latDeg: number): number {
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + (latDeg * DEGREES) / 2)) / (2 * Math.PI);
}

export function lonLatOf(x: number, y: number): LonLat {
  return { lon: (x - 0.5) * 360, lat: (2 * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - Math.PI / 2) / DEGREES };
}

/** Length on the plane of one metre at a latitude. */
export function mercatorPerMetre(latDeg: number): number {
  return 1 / (2 * Math.PI * SPHERE_RADIUS_M * Math.cos(latDeg * DEGREES));
}

/** Great-circle distance, m, and initial bearing, degrees clockwise from true north. */
export function distanceAndBearing(from: LonLat, to: LonLat): { metres: number; bearingDeg: number } {
  const [a, b] = [from.lat * DEGREES, to.lat * DEGREES];
  const east = (to.lon - from.lon) * DEGREES;
  const half = Math.sin((b - a) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(east / 2) ** 2;
  const y = Math.sin(east) * Math.cos(b);
  const x = Math.cos(a) * Math.sin(b) - Math.sin(a) * Math.cos(b) * Math.cos(east);
  return {
    metres: 2 * SPHERE_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(half))),
    bearingDeg: (Math.atan2(y, x) / DEGREES + 360) % 360,
  };
}
