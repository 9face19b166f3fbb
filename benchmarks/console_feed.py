"""How many clients one console feeds: 10,000 tracks at 1 Hz, latency at the client and CPU of the server.

Server and clients are processes of their own on the same machine. Every client receives every track; the latency of
a message runs from the moment its rows were handed to the hub to the moment the client has its last byte, the
reader's own work included. The peer is what one would write first: a JSON text message for each track and client,
sent by the same web server.

    python benchmarks/console_feed.py [--tracks 10000] [--seconds 10] [--clients 1 20 100 500] [--stalled 1]
"""

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import struct
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from multiprocessing.connection import Connection

import numpy as np
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from sidelook.archive import Activity, Box, Looks, MissionSummary, TrackHistory, Window
from sidelook.console.access import grant
from sidelook.console.app import Parts, build
from sidelook.console.board import Board, Mode
from sidelook.console.rows import Rows, empty_looks
from sidelook.console.server import bind, serve
from sidelook.model.origin import Classification, Origin
from sidelook.model.tracks import TrackTable
from sidelook.timescale import SystemClock

TOKEN = "of-the-benchmark"  # noqa: S105 - opens nothing else
ORIGIN = Origin(source="benchmark", classification=Classification.UNCLASSIFIED, simulated=True)
HEADER = struct.Struct("<IHHIIdd")


class NoPicture:
    """A past without missions."""

    def missions(self) -> tuple[MissionSummary, ...]:
        """List none."""
        return ()

    def dwells(
        self, mission: int, window: Window | None = None, box: Box | None = None, *, brief: bool = False
    ) -> Looks:
        """Give none."""
        del mission, window, box, brief
        return empty_looks()

    def tracks(self, mission: int, window: Window | None = None, box: Box | None = None) -> TrackTable:
        """Give none."""
        del mission, window, box
        return TrackTable.empty(origins=())

    def track_history(self, mission: int, track: int) -> TrackHistory:
        """Give none."""
        del mission, track
        return TrackHistory(tracks=TrackTable.empty(origins=()), looks=empty_looks())

    def activity(self, mission: int, bins: int, window: Window | None = None) -> Activity:
        """Count nothing."""
        del mission, window
        return Activity(begin=0, width=1, plots=np.zeros(bins, np.int64), dwells=np.zeros(bins, np.int64))


def make_rows(count: int, rng: np.random.Generator) -> Rows:
    """Make a state of each track, all at this moment."""
    now = np.full(count, time.time_ns())
    table = TrackTable.empty(
        count,
        track=np.arange(1, count + 1),
        time=now,
        supported=now,
        latitude=rng.uniform(0.8, 0.9, count),
        longitude=rng.uniform(0.1, 0.2, count),
        position_covariance=np.ones((count, 3), np.float32),
        velocity_covariance=np.ones((count, 3), np.float32),
        state=np.ones(count, np.uint8),
        origins=(ORIGIN,),
    )
    return Rows(looks=empty_looks(), tracks=table)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a run serves: ``tracks`` at 1 Hz for ``seconds``, to ``clients`` and ``stalled`` ones that never read."""

    tracks: int
    seconds: int
    clients: int
    stalled: int
    naive: bool = False


def run_server(load: Load, pipe: Connection) -> None:
    """Serve in this process; say the port, then the CPU seconds used while feeding."""
    asyncio.run(feed(load, pipe))


async def feed(load: Load, pipe: Connection) -> None:
    """Publish once a second after the clients have come."""
    listener, stop = bind("127.0.0.1", 0), asyncio.Event()
    port = listener.getsockname()[1]
    access = grant("127.0.0.1", port, TOKEN)
    console = build(Parts(picture=NoPicture(), board=Board(mode=Mode.LIVE), access=access, clock=SystemClock()))
    naive = NaiveFeed()
    serving = asyncio.create_task(serve(naive.app if load.naive else console.app, listener, stop))
    pipe.send(port)
    await asyncio.to_thread(pipe.recv)
    rng, before = np.random.default_rng(1), time.process_time()
    for _ in range(load.seconds):
        rows = make_rows(load.tracks, rng)
        if load.naive:
            naive.publish(rows.tracks)
        else:
            console.publish(rows)
        await asyncio.sleep(1.0)
    pipe.send(time.process_time() - before)
    stop.set()
    await serving


class NaiveFeed:
    """The peer: each client's task sends each track as a JSON text."""

    def __init__(self) -> None:
        self.app = Starlette(routes=[WebSocketRoute("/live", self.serve)])
        self.news = asyncio.Event()
        self.table = TrackTable.empty(origins=())

    def publish(self, table: TrackTable) -> None:
        """Wake every client with new states."""
        self.table = table
        self.news.set()
        self.news = asyncio.Event()

    async def serve(self, socket: WebSocket) -> None:
        """Send to one client for ever."""
        await socket.accept()
        with contextlib.suppress(asyncio.CancelledError):
            while True:
                await self.news.wait()
                for row in self.messages():
                    await socket.send_text(row)

    def messages(self) -> list[str]:
        """Write each state as a JSON object."""
        table = self.table
        columns = (table.track, table.time / 1e6, np.degrees(table.latitude), np.degrees(table.longitude), table.state)
        names = ("track", "time_ms", "lat", "lon", "state")
        return [
            json.dumps(dict(zip(names, row, strict=True))) for row in zip(*(c.tolist() for c in columns), strict=True)
        ]


async def frames(port: int) -> AsyncIterator[tuple[int, bytes]]:
    """Open a WebSocket by hand and give (opcode, payload) of each frame: the reader should cost little."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    writer.write(
        f"GET /live?token={TOKEN} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    try:
        while True:
            first, second = await reader.readexactly(2)
            length = second & 127
            if length > 125:  # noqa: PLR2004 - RFC 6455, 5.2
                width = 2 if length == 126 else 8  # noqa: PLR2004 - likewise
                length = int.from_bytes(await reader.readexactly(width))
            yield first & 15, await reader.readexactly(length)
    finally:
        writer.close()


async def follow(port: int, latencies: list[float], counts: list[int]) -> None:
    """Read as a client, noting the latency of every message with rows and how many rows it held."""
    async for opcode, payload in frames(port):
        now = time.time() * 1000.0
        if opcode == 2:  # noqa: PLR2004 - binary
            latencies.append(now - struct.unpack_from("<d", payload, HEADER.size)[0])
            counts.append(HEADER.unpack_from(payload)[3])
        elif opcode == 1 and b'"track"' in payload:
            latencies.append(now - json.loads(payload)["time_ms"])
            counts.append(1)


async def stall(port: int) -> None:
    """Connect, and never read."""
    async for _ in frames(port):
        await asyncio.Event().wait()


def run_clients(load: Load, port: int, pipe: Connection) -> None:
    """Be all clients in this process; send back latencies, rows and the CPU seconds used."""

    async def gather() -> None:
        latencies: list[float] = []
        counts: list[int] = []
        tasks = [asyncio.create_task(follow(port, latencies, counts)) for _ in range(load.clients)]
        tasks += [asyncio.create_task(stall(port)) for _ in range(load.stalled)]
        await asyncio.sleep(1.0 + load.clients / 200)
        before = time.process_time()
        pipe.send("here")
        await asyncio.to_thread(pipe.recv)
        with contextlib.suppress(asyncio.CancelledError):
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        pipe.send((latencies, sum(counts), time.process_time() - before))

    asyncio.run(gather())


def measure(load: Load) -> str:
    """Run server and clients; give a line of the table."""
    context = multiprocessing.get_context("spawn")
    server_pipe, server_end = context.Pipe()
    client_pipe, client_end = context.Pipe()
    server = context.Process(target=run_server, args=(load, server_end))
    server.start()
    port = server_pipe.recv()
    clients = context.Process(target=run_clients, args=(load, port, client_end))
    clients.start()
    client_pipe.recv()
    server_pipe.send("go")
    server_cpu = server_pipe.recv()
    client_pipe.send("stop")
    latencies, rows, client_cpu = client_pipe.recv()
    clients.join(20)
    server.join(20)
    p50, p99 = np.percentile(latencies, [50, 99]) if latencies else (np.nan, np.nan)
    wanted = load.tracks * load.seconds * load.clients
    way = "JSON a track" if load.naive else "Sidelook"
    return (
        f"{way:<13}{load.clients:>8}{load.stalled:>9}{rows / load.seconds:>14,.0f}{rows / wanted:>9.1%}"
        f"{p50:>9.1f}{p99:>9.1f}{server_cpu / load.seconds:>13.3f}{client_cpu / load.seconds:>13.3f}"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--tracks", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 20, 100, 500])
    parser.add_argument("--stalled", type=int, default=1)
    asked = parser.parse_args()
    python, busy = sys.version.split()[0], os.getloadavg()[0]
    print(f"{asked.tracks:,} tracks at 1 Hz for {asked.seconds} s; Python {python}; load before {busy:.1f}")
    print("way           clients  stalled     updates/s  arrived   p50 ms   p99 ms  server cores reader cores")
    for clients in asked.clients:
        print(measure(Load(tracks=asked.tracks, seconds=asked.seconds, clients=clients, stalled=0)), flush=True)
    largest = asked.clients[-1]
    if asked.stalled:
        beside = Load(tracks=asked.tracks, seconds=asked.seconds, clients=largest, stalled=asked.stalled)
        print(measure(beside), flush=True)
    print(measure(Load(tracks=asked.tracks, seconds=asked.seconds, clients=1, stalled=0, naive=True)), flush=True)


if __name__ == "__main__":
    main()
