"""The first half of the chain: bytes to dwells."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sidelook.formats.stanag4607 import DwellAssembler, Packets, SensorErrors, StreamDecoder
from sidelook.formats.stanag4607.joining import join_pieces
from sidelook.model.plots import Dwells, concatenate_dwells


@dataclass(slots=True, kw_only=True)
class Dwelling:
    """Decodes one stream; the last dwell is held back, because its next piece may be in the next packet.

    Attributes
    ----------
    source : name of the stream or file, for the origins
    datagrams : True where every piece received holds whole packets
    errors : what the sensor can do where its reports do not say
    held : the last dwell, not given yet
    """

    source: str
    datagrams: bool = False
    errors: SensorErrors = field(default_factory=SensorErrors)
    decoder: StreamDecoder = field(default_factory=StreamDecoder)
    assembler: DwellAssembler = field(init=False)
    held: Dwells = field(default_factory=lambda: concatenate_dwells([]))

    def __post_init__(self) -> None:
        """Begin without knowing a mission day."""
        self.assembler = DwellAssembler(source=self.source, errors=self.errors)

    def feed(self, pieces: Sequence[bytes]) -> Dwells:
        """Take pieces in the order received; give the dwells that are whole."""
        if self.datagrams:
            return self.all_but_last(self.decoder.feed_datagrams(pieces))
        return self.all_but_last(self.decoder.feed(b"".join(pieces)))

    def pause(self) -> Dwells:
        """Give the dwell held back: nothing has come for a while."""
        held, self.held = self.held, concatenate_dwells([])
        return held

    def cut(self) -> Dwells:
        """End the stream, or a connection of it: what is incomplete will not be continued."""
        dwells = self.all_but_last(self.decoder.flush())
        return concatenate_dwells([dwells, self.pause()])

    def all_but_last(self, packets: Packets) -> Dwells:
        """Put the pieces of dwells together and hold the last one back.

        The assembler would hold back all dwells of the packets, and so others if the stream were cut in other places;
        what a checkpoint relies on must not depend on that.
        """
        self.assembler.assemble(packets)
        dwells = self.assembler.flush()
        if not len(dwells):
            return dwells
        joined = join_pieces(concatenate_dwells([self.held, dwells]))
        last = len(joined) - 1
        self.held = joined.take(slice(last, None))
        return joined.take(slice(0, last))
