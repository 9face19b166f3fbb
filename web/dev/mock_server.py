"""A pretend console server for work on the page: an island, a racetrack orbit and any number of vehicles.

``python web/dev/mock_server.py --tracks 200`` then open the address it prints. Everything is a function of time, so any
window of history can be asked for; nothing here is used by the product.
"""

# ruff: noqa: INP001 -- a tool of the page's workshop, not a package
import argparse
import asyncio
import contextlib
import json
import struct
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from numpy.typing import NDArray
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]

STATIC = Path(__file__).resolve().parents[2] / "src/sidelook/console/static"
BENCH = Path(__file__).resolve().parents[1] / "node_modules/.cache/bench"
MAGIC = 0x314B4C53
CENTRE_LATITUDE_DEG, CENTRE_LONGITUDE_DEG = -33.4, -27.2
M_PER_DEG = 111_195.0
REVISIT_S = 30.0
LOOKS = 24
MINIMUM_SPEED = 1.8
MISSED = 0.12
SHARE_IN_THE_AIR = 0.04
ROTARY_WING = 3
CROWD = 1000
PLOTS = 2
CSP = "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; object-src 'none'; base-uri 'none'"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Roads as closed polylines (metres east and north of the centre) and the vehicles on them."""

    loops: list[Floats]
    loop: NDArray[np.int64]
    start: Floats
    speed: Floats
    kind: NDArray[np.int64]
    lane: Floats


def build_world(count: int, rng: np.random.Generator) -> World:
    """Eight closed roads and `count` vehicles spread over them, every third group of six a convoy."""
    loops = [_road_loop(rng) for _ in range(8)]
    group, place = np.divmod(np.arange(count), 6)
    convoy = group % 3 == 0
    kind = np.where(rng.random(count) < SHARE_IN_THE_AIR, ROTARY_WING, rng.choice([1, 2, 2, 10, 127], count))
    speed = np.where(convoy, 9.0 + group % 5, rng.uniform(5, 26, count))
    return World(
        loops=loops,
        loop=np.where(convoy, group % len(loops), rng.integers(0, len(loops), count)),
        start=np.where(convoy, group * 3571.0 + place * 90.0, rng.uniform(0, 9e4, count)),
        speed=np.where(kind == ROTARY_WING, 60.0, speed),
        kind=kind,
        lane=np.zeros(count) if count < CROWD else rng.uniform(-25e3, 25e3, count),
    )


def _road_loop(rng: np.random.Generator) -> Floats:
    """One closed road: a wobbly ring of a size of its own, its points 60 m apart."""
    angle = np.linspace(0, 2 * np.pi, 1500)
    radius = rng.uniform(6e3, 24e3) * np.ones_like(angle)
    for harmonic in range(2, 9):
        radius *= 1 + rng.uniform(0.02, 0.25 / harmonic) * np.cos(harmonic * angle + rng.uniform(0, 6))
    east, north = radius * np.sin(angle) * 1.25, radius * np.cos(angle)
    length = np.concatenate([[0], np.cumsum(np.hypot(np.diff(east), np.diff(north)))])
    even = np.arange(0, length[-1], 60.0)
    return np.column_stack([np.interp(even, length, east), np.interp(even, length, north)])


def positions(
    world: World, vehicle: NDArray[np.int64], seconds: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """East, north, velocity east, north of vehicles at times, and whether each stands still then."""
    cycle = 700.0 + 37.0 * (vehicle % 11)
    phase = np.mod(seconds + 61.0 * vehicle, cycle)
    stops = (vehicle % 5 == 0) & (world.kind[vehicle] != ROTARY_WING)
    still = stops & (phase > cycle - 180.0)
    moved = np.where(
        stops,
        np.floor((seconds + 61.0 * vehicle) / cycle) * (cycle - 180.0) + np.minimum(phase, cycle - 180.0),
        seconds,
    )
    along = world.start[vehicle] + world.speed[vehicle] * moved
    east, north, ve, vn = (np.empty_like(seconds) for _ in range(4))
    for number, loop in enumerate(world.loops):
        mine = world.loop[vehicle] == number
        at = np.mod(along[mine] / 60.0, len(loop))
        here = at.astype(int)
        after = (here + 1) % len(loop)
        step = loop[after] - loop[here]
        point = loop[here] + step * (at - here)[:, None]
        unit = step / np.maximum(np.hypot(step[:, 0], step[:, 1]), 1e-6)[:, None]
        east[mine], north[mine] = point[:, 0], point[:, 1]
        ve[mine], vn[mine] = unit[:, 0] * world.speed[vehicle[mine]], unit[:, 1] * world.speed[vehicle[mine]]
    return (
        east + world.lane[vehicle],
        north + 0.6 * world.lane[vehicle],
        np.where(still, 0, ve),
        np.where(still, 0, vn),
        still,
    )


def sensor_at(seconds: Floats) -> tuple[Floats, Floats, Floats]:
    """East, north and heading (rad) of the aircraft on a racetrack 120 km south."""
    leg, turn, speed = 60_000.0, 12_000.0, 180.0
    lap = 2 * leg + 2 * np.pi * turn
    along = np.mod(seconds * speed, lap)
    angle = np.where(along < leg, 0.0, np.clip((along - leg) / turn, 0, np.pi))
    second = along - leg - np.pi * turn
    angle2 = np.clip((second - leg) / turn, 0, np.pi)
    out = along < leg + np.pi * turn
    east = np.where(
        out,
        np.minimum(along, leg) - leg / 2 + turn * np.sin(angle),
        leg / 2 - np.clip(second, 0, leg) - turn * np.sin(angle2),
    )
    north = np.where(out, turn * np.cos(angle), -turn * np.cos(angle2)) - 120_000.0
    heading = np.where(out, np.pi / 2 + angle, 3 * np.pi / 2 + angle2)
    return east, north, heading


def to_e7(east: Floats, north: Floats) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Longitude and latitude, 1e-7 degrees."""
    latitude = CENTRE_LATITUDE_DEG + north / M_PER_DEG
    longitude = CENTRE_LONGITUDE_DEG + east / (M_PER_DEG * np.cos(np.radians(latitude)))
    return np.round(longitude * 1e7).astype(np.int32), np.round(latitude * 1e7).astype(np.int32)


def block(kind: int, columns: list[NDArray[Any]], begin_ms: float, sequence: float) -> bytes:
    """One block of the protocol."""
    body = b"".join(column.astype(column.dtype.newbyteorder("<")).tobytes() for column in columns)
    size = -(-(32 + len(body)) // 8) * 8
    header = struct.pack("<IHHIIdd", MAGIC, kind, 1, len(columns[0]), size, begin_ms, sequence)
    return (header + body).ljust(size, b"\0")


def dwell_block(begin: float, end: float) -> bytes:
    """Dwells whose centre lies in [begin, end) Unix seconds."""
    step = REVISIT_S / LOOKS
    number = np.arange(np.ceil(begin / step), np.ceil(end / step))
    look = np.mod(number, LOOKS)
    east, north, heading = sensor_at(number * step)
    area_east = (look / (LOOKS - 1) - 0.5) * 64_000.0
    full = np.ones(len(number), np.float32)
    return block(
        1,
        [
            number * step * 1e3,
            *to_e7(east, north),
            12_000 * full,
            np.degrees(heading).astype(np.float32),
            180 * full,
            *to_e7(area_east, np.zeros_like(area_east)),
            28_000 * full,
            0.66 * full,
            MINIMUM_SPEED * full,
            np.floor(number / LOOKS).astype(np.uint32) % 65536,
            look.astype(np.uint32),
            np.full(len(number), 3, np.uint32),
        ],
        begin * 1e3,
        end * 1e3,
    )


def looks(world: World, begin: float, end: float) -> tuple[NDArray[np.int64], Floats]:
    """Which vehicle is looked at when, in [begin, end) Unix seconds, in order of time."""
    vehicle = np.arange(len(world.loop))
    parts = []
    for revisit in range(int(begin // REVISIT_S) - 1, int(end // REVISIT_S) + 1):
        centre = np.full(len(vehicle), (revisit + 0.5) * REVISIT_S)
        east = positions(world, vehicle, centre)[0]
        seconds = (revisit + np.clip((east + 32_000) / 64_000, 0, 0.999)) * REVISIT_S
        keep = (seconds >= begin) & (seconds < end)
        parts.append((vehicle[keep], seconds[keep]))
    who, when = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(when, kind="stable")
    return who[order], when[order]


def noise(vehicle: NDArray[np.int64], seconds: Floats, salt: float) -> Floats:
    """Repeatable uniform noise in [0, 1)."""
    return np.mod(np.sin(vehicle * 12.9898 + np.floor(seconds / REVISIT_S) * 78.233 + salt) * 43758.5453, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Vehicles at the moments they were looked at."""

    vehicle: NDArray[np.int64]
    seconds: Floats
    kind: NDArray[np.int64]
    longitude: NDArray[np.int32]
    latitude: NDArray[np.int32]
    velocity_east: Floats
    velocity_north: Floats
    bearing: Floats
    radial: Floats
    still: NDArray[np.bool_]
    seen: NDArray[np.bool_]


def look_at(world: World, begin: float, end: float) -> Looked:
    """Every look at a vehicle in [begin, end) Unix seconds, with errors, misses and the notch."""
    vehicle, seconds = looks(world, begin, end)
    east, north, ve, vn, still = positions(world, vehicle, seconds)
    sensor_east, sensor_north, _ = sensor_at(seconds)
    bearing = np.arctan2(east - sensor_east, north - sensor_north)
    radial = ve * np.sin(bearing) + vn * np.cos(bearing)
    cross = 120.0 * (noise(vehicle, seconds, 2) + noise(vehicle, seconds, 3) - 1)
    along = 25.0 * (noise(vehicle, seconds, 4) - 0.5)
    east = east + cross * np.cos(bearing) + along * np.sin(bearing)
    north = north - cross * np.sin(bearing) + along * np.cos(bearing)
    longitude, latitude = to_e7(east, north)
    return Looked(
        vehicle=vehicle,
        seconds=seconds,
        kind=world.kind[vehicle],
        longitude=longitude,
        latitude=latitude,
        velocity_east=ve,
        velocity_north=vn,
        bearing=bearing,
        radial=radial,
        still=still.astype(bool),
        seen=(np.abs(radial) > MINIMUM_SPEED) & (still == 0) & (noise(vehicle, seconds, 1) > MISSED),
    )


def target_blocks(world: World, begin: float, end: float) -> bytes:
    """Encode plots and track rows in [begin, end) Unix seconds."""
    looked = look_at(world, begin, end)
    plots = block(PLOTS, plot_columns(looked), begin * 1e3, end * 1e3)
    return plots + block(3, track_columns(looked), begin * 1e3, end * 1e3)


def plot_columns(looked: Looked) -> list[NDArray[Any]]:
    """Columns of the plots of what was seen."""
    seen = looked.seen
    full = np.ones(int(seen.sum()), np.float32)
    return [
        looked.seconds[seen] * 1e3,
        looked.longitude[seen],
        looked.latitude[seen],
        looked.radial[seen].astype(np.float32),
        15 * full,
        8 * full,
        60 * full,
        np.degrees(looked.bearing[seen]).astype(np.float32),
        (looked.vehicle[seen] + 1).astype(np.uint32),
        (looked.kind[seen] + 256).astype(np.uint32),
    ]


def track_columns(looked: Looked) -> list[NDArray[Any]]:
    """Columns of one track row a look."""
    vehicle, seconds, still = looked.vehicle, looked.seconds, looked.still
    behind = np.where(looked.seen, 0.0, np.where(still, 40 + 140 * noise(vehicle, 0 * seconds, 5), REVISIT_S))
    state = np.where(still, 3, np.where(looked.seen, np.where(np.isin(vehicle % 9, 4), 0, 1), 2))
    across, along = 60.0**2, 10.0**2
    s, c = np.sin(looked.bearing), np.cos(looked.bearing)
    spread = [c * c * across + s * s * along, s * c * (along - across), s * s * across + c * c * along]
    return [
        seconds * 1e3,
        (seconds - behind) * 1e3,
        (vehicle + 1).astype(np.uint32),
        looked.longitude,
        looked.latitude,
        looked.velocity_east.astype(np.float32),
        looked.velocity_north.astype(np.float32),
        *(value.astype(np.float32) for value in spread),
        np.full(len(vehicle), 0.8, np.float32),
        np.full(len(vehicle), 0.9, np.float32),  # the same vehicle
        np.mod(seconds / REVISIT_S, 200).astype(np.uint32),
        np.zeros(len(vehicle), np.uint32),  # in no formation
        (state + looked.kind * 256 + 65536).astype(np.uint32),
    ]


def island(world: World) -> dict[str, Any]:
    """Draw the fictional island as GeoJSON."""
    angle = np.linspace(0, 2 * np.pi, 400)
    radius = 33e3 * (1 + 0.1 * np.cos(3 * angle + 1) + 0.06 * np.cos(7 * angle) + 0.02 * np.cos(19 * angle + 2))
    coast = [lonlat(e, n) for e, n in zip(radius * np.sin(angle) * 1.25, radius * np.cos(angle), strict=True)]
    coast[-1] = coast[0]
    lake = [lonlat(6e3 + 2500 * np.sin(a), -5e3 + 1500 * np.cos(a)) for a in angle]
    features = [feature("land", "Isla Ficta", "", {"type": "Polygon", "coordinates": [coast]})]
    features.append(feature("coast", "", "", {"type": "LineString", "coordinates": coast}))
    features.append(feature("water", "Lake Mere", "lake", {"type": "Polygon", "coordinates": [lake]}))
    for number, loop in enumerate(world.loops):
        line = [lonlat(e, n) for e, n in [*loop[::6], loop[0]]]
        features.append(
            feature(
                "road",
                f"R{number + 1}",
                ["primary", "secondary"][number % 2],
                {"type": "LineString", "coordinates": line},
            )
        )
        for town in range(2):
            e, n = loop[(town * 557 + number * 211) % len(loop)]
            names = [
                "Harrow",
                "Saltby",
                "Northwold",
                "Eddering",
                "Quay",
                "Marsh End",
                "Linton",
                "Varn",
                "Ostley",
                "Penhallow",
                "Brack",
                "Tolland",
                "Isk",
                "Corran",
                "Whin",
                "Dace",
            ]
            features.append(
                feature(
                    "town",
                    names[number * 2 + town],
                    "town" if town else "city",
                    {"type": "Point", "coordinates": lonlat(e, n)},
                )
            )
    return {"type": "FeatureCollection", "features": features}


def lonlat(east: float, north: float) -> list[float]:
    """Longitude and latitude, degrees."""
    longitude, latitude = to_e7(np.array([east]), np.array([north]))
    return [float(longitude[0]) / 1e7, float(latitude[0]) / 1e7]


def feature(kind: str, name: str, road_class: str, geometry: dict[str, Any]) -> dict[str, Any]:
    """One GeoJSON feature of the island."""
    return {"type": "Feature", "properties": {"kind": kind, "name": name, "class": road_class}, "geometry": geometry}


class Mock:
    """The routes, over one world and one mission that is always live."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.world = build_world(options.tracks, np.random.default_rng(7))
        self.begin = np.floor(time.time() / 300) * 300 - options.history

    def missions(self) -> list[dict[str, Any]]:
        """Say what `/api/missions` says."""
        if self.options.empty:
            return []
        return [
            {
                "id": "mock",
                "name": "Mock island",
                "begin_ms": self.begin * 1e3,
                "end_ms": time.time() * 1e3,
                "live": not self.options.archive,
                "simulated": True,
                "box": [-27.75, -33.75, -26.65, -33.05],
                "plots": 100_000,
                "dwells": 5000,
                "tracks": self.options.tracks,
                "revisit_s": REVISIT_S,
            }
        ]

    async def index(self, _request: Request) -> Response:
        """Serve the page, with the token in it."""
        page = (
            (STATIC / "index.html")
            .read_text()
            .replace('name="sidelook-token" content=""', 'name="sidelook-token" content="mock"')
        )
        return HTMLResponse(page)

    async def hello(self, _request: Request) -> Response:
        """Say which protocol this is."""
        return JSONResponse({"version": 1, "token_needed": True, "missions": self.missions(), "tables": {}})

    async def list_missions(self, _request: Request) -> Response:
        """List the one mission."""
        return JSONResponse(self.missions())

    async def blocks(self, request: Request) -> Response:
        """Blocks of a window."""
        begin = max(float(request.query_params["from"]) / 1e3, self.begin)
        end = min(float(request.query_params["to"]) / 1e3, time.time())
        if end <= begin:
            return Response(b"")
        return Response(
            dwell_block(begin, end) + target_blocks(self.world, begin, end), media_type="application/octet-stream"
        )

    async def activity(self, request: Request) -> Response:
        """Count over time."""
        bins = int(request.query_params["bins"])
        step = (time.time() - self.begin) / bins
        plots = (200 + 150 * np.sin(np.arange(bins) / 9) + 60 * np.sin(np.arange(bins) * 1.7)).astype(int).tolist()
        dwells = [0 if i % 97 in range(41, 46) else int(step / REVISIT_S * LOOKS) for i in range(bins)]
        return JSONResponse({"begin_ms": self.begin * 1e3, "bin_ms": step * 1e3, "plots": plots, "dwells": dwells})

    async def track(self, request: Request) -> Response:
        """Everything about one track."""
        chosen = int(request.query_params["track"]) - 1
        data = target_blocks(self.world, max(self.begin, time.time() - 3600), time.time())
        return Response(only_track(data, chosen + 1), media_type="application/octet-stream")

    async def basemaps(self, _request: Request) -> Response:
        """List the island, and any pmtiles given."""
        maps = [
            {"name": "Island", "kind": "geojson", "url": "/basemaps/island.geojson", "attribution": "Fictional island"}
        ]
        maps += [
            {
                "name": path.stem,
                "kind": "pmtiles",
                "url": f"/basemaps/{path.name}",
                "attribution": "© OpenStreetMap contributors",
            }
            for path in map(Path, self.options.pmtiles)
        ]
        return JSONResponse(maps)

    async def basemap(self, request: Request) -> Response:
        """One basemap file."""
        name = request.path_params["name"]
        if name == "island.geojson":
            return JSONResponse(island(self.world))
        return FileResponse(next(path for path in map(Path, self.options.pmtiles) if path.name == name))

    async def live(self, socket: WebSocket) -> None:
        """Send new blocks five times a second and a status each second."""
        await socket.accept()
        await socket.send_text(json.dumps({"type": "hello", "mission": "mock"}))
        last, count = time.time(), 0
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                await asyncio.sleep(0.2)
                now = time.time()
                if not self.options.lost:
                    await socket.send_bytes(dwell_block(last, now) + target_blocks(self.world, last, now))
                    last = now
                if count % 5 == 0:
                    await socket.send_text(json.dumps(self.status(last)))
                count += 1

    def status(self, data_time: float) -> dict[str, Any]:
        """Say how the source is."""
        return {
            "type": "status",
            "mission": "mock",
            "source": "lost" if self.options.lost else "live",
            "source_name": "udp://239.1.1.1:4607",
            "behind_ms": (time.time() - data_time) * 1e3,
            "rate": 1.0,
            "marking": {"text": "UNCLASSIFIED", "level": 0},
            "simulated": True,
            "alarms": [
                {
                    "level": "error",
                    "text": "The archive folder is full: recording stopped, live display goes on. Free space in it.",
                }
            ]
            if self.options.alarm
            else [],
            "skipped": 0,
            "time_ms": data_time * 1e3,
        }


def only_track(data: bytes, track: int) -> bytes:
    """Blocks of plots and tracks cut down to one track."""
    columns = {
        2: "<f8,<i4,<i4,<f4,<f4,<f4,<f4,<f4,<u4,<u4",
        3: "<f8,<f8,<u4,<i4,<i4,<f4,<f4,<f4,<f4,<f4,<f4,<u4,<u4,<u4",
    }
    out = b""
    for kind, start, count in walk(data):
        offset, arrays = start + 32, []
        for code in columns[kind].split(","):
            arrays.append(np.frombuffer(data, code, count, offset))
            offset += arrays[-1].nbytes
        mine = arrays[8 if kind == PLOTS else 2] == track
        out += block(kind, [array[mine] for array in arrays], 0.0, 0.0)
    return out


def walk(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Kind, start and row count of each block."""
    start = 0
    while start < len(data):
        _, kind, _, count, size = struct.unpack_from("<IHHII", data, start)
        yield kind, start, count
        start += size


class Strict(BaseHTTPMiddleware):
    """The policy the real server sends."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        """Add the headers."""
        response = await call_next(request)
        response.headers["content-security-policy"] = CSP
        response.headers["cache-control"] = "no-store"
        return response


def build_app(options: argparse.Namespace) -> Starlette:
    """Bind the routes."""
    mock = Mock(options)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield

    bench = (
        [Mount("/bench/map", StaticFiles(directory=STATIC / "map")), Mount("/bench", StaticFiles(directory=BENCH))]
        if BENCH.exists()
        else []
    )
    routes = [
        Route("/", mock.index),
        Route("/api/hello", mock.hello),
        Route("/api/missions", mock.list_missions),
        Route("/api/blocks", mock.blocks),
        Route("/api/activity", mock.activity),
        Route("/api/track", mock.track),
        Route("/api/basemaps", mock.basemaps),
        Route("/basemaps/{name}", mock.basemap),
        WebSocketRoute("/live", mock.live),
        *bench,
        Mount("/", StaticFiles(directory=STATIC)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Strict)], lifespan=lifespan)


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8770)
    parser.add_argument("--tracks", type=int, default=200)
    parser.add_argument("--history", type=float, default=3600.0, help="seconds of history before now")
    parser.add_argument("--pmtiles", nargs="*", default=[])
    for flag in ("empty", "archive", "lost", "alarm"):
        parser.add_argument(f"--{flag}", action="store_true")
    options = parser.parse_args()
    uvicorn.run(build_app(options), host="127.0.0.1", port=options.port, log_level="warning")


if __name__ == "__main__":
    main()
