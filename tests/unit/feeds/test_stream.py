import asyncio
import io

from sidelook.feeds.source import Pulse, SourceState
from sidelook.feeds.stream import CHUNK_SIZE, StreamSource
from sidelook.timescale import SystemClock

DATA = bytes(2 * CHUNK_SIZE + 5)


def test_a_stream_is_given_whole_and_ends() -> None:
    source = StreamSource(io.BytesIO(DATA), "a.4607", Pulse(clock=SystemClock()))

    async def read() -> list[tuple[int, bool]]:
        return [(len(chunk.data), chunk.fresh) async for chunk in source.chunks()]

    assert asyncio.run(read()) == [(CHUNK_SIZE, True), (CHUNK_SIZE, False), (5, False)]
    assert source.state is SourceState.ENDED
