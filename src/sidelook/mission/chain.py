"""The chain every source goes through: bytes to dwells, dwells to tracks. Each stage knows only its own records."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sidelook.console.rows import Rows
from sidelook.mission.dwelling import Dwelling
from sidelook.mission.reporting import warn
from sidelook.model.plots import Dwells

if TYPE_CHECKING:
    from sidelook.mission.tracking import Tracking


@dataclass(slots=True, kw_only=True)
class Chain:
    """Bytes to rows of the picture, for one mission and one thread at a time.

    Attributes
    ----------
    dwelling : bytes to dwells
    tracking : dwells to tracks, from the first dwell on
    tell : told that the tracker is compiled first, which takes its time
    roads : file of the roads that the tracker is to know
    """

    dwelling: Dwelling
    tracking: "Tracking | None" = None
    tell: Callable[[str], object] = warn
    roads: Path | None = None

    def feed(self, pieces: Sequence[bytes]) -> Rows:
        """Take pieces in the order received."""
        return self.follow(self.dwelling.feed(pieces))

    def pause(self) -> Rows:
        """Let go of what is held back: nothing has come for a while."""
        return self.follow(self.dwelling.pause())

    def cut(self) -> Rows:
        """End the stream or a connection of it."""
        return self.follow(self.dwelling.cut())

    def follow(self, dwells: Dwells) -> Rows:
        """Track dwells."""
        if not len(dwells):
            return Rows.empty()
        if self.tracking is None:
            self.tracking = engine(self.tell).begin(dwells, self.roads)
        return self.tracking.follow(dwells)

    def save(self) -> bytes:
        """Write down what is needed to go on; nothing before the first dwell."""
        return self.tracking.save(holding=bool(len(self.dwelling.held))) if self.tracking else b""

    def load(self, saved: bytes) -> None:
        """Go on from what was written down, once the bytes before it have been decoded again for their context.

        From nothing, begin with the next dwell.

        Raises
        ------
        CheckpointError
            Where it cannot be read.
        """
        if not saved:
            return
        self.tracking, holding = engine(self.tell).go_on(saved, self.roads)
        if not holding:
            self.dwelling.pause()  # it had been given, after a pause


def engine(tell: Callable[[str], object]) -> "type[Tracking]":
    """Load the tracker: the page must not wait for Numba, and a recording known already does not need it."""
    from sidelook.compiling import nothing_compiled  # noqa: PLC0415 - it imports Numba

    if nothing_compiled():
        tell("compiling the tracker, once; about a minute")
    from sidelook.mission.tracking import Tracking  # noqa: PLC0415 - as said

    return Tracking
