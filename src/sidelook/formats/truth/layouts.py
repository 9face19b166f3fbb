"""Which columns a table of truth may have, and what they mean."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from sidelook.formats.truth.errors import TruthColumnsError


class TimeKind(Enum):
    """How a table tells the time."""

    SECONDS = "seconds after a start"
    NANOSECONDS = "ns UTC"
    MOMENTS = "timestamps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Names of columns; an empty name stands for a column the layout does not have.

    Attributes
    ----------
    time, identity, latitude, longitude : columns that must be there
    time_kind : of the time
    degrees : of one count of latitude and longitude
    height : may be missing; ``metres`` of one count of it
    above_geoid : heights are above the geoid, else above the ellipsoid
    height_needed : the height must be there
    kind, formation : words, may be missing
    """

    time: str
    time_kind: TimeKind
    identity: str
    latitude: str
    longitude: str
    degrees: float = 1.0
    height: str = ""
    metres: float = 1.0
    above_geoid: bool = False
    height_needed: bool = False
    kind: str = ""
    formation: str = ""

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns that must be there."""
        height = (self.height,) if self.height_needed else ()
        return (self.time, self.identity, self.latitude, self.longitude, *height)

    @property
    def words(self) -> tuple[str, ...]:
        """Columns that hold words."""
        return tuple(name for name in (self.identity, self.kind, self.formation) if name)

    def wanted(self, columns: Collection[str]) -> list[str]:
        """Give those of the layout's columns that are there."""
        optional = (self.height, self.kind, self.formation)
        return list(dict.fromkeys([*self.needed, *(name for name in optional if name in columns)]))


def _own(time: str, time_kind: TimeKind) -> Layout:
    return Layout(
        time=time,
        time_kind=time_kind,
        identity="id",
        latitude="latitude_deg",
        longitude="longitude_deg",
        height="height_m",
        kind="class",
        formation="formation",
    )


#: Our own: heights above the ellipsoid, times as timestamps, ns UTC, or seconds after a start.
OWN_LAYOUTS = (
    _own("time", TimeKind.MOMENTS),
    _own("time_ns", TimeKind.NANOSECONDS),
    _own("time_s", TimeKind.SECONDS),
)

#: Whole numbers throughout, as recordings of traffic simulations are kept to be small.
COMPACT_LAYOUT = Layout(
    time="time_s",
    time_kind=TimeKind.SECONDS,
    identity="id",
    latitude="lat_e7",
    longitude="lon_e7",
    degrees=1e-7,
    height="z_dm",
    metres=0.1,
    above_geoid=True,
    kind="type",
)

TABLE_LAYOUTS = (*OWN_LAYOUTS, COMPACT_LAYOUT)


def _sumo(prefix: str, timestep: str) -> Layout:
    return Layout(
        time=f"{timestep}time",
        time_kind=TimeKind.SECONDS,
        identity=f"{prefix}id",
        latitude=f"{prefix}y",
        longitude=f"{prefix}x",
        height=f"{prefix}z",
        above_geoid=True,
        kind=f"{prefix}type",
    )


#: SUMO's tabular output with ``--output.column-header`` of ``tag``, its default, and of ``plain`` or ``auto``.
SUMO_LAYOUTS = (_sumo("vehicle_", "timestep_"), _sumo("", ""))


def find_layout(columns: Collection[str], layouts: Collection[Layout]) -> Layout:
    """Find the layout of a table.

    Parameters
    ----------
    columns : that the table has
    layouts : that are welcome, the first that fits is taken

    Raises
    ------
    TruthColumnsError : none fits
    """
    for layout in layouts:
        if set(layout.needed) <= set(columns):
            return layout
    known = "; or ".join(", ".join(layout.needed) for layout in layouts)
    raise TruthColumnsError(found=tuple(columns), known=known)
