import asyncio
import contextlib

import pytest

from sidelook.feeds.address import Address, Transport
from sidelook.feeds.source import Chunk, FeedError, Pulse, SourceState
from sidelook.feeds.tcp import TcpSink, TcpSource
from sidelook.timescale import SystemClock

DATA = bytes(range(256)) * 2000


def address(port: int, *, listen: bool = False) -> Address:
    return Address(transport=Transport.TCP, host="127.0.0.1", port=port, listen=listen)


async def take(source: TcpSource, octets: int) -> list[Chunk]:
    taken: list[Chunk] = []
    async with contextlib.aclosing(source.chunks()) as chunks:
        async for chunk in chunks:
            taken.append(chunk)
            if sum(len(c.data) for c in taken) >= octets:
                break
    return taken


async def through_a_listener() -> list[Chunk]:
    source = TcpSource(address(0, listen=True), Pulse(clock=SystemClock()))
    receiver = asyncio.create_task(take(source, 2 * len(DATA)))
    await source.opened.wait()
    for _ in range(2):
        sink = TcpSink(address(source.port))
        await sink.send(DATA)
        await sink.close()
    return await asyncio.wait_for(receiver, 10)


def test_a_listener_takes_one_peer_after_the_other_and_marks_where_each_begins() -> None:
    chunks = asyncio.run(through_a_listener())
    assert b"".join(chunk.data for chunk in chunks) == 2 * DATA
    assert sum(chunk.fresh for chunk in chunks) == 2


async def through_a_cut() -> tuple[bytes, TcpSource]:
    """Take from a server that hangs up after each half."""
    halves = iter([DATA[:1000], DATA[1000:]])

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(next(halves))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    source = TcpSource(address(server.sockets[0].getsockname()[1]), Pulse(clock=SystemClock()))
    async with server:
        chunks = await asyncio.wait_for(take(source, len(DATA)), 10)
    return b"".join(chunk.data for chunk in chunks), source


def test_a_client_calls_again_after_a_cut() -> None:
    data, source = asyncio.run(through_a_cut())
    assert data == DATA
    assert source.counters.connections == 2
    assert source.state is SourceState.LOST  # the test hung up


async def call_in_vain(port: int, told: list[str]) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1.5):  # three calls
            await take(TcpSource(address(port), Pulse(clock=SystemClock(), tell=told.append)), 1)


def test_a_source_says_once_why_nobody_answers() -> None:
    told: list[str] = []
    asyncio.run(call_in_vain(1, told))
    assert told == ["tcp://127.0.0.1:1: Connection refused; trying again until somebody answers"]


def test_another_cause_and_a_cut_after_data_are_told_anew() -> None:
    told: list[str] = []
    pulse = Pulse(clock=SystemClock(), tell=told.append)
    for cause in ("a", "a", "b", "b"):
        pulse.miss(cause)
    pulse.beat(b"x")
    pulse.miss("b")
    assert told == ["a", "b", "b"]


def test_nobody_listening_is_said_in_one_sentence() -> None:
    async def send() -> None:
        await TcpSink(address(1)).send(b"x")

    with pytest.raises(FeedError, match="is something listening there"):
        asyncio.run(send())
