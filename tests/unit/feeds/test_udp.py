import asyncio
import contextlib

import pytest

from sidelook.feeds.address import Address, Transport, parse_address
from sidelook.feeds.source import Chunk, Counters, FeedError, Pulse, SourceState
from sidelook.feeds.udp import QUEUE_LENGTH, DatagramTooLargeError, Inbox, UdpSink, UdpSource
from sidelook.timescale import SystemClock

PACKETS = [bytes([i]) * (i + 1) for i in range(50)]


def address(port: int, host: str = "127.0.0.1") -> Address:
    return Address(transport=Transport.UDP, host=host, port=port, interface="127.0.0.1")


async def take(source: UdpSource, count: int) -> list[Chunk]:
    taken = []
    async with contextlib.aclosing(source.chunks()) as chunks:
        async for chunk in chunks:
            taken.append(chunk)
            if len(taken) == count:
                break
    return taken


async def exchange(host: str) -> tuple[list[bytes], UdpSource]:
    source = UdpSource(address(0, host), Pulse(clock=SystemClock()))
    receiver = asyncio.create_task(take(source, len(PACKETS)))
    await source.opened.wait()
    sink = UdpSink(address(source.port, host))
    for packet in PACKETS:
        await sink.send(packet)
    chunks = await asyncio.wait_for(receiver, 10)
    await sink.close()
    return [chunk.data for chunk in chunks], source


@pytest.mark.parametrize("host", ["127.0.0.1", "239.46.7.1"])
def test_each_datagram_arrives_as_one_chunk(host: str) -> None:
    received, source = asyncio.run(exchange(host))
    assert received == PACKETS
    assert source.state is SourceState.LIVE
    assert source.counters == Counters(chunks=50, octets=sum(map(len, PACKETS)))


def test_unnamed_senders_are_refused_and_counted() -> None:
    inbox = Inbox(Pulse(clock=SystemClock()), frozenset({"10.0.0.1"}))
    inbox.datagram_received(b"no", ("10.0.0.2", 1))
    inbox.datagram_received(b"yes", ("10.0.0.1", 1))
    assert inbox.queue.get_nowait().data == b"yes"
    assert (inbox.pulse.counters.refused, inbox.pulse.counters.chunks) == (1, 1)


def test_a_full_queue_drops_and_counts() -> None:
    inbox = Inbox(Pulse(clock=SystemClock()), frozenset())
    for _ in range(QUEUE_LENGTH + 3):
        inbox.datagram_received(b"x", ("10.0.0.1", 1))
    assert inbox.queue.qsize() == QUEUE_LENGTH
    assert inbox.pulse.counters.dropped == 3


def test_a_packet_too_long_for_a_datagram_is_refused() -> None:
    async def send() -> None:
        sink = UdpSink(address(9))
        try:
            await sink.send(bytes(65_508))
        finally:
            await sink.close()

    with pytest.raises(DatagramTooLargeError, match="replay to tcp"):
        asyncio.run(send())


def test_a_taken_port_is_said_in_one_sentence() -> None:
    async def clash() -> None:
        first = UdpSource(address(0), Pulse(clock=SystemClock()))
        task = asyncio.create_task(take(first, 1))
        await first.opened.wait()
        try:
            await take(UdpSource(address(first.port), Pulse(clock=SystemClock())), 1)
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    with pytest.raises(FeedError, match="cannot receive at udp"):
        asyncio.run(clash())


def test_an_unknown_sender_is_said_by_name() -> None:
    source = UdpSource(parse_address("udp://127.0.0.1:9?sender=no.such.host.invalid"), Pulse(clock=SystemClock()))
    with pytest.raises(FeedError, match=r"no\.such\.host\.invalid"):
        asyncio.run(take(source, 1))
