"""``sidelook replay``: a recording goes out packet by packet, paced by its own dwell times."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from sidelook.feeds.address import Address, parse_address
from sidelook.feeds.opening import ByteSink, open_sink
from sidelook.feeds.pace import Pace
from sidelook.feeds.udp import DATAGRAM_LIMIT
from sidelook.formats.stanag4607 import Packets, StreamDecoder
from sidelook.formats.stanag4607.markings import read_origin
from sidelook.mission.opening import CHUNK_SIZE, open_recording, refuse_without_packets
from sidelook.mission.reporting import Advance, answer, progress, warn
from sidelook.mission.stopping import run_until, stop_on_signals
from sidelook.model.origin import Origin
from sidelook.release import OPERATOR_HERE, Recipient, release_origins
from sidelook.timescale import NANOSECONDS_PER_MILLISECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedPacket:
    """Bytes to send, and the dwell time they belong to, ns since midnight of the mission day; None before the first."""

    data: bytes
    moment: int | None
    sound: bool = True


@dataclass(slots=True, kw_only=True)
class ReplayReport:
    """What was sent: all of it, or until a signal came; ``unsound_octets`` of it are in no sound packet."""

    recording: Path
    to: str
    packets: int = 0
    octets: int = 0
    unsound_octets: int = 0
    complete: bool = False


def replay_recording(recording: Path, to: str, *, speed: float = 1.0, as_json: bool = False) -> bool:
    """Send a recording and say what was sent.

    Parameters
    ----------
    recording : to send
    to : address, udp:// or tcp://
    speed : times real time; ``inf`` for no pauses (a UDP receiver may then lose datagrams)

    Returns
    -------
    True where it was sent to its end, False where a signal came before

    Raises
    ------
    AddressError, UsageError, InputError, FeedError
    ReleaseRefusedError
        Where any packet may not leave this machine; nothing has been sent then.
    """
    pace, address = Pace(speed=speed), parse_address(to)
    report = ReplayReport(recording=recording, to=str(address))
    with open_recording(recording) as stream:
        release(stream, recording, address)
        with progress(f"-> {to}", recording.stat().st_size) as advance:
            asyncio.run(replay(stream, pace, open_sink(address), Told(report, advance)))
    ending = "" if report.complete else ", then interrupted"
    answer(report, f"{report.packets:,} packets, {report.octets:,} bytes to {report.to}{ending}", as_json=as_json)
    if report.unsound_octets:
        warn(f"{recording} is damaged or cut off: {report.unsound_octets:,} bytes were sent as they stand; see check")
    return report.complete


def release(stream: BinaryIO, recording: Path, address: Address) -> None:
    """Read the marking of every packet, and refuse to send where one may not go; the operator here sees all."""
    recipient = OPERATOR_HERE if address.here else Recipient(name=str(address))
    origins, packets = origins_of(stream, recording.name)
    refuse_without_packets(str(recording), packets)
    release_origins(origins, recipient, str(recording)).refuse_if_withheld()
    stream.seek(0)


def origins_of(stream: BinaryIO, source: str) -> tuple[frozenset[Origin], int]:
    """Read the origins of all packets, and count the packets."""
    decoder = StreamDecoder()
    seen: dict[bytes, Any] = {}
    while data := stream.read(CHUNK_SIZE):
        for header in decoder.feed(data).header:
            # All but P2, the size, which differs without meaning.
            seen.setdefault(header.tobytes()[:2] + header.tobytes()[6:], header)
    return frozenset(read_origin(header, source) for header in seen.values()), decoder.counters.packets


class Told:
    """Counts what was sent into the report and the progress bar."""

    def __init__(self, report: ReplayReport, advance: Advance) -> None:
        self.report = report
        self.advance = advance

    def sent(self, packet: TimedPacket) -> None:
        """Count a packet."""
        self.report.packets += packet.sound
        self.report.octets += len(packet.data)
        self.report.unsound_octets += 0 if packet.sound else len(packet.data)
        self.advance(len(packet.data))


async def replay(stream: BinaryIO, pace: Pace, sink: ByteSink, told: Told) -> None:
    """Send until the recording ends or a signal comes."""

    async def send() -> None:
        for packet in timed_packets(stream):
            if packet.moment is not None:
                await pace.wait(packet.moment)
            await sink.send(packet.data)
            told.sent(packet)
        told.report.complete = True

    try:
        await run_until(stop_on_signals(), send())
    finally:
        await sink.close()


def timed_packets(stream: BinaryIO) -> Iterator[TimedPacket]:
    """Cut a recording into packets; every byte of it is in one of them, also those that are in no sound packet."""
    decoder, cutter = StreamDecoder(), Cutter()
    while data := stream.read(CHUNK_SIZE):
        cutter.held += data
        yield from cutter.cut(decoder.feed(data))
    yield from cutter.cut(decoder.flush())
    yield from cutter.unsound(len(cutter.held))


class Cutter:
    """Holds the bytes that are not sent yet, and cuts them where packets begin and end."""

    def __init__(self) -> None:
        self.held = bytearray()
        self.start = 0
        self.moment: int | None = None

    def cut(self, packets: Packets) -> Iterator[TimedPacket]:
        """Give packets that are complete, and what lies between them."""
        moments = dwell_moments(packets)
        for number, (offset, size) in enumerate(zip(packets.offset, packets.packet_size(), strict=True)):
            yield from self.unsound(int(offset) - self.start)
            self.moment = int(moments[number]) if moments[number] >= 0 else self.moment
            yield TimedPacket(data=self.take(int(size)), moment=self.moment)

    def unsound(self, count: int) -> Iterator[TimedPacket]:
        """Give bytes that are in no sound packet, in pieces that fit a datagram."""
        for begin in range(0, count, DATAGRAM_LIMIT):
            yield TimedPacket(data=self.take(min(DATAGRAM_LIMIT, count - begin)), moment=self.moment, sound=False)

    def take(self, count: int) -> bytes:
        """Take the first bytes held."""
        data = bytes(self.held[:count])
        del self.held[:count]
        self.start += count
        return data


def dwell_moments(packets: Packets) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Time of the first dwell in each packet.

    Returns
    -------
    (P,) ns since midnight of the mission day (D6), -1 where a packet holds no dwell
    """
    moments = np.full(len(packets), -1, np.int64)
    for group in packets.dwells:
        packet = packets.packet[group.row]
        times = group.body["D6"].astype(np.int64) * NANOSECONDS_PER_MILLISECOND
        # Backwards, so that of several dwells in one packet the first one stays.
        moments[packet[::-1]] = times[::-1]
    return moments
