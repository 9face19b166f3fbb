"""Reading the query of a request into typed values; what cannot be read is said in one sentence."""

from dataclasses import dataclass
from math import radians

from starlette.datastructures import QueryParams

from sidelook.archive import Box, NotKeptError, Window
from sidelook.console.blocks import ROWS, Kind
from sidelook.errors import UsageError
from sidelook.timescale import NANOSECONDS_PER_MILLISECOND, NANOSECONDS_PER_SECOND

BOX_NUMBERS = 4
MOST_BINS = 10_000
LONGEST_MOMENT = 3_600.0
"""Of trails and fading dots, s."""
LARGEST = 2**63 - 1
"""Of a whole number, and of a time, ns: about the years 1677 to 2262."""


class QueryError(UsageError):
    """A parameter is missing or cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockQuery:
    """What ``/api/blocks`` is asked for: kinds of rows of a mission, by time and, if given, box."""

    mission: int
    window: Window
    kinds: frozenset[Kind]
    box: Box | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentQuery:
    """What ``/api/moment`` is asked for: all that the picture of one moment is made of.

    Attributes
    ----------
    mission : its identity
    trails : window of which rows of tracks are wanted
    looks : window of which dwells and plots are wanted
    """

    mission: int
    trails: Window
    looks: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthQuery:
    """What ``/api/truth`` is asked for: where entities were at the end of a window, and how its looks at them ended."""

    mission: int
    window: Window


def read_block_query(query: QueryParams) -> BlockQuery:
    """Read mission, from, to, kinds and box; QueryError where one is missing or wrong."""
    return BlockQuery(
        mission=read_mission(query),
        window=read_window(query),
        kinds=read_kinds(query.get("kinds")),
        box=read_box(query.get("box")),
    )


def read_mission(query: QueryParams) -> int:
    """Read the mission's identity."""
    return read_whole(query, "mission")


def read_whole(query: QueryParams, name: str) -> int:
    """Read a whole number of 64 bits that must be there."""
    try:
        number = int(query[name])
    except (KeyError, ValueError):
        message = f"{name!r} must be given as a whole number"
        raise QueryError(message) from None
    if abs(number) > LARGEST:
        message = f"{name!r} is too large a number"
        raise QueryError(message)
    return number


def read_track(query: QueryParams) -> int:
    """Read a track's identity; NotKeptError where no track can have it."""
    track = read_whole(query, "track")
    if track < 1:
        message = "tracks are numbered from 1"
        raise NotKeptError(message)
    return track


def read_bins(query: QueryParams) -> int:
    """Read the number of bins of a histogram."""
    bins = read_whole(query, "bins")
    if not 1 <= bins <= MOST_BINS:
        message = f"'bins' must be from 1 to {MOST_BINS}"
        raise QueryError(message)
    return bins


def read_window(query: QueryParams) -> Window:
    """Read from and to (Unix ms) as ns UTC; what is beyond any time that can be kept is brought to the last one."""
    try:
        begin, end = (round(float(query[name]) * NANOSECONDS_PER_MILLISECOND) for name in ("from", "to"))
    except (KeyError, ValueError, OverflowError):
        message = "'from' and 'to' must be given in ms since 1970"
        raise QueryError(message) from None
    if not begin <= end:
        message = "'from' must not be after 'to'"
        raise QueryError(message)
    return clamp(begin), clamp(end)


def read_moment_query(query: QueryParams) -> MomentQuery:
    """Read mission, at (Unix ms), trail and fade (s); QueryError where one is missing or wrong."""
    try:
        at = round(float(query["at"]) * NANOSECONDS_PER_MILLISECOND)
        trail, fade = (float(query[name]) for name in ("trail", "fade"))
        in_order = 0.0 <= trail <= LONGEST_MOMENT and 0.0 <= fade <= LONGEST_MOMENT
    except (KeyError, ValueError, OverflowError):
        in_order = False
    if not in_order:
        message = f"'at' must be given in ms since 1970, 'trail' and 'fade' in s from 0 to {LONGEST_MOMENT:.0f}"
        raise QueryError(message)
    trails, looks = ((clamp(at - round(span * NANOSECONDS_PER_SECOND)), clamp(at + 1)) for span in (trail, fade))
    return MomentQuery(mission=read_mission(query), trails=trails, looks=looks)


def read_truth_query(query: QueryParams) -> TruthQuery:
    """Read mission, at (Unix ms) and span (s); QueryError where one is missing or wrong."""
    try:
        at, span = round(float(query["at"]) * NANOSECONDS_PER_MILLISECOND), float(query["span"])
        in_order = 0.0 < span <= LONGEST_MOMENT
    except (KeyError, ValueError, OverflowError):
        in_order = False
    if not in_order:
        message = f"'at' must be given in ms since 1970, 'span' in s, above 0 and up to {LONGEST_MOMENT:.0f}"
        raise QueryError(message)
    window = clamp(at - round(span * NANOSECONDS_PER_SECOND)), clamp(at + 1)
    return TruthQuery(mission=read_mission(query), window=window)


def clamp(time: int) -> int:
    """Bring a time into what 64 bits of nanoseconds can say."""
    return max(-LARGEST, min(time, LARGEST))


def read_kinds(text: str | None) -> frozenset[Kind]:
    """Read kinds of rows, all where none are named."""
    try:
        kinds = frozenset(Kind(int(part)) for part in text.split(",")) if text else ROWS
    except ValueError:
        kinds = frozenset()
    if not kinds or not kinds <= ROWS:
        message = "'kinds' must be of 1 (dwells), 2 (plots), 3 (tracks) and 4 (formations), with commas"
        raise QueryError(message)
    return kinds


def read_box(text: str | None) -> Box | None:
    """Read west, south, east, north in degrees."""
    if not text:
        return None
    try:
        west, south, east, north = (radians(float(part)) for part in text.split(","))
        return Box(west=west, south=south, east=east, north=north)
    except ValueError:
        message = (
            f"'box' must be {BOX_NUMBERS} numbers: west,south,east,north in degrees, longitudes from -180 to 180, "
            "latitudes from -90 to 90, south not above north"
        )
        raise QueryError(message) from None
