"""An open binary stream (a recording) as a source of chunks."""

import asyncio
from collections.abc import AsyncGenerator
from typing import BinaryIO

from sidelook.feeds.source import Chunk, Counters, Pulse, SourceState

CHUNK_SIZE = 1 << 16


class StreamSource:
    """Chunks of an open stream, as fast as they are taken.

    Parameters
    ----------
    stream : open for reading; stays its opener's to close
    name : for people and for the origin of the data
    pulse : clock and counters
    """

    def __init__(self, stream: BinaryIO, name: str, pulse: Pulse) -> None:
        self.stream = stream
        self.name = name
        self.pulse = pulse

    @property
    def counters(self) -> Counters:
        """What it has done so far."""
        return self.pulse.counters

    @property
    def state(self) -> SourceState:
        """How it is now."""
        return self.pulse.state

    async def chunks(self) -> AsyncGenerator[Chunk, None]:
        """Give the stream from where it stands to its end."""
        fresh = True
        while data := await asyncio.to_thread(self.stream.read, CHUNK_SIZE):
            yield self.pulse.beat(data, fresh=fresh)
            fresh = False
        self.pulse.ended = True
