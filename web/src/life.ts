/** Life: everything about one track from its first row on, for its details, its whole trail and its export. */
import type { AnyBlock } from './blocks';
import { Chunk } from './chunk';
import type { Mission, Server } from './server';

const E7 = 1e-7;

export class Life {
  /** The rows and plots of this track alone, as one long chunk. */
  readonly chunk: Chunk;

  constructor(
    readonly mission: Mission,
    readonly track: number,
    blocks: readonly AnyBlock[],
  ) {
    const times = blocks.flatMap((block) =>
      block.count > 0 ? [block.columns.time_ms[0], block.columns.time_ms[block.count - 1]] : [],
    );
    const begin = times.length > 0 ? Math.min(...times) : 0;
    this.chunk = new Chunk(-1, begin, Infinity);
    this.chunk.take(blocks, false);
  }

  static async load(server: Server, mission: Mission, track: number): Promise<Life> {
    return new Life(mission, track, await server.track(mission.id, track));
  }

  /** Times (ms) and a value of every row until t. */
  series(t: number, value: (row: number) => number): { times: number[]; values: number[] } {
    const until = this.chunk.tracks.countUntil(t);
    const times: number[] = [];
    const values: number[] = [];
    for (let row = 0; row < until; row += 1) {
      times.push(this.chunk.tracks.filed[row]);
      values.push(value(row));
    }
    return { times, values };
  }

  speed(row: number): number {
    const { velocity_east_mps, velocity_north_mps } = this.chunk.tracks.columns;
    return Math.hypot(velocity_east_mps[row], velocity_north_mps[row]);
  }

  headingDeg(row: number): number {
    const { velocity_east_mps, velocity_north_mps } = this.chunk.tracks.columns;
    return ((Math.atan2(velocity_east_mps[row], velocity_north_mps[row]) * 180) / Math.PI + 360) % 360;
  }

  /** The track as GeoJSON: a line with times, and what must be said with it. */
  geoJson(marking: string, simulated: boolean): string {
    const { time_ms, lon_e7, lat_e7 } = this.chunk.tracks.columns;
    const rows = Array.from({ length: this.chunk.tracks.count }, (_, row) => row);
    const feature = {
      type: 'Feature',
      properties: {
        track: this.track,
        mission: this.mission.id,
        marking,
        simulated,
        times: rows.map((row) => new Date(time_ms[row]).toISOString()),
        speeds_mps: rows.map((row) => Math.round(this.speed(row) * 10) / 10),
      },
      geometry: { type: 'LineString', coordinates: rows.map((row) => [degrees(lon_e7[row]), degrees(lat_e7[row])]) },
    };
    return `${JSON.stringify({ type: 'FeatureCollection', features: [feature] }, null, 1)}\n`;
  }

  /** The track as CSV, a row an update. */
  csv(marking: string, simulated: boolean): string {
    const { time_ms, lon_e7, lat_e7, plot_count } = this.chunk.tracks.columns;
    const lines = ['time_utc,track,latitude_deg,longitude_deg,speed_mps,heading_deg,plots,marking,simulated'];
    for (let row = 0; row < this.chunk.tracks.count; row += 1) {
      const place = `${degrees(lat_e7[row])},${degrees(lon_e7[row])}`;
      const motion = `${this.speed(row).toFixed(1)},${this.headingDeg(row).toFixed(0)}`;
      lines.push(
        `${new Date(time_ms[row]).toISOString()},${this.track},${place},${motion},${plot_count[row]},"${marking}",${simulated}`,
      );
    }
    return `${lines.join('\n')}\n`;
  }
}

/** Five decimals, a metre: a track is never known better. */
function degrees(e7: number): number {
  return Math.round(e7 * E7 * 1e5) / 1e5;
}
