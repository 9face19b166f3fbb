"""TCP: a stream from or to one peer, called or waited for, called again after a cut."""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator
from typing import TypeAlias

from sidelook.feeds.address import Address
from sidelook.feeds.source import Chunk, Counters, FeedError, Pulse, SourceState

CHUNK_SIZE = 1 << 16
FIRST_PAUSE = 0.25  # s, before the second call; doubled each time
LONGEST_PAUSE = 15.0  # s

Connection: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class TcpSource:
    """Bytes from a TCP peer; after a cut it calls again, waiting twice as long each time, for ever.

    Parameters
    ----------
    address : whom to call, or where to wait for a call (one peer at a time)
    pulse : clock, silence limit and counters
    """

    def __init__(self, address: Address, pulse: Pulse) -> None:
        self.address = address
        self.name = str(address)
        self.pulse = pulse
        self.port = address.port
        self.opened = asyncio.Event()

    @property
    def counters(self) -> Counters:
        """What it has done so far."""
        return self.pulse.counters

    @property
    def state(self) -> SourceState:
        """How it is now."""
        return self.pulse.state

    async def chunks(self) -> AsyncGenerator[Chunk, None]:
        """Give what the peer sends; the first chunk of each connection is ``fresh``.

        Raises
        ------
        FeedError
            Where the address to listen at cannot be bound.
        """
        async with contextlib.aclosing(self.connections()) as connections:
            async for reader, writer in connections:
                self.pulse.counters.connections += 1
                try:
                    async with contextlib.aclosing(self.read(reader)) as chunks:
                        async for chunk in chunks:
                            yield chunk
                finally:
                    self.pulse.cut = True
                    writer.close()

    async def read(self, reader: asyncio.StreamReader) -> AsyncGenerator[Chunk, None]:
        """Give chunks of one connection until it is cut."""
        fresh = True
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK_SIZE):
                yield self.pulse.beat(data, fresh=fresh)
                fresh = False

    def connections(self) -> AsyncGenerator[Connection, None]:
        """Give connections one after the other."""
        return self.accepted() if self.address.listen else self.called()

    async def called(self) -> AsyncGenerator[Connection, None]:
        """Call the peer again and again; a connection that was made shortens the next pause."""
        pause = FIRST_PAUSE
        while True:
            try:
                connection = await asyncio.open_connection(self.address.host, self.address.port)
            except OSError as error:
                self.pulse.miss(f"{self.address}: {reason(error)}; trying again until somebody answers")
            else:
                pause = FIRST_PAUSE
                yield connection
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def accepted(self) -> AsyncGenerator[Connection, None]:
        """Wait for peers; a second one waits until the first has gone."""
        waiting: asyncio.Queue[Connection] = asyncio.Queue()

        async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            waiting.put_nowait((reader, writer))

        try:
            server = await asyncio.start_server(welcome, self.address.host or None, self.address.port)
        except OSError as error:
            message = f"cannot listen at {self.address}: {error.strerror or error}"
            raise FeedError(message) from error
        self.port = server.sockets[0].getsockname()[1]
        self.opened.set()
        async with server:
            while True:
                yield await waiting.get()


def reason(error: OSError) -> str:
    """Say why a call failed; asyncio names the address where the system names the cause."""
    if error.errno is not None and error.errno > 0:  # below are those of name resolution
        return os.strerror(error.errno)
    return error.strerror or str(error)


class TcpSink:
    """Writes packets to a TCP peer, waiting while it cannot take more."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.name = str(address)
        self.writer: asyncio.StreamWriter | None = None

    async def send(self, packet: bytes) -> None:
        """Write a packet; calls the peer at the first.

        Raises
        ------
        FeedError
            Where nobody answers or the peer has gone.
        """
        try:
            if self.writer is None:
                _, self.writer = await asyncio.open_connection(self.address.host, self.address.port)
            self.writer.write(packet)
            await self.writer.drain()
        except OSError as error:
            message = f"cannot send to {self.address}: {error.strerror or error}; is something listening there?"
            raise FeedError(message) from error

    async def close(self) -> None:
        """Send what is still buffered and hang up."""
        if self.writer is not None:
            self.writer.close()
            with contextlib.suppress(OSError):
                await self.writer.wait_closed()
