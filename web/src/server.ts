/** The server as the page sees it: REST answers and one WebSocket that resumes after a cut. */
import { type AnyBlock, parseBlocks } from './blocks';

export interface Mission {
  id: string;
  name: string;
  begin_ms: number;
  end_ms: number;
  live: boolean;
  marking?: { text: string; level: number };
  /** False while rows are still being added. */
  complete?: boolean;
  simulated: boolean;
  box: [west: number, south: number, east: number, north: number] | null;
  plots: number;
  dwells: number;
  tracks: number;
  revisit_s: number;
  /** A simulation that brings where everything truly is. */
  truth?: boolean;
  /** Radar images taken in it. */
  images?: number;
}

export interface ImageEntry {
  image: number;
  mission: string;
  name: string;
  begin_ms: number;
  end_ms: number;
  /** Of the pixels' outer edges, from the first row and column on along the row, degrees. */
  corners: [lon: number, lat: number][];
  rows: number;
  columns: number;
  spacing_m: [row: number, column: number];
  frequency_ghz: number | null;
  processing: string[];
  source: string;
  simulated: boolean;
  marking: { text: string; level: number };
  /** A grey of a tile is the level `floor_db + grey * step_db`; 0 where nothing was imaged. */
  floor_db: number;
  step_db: number;
  white_db: number;
  tile_size: number;
  deepest: number;
}

/** The pixel at a place; nulls beside the image, or where nothing was imaged. */
export interface PixelLevel {
  row: number | null;
  column: number | null;
  level_db: number | null;
}

export interface Activity {
  begin_ms: number;
  bin_ms: number;
  plots: number[];
  dwells: number[];
}

export interface BasemapEntry {
  name: string;
  kind: 'pmtiles' | 'geojson';
  url: string;
  attribution: string;
}

export interface Alarm {
  level: string;
  text: string;
}

export interface Status {
  mission: string | null;
  /** `file`: a recording being worked through, as fast as it goes; `archive`: nothing comes in. */
  source: 'live' | 'replay' | 'file' | 'lost' | 'archive';
  source_name: string;
  behind_ms: number | null;
  rate: number;
  /** 0..1 of a file. */
  progress?: number;
  marking: { text: string; level: number };
  simulated: boolean;
  alarms: Alarm[];
  skipped: number;
  time_ms: number | null;
}

/** A request that failed, in words for the screen. */
export class ServerError extends Error {
  override readonly name = 'ServerError';

  constructor(
    message: string,
    /** The same question may well be answered a little later. */
    readonly passing: boolean,
  ) {
    super(message);
  }
}

export class Server {
  readonly #token: string;

  constructor(readonly base: URL = new URL(document.baseURI)) {
    this.#token = tokenOf(document, location);
  }

  missions(): Promise<Mission[]> {
    return this.#json<Mission[]>('api/missions', {});
  }

  basemaps(): Promise<BasemapEntry[]> {
    return this.#json<BasemapEntry[]>('api/basemaps', {});
  }

  images(): Promise<ImageEntry[]> {
    return this.#json<ImageEntry[]>('api/images', {});
  }

  level(image: number, lat: number, lon: number): Promise<PixelLevel> {
    return this.#json<PixelLevel>('api/level', { image: String(image), lat: String(lat), lon: String(lon) });
  }

  activity(mission: string, bins: number): Promise<Activity> {
    return this.#json<Activity>('api/activity', { mission, bins: String(bins) });
  }

  async blocks(mission: string, fromMs: number, toMs: number, signal: AbortSignal): Promise<AnyBlock[]> {
    const query = { mission, from: String(fromMs), to: String(toMs) };
    return parseBlocks(await (await this.#get('api/blocks', query, signal)).arrayBuffer());
  }

  /** What the picture of one moment is made of: looks that have not faded, and trails. */
  async moment(mission: string, atMs: number, trailS: number, fadeS: number): Promise<AnyBlock[]> {
    const query = { mission, at: String(atMs), trail: String(trailS), fade: String(fadeS) };
    return parseBlocks(await (await this.#get('api/moment', query)).arrayBuffer());
  }

  async track(mission: string, track: number): Promise<AnyBlock[]> {
    return parseBlocks(await (await this.#get('api/track', { mission, track: String(track) })).arrayBuffer());
  }

  /** Where the entities of a simulation are, and what became of them at the last look within a span. */
  async truth(mission: string, atMs: number, spanS: number): Promise<AnyBlock[]> {
    const query = { mission, at: String(atMs), span: String(spanS) };
    return parseBlocks(await (await this.#get('api/truth', query)).arrayBuffer());
  }

  /** Address of something the server has, for code that asks by itself. */
  address(path: string): string {
    return new URL(path.replace(/^\//, ''), this.base).href;
  }

  get headers(): Record<string, string> {
    return this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
  }

  liveAddress(sequence: number | null): string {
    const url = new URL('live', this.base);
    url.protocol = url.protocol.replace('http', 'ws');
    if (this.#token) url.searchParams.set('token', this.#token);
    if (sequence !== null) url.searchParams.set('from_seq', String(sequence));
    return url.href;
  }

  async #json<T>(path: string, query: Record<string, string>): Promise<T> {
    return (await (await this.#get(path, query)).json()) as T;
  }

  async #get(path: string, query: Record<string, string>, signal?: AbortSignal): Promise<Response> {
    const url = new URL(path, this.base);
    url.search = new URLSearchParams(query).toString();
    const response = await fetch(url, { headers: this.headers, ...(signal ? { signal } : {}) }).catch(
      (error: unknown) => {
        if (error instanceof DOMException && error.name === 'AbortError') throw error;
        throw new ServerError('Sidelook does not answer. Is it still running? The page tries again by itself.', false);
      },
    );
    if (!response.ok) throw new ServerError(await refusal(path, response), response.status === 503);
    return response;
  }
}

async function refusal(path: string, response: Response): Promise<string> {
  if (response.status === 401 || response.status === 403) {
    return 'This page has no valid token. Open the address that Sidelook printed when it started.';
  }
  const answer = (await response.json().catch(() => ({}))) as { error?: string };
  return `Sidelook could not answer ${path}: ${answer.error ?? `status ${response.status}`}.`;
}

function tokenOf(page: Document, address: Location): string {
  const written = page.querySelector<HTMLMetaElement>('meta[name="sidelook-token"]')?.content ?? '';
  return written || (new URLSearchParams(address.search).get('token') ?? '');
}

export interface LiveListener {
  onHello(mission: string | null): void;
  onBlocks(blocks: AnyBlock[]): void;
  onStatus(status: Status): void;
  onCut(): void;
}

const RETRY_MS = [500, 1000, 2000, 5000];
/** No word for this long means that the line is dead even if nobody said so. */
const SILENCE_MS = 6000;

/** The WebSocket: keeps itself connected and knows the last event it has seen. */
export class LiveLine {
  #socket: WebSocket | null = null;
  #sequence: number | null = null;
  #failures = 0;
  #silence = 0;

  constructor(
    readonly server: Server,
    readonly listener: LiveListener,
  ) {}

  open(): void {
    const socket = new WebSocket(this.server.liveAddress(this.#sequence));
    socket.binaryType = 'arraybuffer';
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => this.#receive(event.data);
    socket.onclose = () => this.#retry(socket);
    this.#socket = socket;
    this.#listen();
  }

  #receive(data: string | ArrayBuffer): void {
    this.#failures = 0;
    this.#listen();
    if (typeof data === 'string') this.#read(JSON.parse(data) as { type: string });
    else {
      const blocks = parseBlocks(data);
      for (const block of blocks) this.#sequence = Math.max(this.#sequence ?? 0, block.sequence);
      this.listener.onBlocks(blocks);
    }
  }

  #read(message: { type: string }): void {
    if (message.type === 'status') this.listener.onStatus(message as unknown as Status);
    if (message.type === 'hello') this.listener.onHello((message as unknown as { mission: string | null }).mission);
  }

  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = window.setTimeout(() => this.#socket?.close(), SILENCE_MS);
  }

  #retry(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.listener.onCut();
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    clearTimeout(this.#silence);
    window.setTimeout(() => this.open(), wait);
  }
}
