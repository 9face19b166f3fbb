"""Looking through a recording before it is worked through: what it is, and what it will hold."""

import hashlib
from dataclasses import dataclass, field
from io import BufferedReader

import numpy as np

from sidelook.archive import Box
from sidelook.console.board import Outlook
from sidelook.errors import InputError
from sidelook.mission.dwelling import Dwelling
from sidelook.mission.opening import refuse_without_packets
from sidelook.mission.reporting import Advance
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells
from sidelook.timescale import NANOSECONDS_PER_SECOND

PIECE = 1 << 20


class NoDwellsError(InputError):
    """The recording holds packets, but no dwell that can be dated: there is nothing to show."""


@dataclass(slots=True, kw_only=True)
class Survey:
    """Gathers times, counts and the extent of dwells, in blocks."""

    times: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = field(default_factory=list)
    counts: list[np.ndarray[tuple[int], np.dtype[np.int32]]] = field(default_factory=list)
    revisits: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = field(default_factory=list)
    simulated: bool = False
    origins: set[Origin] = field(default_factory=set)
    south: float = np.inf
    north: float = -np.inf
    east_of_first: list[float] = field(default_factory=lambda: [0.0, 0.0])
    first_longitude: float | None = None

    def take(self, dwells: Dwells) -> None:
        """Take account of dwells."""
        self.times.append(dwells.time)
        self.counts.append(dwells.plot_count)
        self.origins.update(dwells.origins if len(dwells) else ())
        self.simulated = self.simulated or bool(dwells.simulated.any())
        self.revisits.append(dwells.time[dwells.last_of_revisit])
        latitude, longitude = dwells.plots.latitude, dwells.plots.longitude
        known = np.isfinite(latitude) & np.isfinite(longitude)
        if known.any():
            self.widen(latitude[known], longitude[known])

    def widen(
        self,
        latitude: np.ndarray[tuple[int], np.dtype[np.float64]],
        longitude: np.ndarray[tuple[int], np.dtype[np.float64]],
    ) -> None:
        """Widen the box; longitudes count from the first one, so that the antimeridian is no edge."""
        if self.first_longitude is None:
            self.first_longitude = float(longitude[0])
        east = (longitude - self.first_longitude + np.pi) % (2 * np.pi) - np.pi
        self.south, self.north = min(self.south, float(latitude.min())), max(self.north, float(latitude.max()))
        low, high = self.east_of_first
        self.east_of_first = [min(low, float(east.min())), max(high, float(east.max()))]

    def outlook(self) -> Outlook:
        """Sum up."""
        time = np.concatenate(self.times)
        order = np.argsort(time, kind="stable")
        time = time[order]
        intervals = np.diff(np.sort(np.concatenate(self.revisits)))
        return Outlook(
            time=time,
            plot_count=np.concatenate(self.counts)[order],
            box=self.box(),
            simulated=self.simulated,
            origins=tuple(self.origins),
            revisit=float(np.median(intervals)) / NANOSECONDS_PER_SECOND if len(intervals) else None,
        )

    def box(self) -> Box | None:
        """Give the box around all plots."""
        if self.first_longitude is None:
            return None
        west, east = ((self.first_longitude + edge + np.pi) % (2 * np.pi) - np.pi for edge in self.east_of_first)
        return Box(west=float(west), south=self.south, east=float(east), north=self.north)


def survey(stream: BufferedReader, name: str, advance: Advance) -> tuple[Outlook, str]:
    """Read a recording once, without tracking it.

    Returns
    -------
    outlook : on what it holds
    digest : SHA-256, hexadecimal

    Raises
    ------
    NotARecordingError
        Where it holds no packet.
    NoDwellsError
        Where it holds no dwell that can be dated.
    """
    dwelling, gathered, digest = Dwelling(source=name), Survey(), hashlib.sha256()
    while data := stream.read(PIECE):
        digest.update(data)
        gathered.take(dwelling.feed([data]))
        advance(len(data))
    gathered.take(dwelling.cut())
    refuse_without_packets(name, dwelling.decoder.counters.packets)
    if not sum(map(len, gathered.times)):
        message = f"{name} holds no dwell with a date (a mission segment gives it): there is nothing to show; try check"
        raise NoDwellsError(message)
    return gathered.outlook(), digest.hexdigest()
