"""Packets from a stream that comes in pieces: file chunks, TCP, UDP."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sidelook.formats.stanag4607.framing import Finder, Frames, Framing, Skip
from sidelook.formats.stanag4607.layouts import HEADER_SIZE
from sidelook.formats.stanag4607.reader import read_frames
from sidelook.formats.stanag4607.wire import Packets, no_packets


@dataclass(slots=True, kw_only=True)
class StreamCounters:
    """What a decoder has seen.

    Attributes
    ----------
    octets : bytes taken in
    packets, segments, dwells, reports : decoded
    skipped_octets : bytes that were in no sound packet or segment
    skips : how often, by reason
    """

    octets: int = 0
    packets: int = 0
    segments: int = 0
    dwells: int = 0
    reports: int = 0
    skipped_octets: int = 0
    skips: Counter[Skip] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedBytes:
    """Bytes that were skipped: ``start`` and ``stop`` in the stream, and why."""

    start: int
    stop: int
    reason: Skip


class StreamDecoder:
    """Incremental decoder: ``feed`` bytes as they come, take packets as they complete.

    Damage is skipped and counted (or raised, if strict); after it the stream is taken up again at the next plausible
    packet. Between calls at most ``max_packet`` bytes are held. Time is linear in the bytes; the columns of a call take
    about 5 times its bytes, and at worst (hostile: another mask in every dwell) about 110 times and 2 s a megabyte.

    Parameters
    ----------
    max_packet : largest packet believed in, bytes; a claim beyond it is damage
    strict : True raises at the first fault

    Attributes
    ----------
    counters : what was seen and skipped so far
    skipped : the last few places that were skipped, oldest first
    """

    KEPT_SKIPS = 1000

    def __init__(self, *, max_packet: int = 1 << 20, strict: bool = False) -> None:
        self._framing = Framing(max_packet=max_packet, strict=strict)
        self._buffer = bytearray()
        self._base = 0
        self._needed = HEADER_SIZE
        self.counters = StreamCounters()
        self.skipped: list[SkippedBytes] = []

    @property
    def waiting(self) -> int:
        """Bytes of an incomplete packet held back."""
        return len(self._buffer)

    def feed(self, data: bytes | bytearray | memoryview) -> Packets:
        """Take in the next bytes of the stream.

        Parameters
        ----------
        data : any number of bytes

        Returns
        -------
        the packets that are now complete

        Raises
        ------
        PacketError : in strict mode
        """
        self._buffer += data
        self.counters.octets += len(data)
        if len(self._buffer) < self._needed:
            return no_packets()
        return self._drain(final=False)

    def feed_datagrams(self, datagrams: Sequence[bytes]) -> Packets:
        """Take in datagrams, each of which holds whole packets; many at once cost little more than one.

        Parameters
        ----------
        datagrams : in the order received

        Returns
        -------
        the packets in them; what is cut at the end of a datagram is skipped, the next one begins anew

        Raises
        ------
        PacketError : in strict mode
        """
        self.counters.octets += sum(map(len, datagrams))
        frames, start = Frames(), 0
        data = b"".join(datagrams)
        for datagram in datagrams:
            end = start + len(datagram)
            Finder(data=data, end=end, framing=self._framing, frames=frames, base=self._base).find(start)
            start = end
        return self._read(data, frames, start)

    def flush(self) -> Packets:
        """End the stream: what is incomplete is skipped; feeding may begin anew.

        Raises
        ------
        PacketError : in strict mode, if a packet is incomplete
        """
        return self._drain(final=True)

    def _drain(self, *, final: bool) -> Packets:
        data, frames = bytes(self._buffer), Frames()
        finder = Finder(data=data, end=len(data), framing=self._framing, frames=frames, base=self._base, final=final)
        used = finder.find()
        del self._buffer[:used]
        # Look again when an incomplete packet may be whole, or has twice its bytes: that keeps the time linear.
        self._needed = max(HEADER_SIZE, min(finder.size_at(used), 2 * len(self._buffer)))
        return self._read(data, frames, used)

    def _read(self, data: bytes, frames: Frames, used: int) -> Packets:
        packets = read_frames(data, frames, base=self._base, strict=self._framing.strict)
        self._count(packets, frames)
        self._base += used
        return packets

    def _count(self, packets: Packets, frames: Frames) -> None:
        counters = self.counters
        counters.packets += len(packets)
        counters.segments += len(packets.kind)
        counters.dwells += sum(len(group.row) for group in packets.dwells)
        counters.reports += packets.report_count
        for start, stop, reason in frames.skipped:
            counters.skipped_octets += stop - start
            self._note_skip(SkippedBytes(start=start + self._base, stop=stop + self._base, reason=reason))
        del self.skipped[: -self.KEPT_SKIPS]

    def _note_skip(self, skip: SkippedBytes) -> None:
        """Keep a skip; one that goes on where the last one ended is the same one."""
        last = self.skipped[-1] if self.skipped else None
        if last and last.stop == skip.start and last.reason in {skip.reason, Skip.TRUNCATED, Skip.BROKEN_CHAIN}:
            self.skipped[-1] = replace(last, stop=skip.stop)
            return
        self.counters.skips[skip.reason] += 1
        self.skipped.append(skip)
