"""What every source of bytes offers: chunks as they come, a state and counters."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from sidelook.errors import SidelookError
from sidelook.timescale import NANOSECONDS_PER_SECOND, Clock


class FeedError(SidelookError):
    """A feed cannot be opened or written to: the port is taken, the network is not there, the peer is gone."""


class SourceState(StrEnum):
    """Life of a source."""

    WAITING = "waiting"  # open, nothing has come yet
    LIVE = "live"
    LOST = "lost"  # was live, and is silent or cut
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Bytes as they came.

    Attributes
    ----------
    data : one datagram (UDP), or whatever the stream had
    received : ns UTC
    fresh : True for the first chunk of a connection: what came before it will not be continued
    """

    data: bytes
    received: int
    fresh: bool = False


@dataclass(slots=True, kw_only=True)
class Counters:
    """What a source has done so far.

    Attributes
    ----------
    chunks, octets : taken
    dropped : chunks there was no room for
    refused : chunks from senders not on the list
    connections : made so far (TCP)
    """

    chunks: int = 0
    octets: int = 0
    dropped: int = 0
    refused: int = 0
    connections: int = 0


class ByteSource(Protocol):
    """Anything that gives chunks until it ends."""

    @property
    def name(self) -> str:
        """For people and for the origin of the data."""
        ...

    @property
    def counters(self) -> Counters:
        """What it has done so far."""
        ...

    @property
    def state(self) -> SourceState:
        """How it is now."""
        ...

    def chunks(self) -> AsyncGenerator[Chunk, None]:
        """Give chunks as they come; ends when the source does."""
        ...


@dataclass(slots=True, kw_only=True)
class Pulse:
    """Whether something still comes: the state of a network source, by the time since its last chunk.

    Attributes
    ----------
    clock : tells the time
    silence : a source quiet for longer is lost, ns
    last : time of the last chunk, ns UTC, 0 none
    cut : True while there is no connection at all
    tell : told, in a sentence, why there is no connection: once a cause, until something comes
    """

    clock: Clock
    silence: int = 10 * NANOSECONDS_PER_SECOND
    last: int = 0
    cut: bool = False
    ended: bool = False
    counters: Counters = field(default_factory=Counters)
    tell: Callable[[str], object] = field(default=lambda _: None)
    told: str = ""

    def miss(self, sentence: str) -> None:
        """Take note that there is no connection, and why."""
        self.cut = True
        if sentence != self.told:
            self.told = sentence
            self.tell(sentence)

    def beat(self, data: bytes, *, fresh: bool = False) -> Chunk:
        """Count bytes that came and wrap them."""
        self.last, self.cut, self.told = self.clock.now(), False, ""
        self.counters.chunks += 1
        self.counters.octets += len(data)
        return Chunk(data=data, received=self.last, fresh=fresh)

    @property
    def state(self) -> SourceState:
        """How the source is now."""
        if self.ended:
            return SourceState.ENDED
        if not self.last:
            return SourceState.WAITING
        quiet = self.clock.now() - self.last > self.silence
        return SourceState.LOST if self.cut or quiet else SourceState.LIVE
