"""The first half of the chain: bytes to dwells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sidelook.formats.stanag4607 import DwellAssembler, SensorErrors, StreamDecoder
from sidelook.model.plots import Dwells


@dataclass(slots=True, kw_only=True)
class Dwelling:
    """Decodes one stream.

    Attributes
    ----------
    source : name of the stream or file, for the origins
    datagrams : True where every piece received holds whole packets
    errors : what the sensor can do where its reports do not say
    """

    source: str
    datagrams: bool = False
    errors: SensorErrors = field(default_factory=SensorErrors)
    decoder: StreamDecoder = field(default_factory=StreamDecoder)
    assembler: DwellAssembler = field(init=False)

    def __post_init__(self) -> None:
        """Begin without knowing a mission day."""
        self.assembler = DwellAssembler(source=self.source, errors=self.errors)

    def feed(self, pieces: Sequence[bytes]) -> Dwells:
        """Take pieces in the order received; give the dwells that are whole."""
        if self.datagrams:
            return self.assembler.assemble(self.decoder.feed_datagrams(pieces))
        return self.assembler.assemble(self.decoder.feed(b"".join(pieces)))

    def pause(self) -> Dwells:
        """Give a dwell held back in case it goes on: nothing has come for a while."""
        return self.assembler.flush()

    def cut(self) -> Iterator[Dwells]:
        """End the stream, or a connection of it: what is incomplete will not be continued."""
        yield self.assembler.assemble(self.decoder.flush())
        yield self.assembler.flush()
