"""The tables that the compiled passes work on: tracks, their index, a look, and the constants of a tracker.

Tables are structured arrays: columns to NumPy, and to compiled code rows that lie together in memory and are passed on
as one pointer (a tuple of columns cost twice the time). East and north are metres in the mission-local frame, azimuths
radians clockwise from its north at the sensor, times int64 ns UTC.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sidelook.model.columns import Flags, Floats, Indices, Integers

STATE_SIZE = 4  # east, north, velocity east, velocity north

NONE = -1  # "no row" in every column of row numbers; of a hypothesis' lane: it drives freely
UNUSED = -2  # of a hypothesis' lane: there is no such hypothesis
ROUTE = 8  # lanes of a route that a hypothesis remembers, the one it is on first
CLASSES = 20  # that are told apart: those of D32.10 up to 18, and other
MINUTES = 10  # for which doubts about an identity are remembered
OFFSETS = 4  # numbers of what a platform's plots are off by together; see ``registration``
PLATFORMS = 4  # that are told apart
SCALES, SCALE = 3, 0.25  # how large offsets may be: as set, and so much less each, as standard deviations
HYPOTHESES = 8  # of a track: lanes it may be on, or none
PIECE_LONGEST = 250.0  # m, of a straight piece of road
PIECE_CELL = 500.0  # m
SOURCE_AREA = 1e9  # m2, weight of a density assumed before anything was counted
SECOND = 1_000_000_000  # ns

Table: TypeAlias = NDArray[np.void]
Row: TypeAlias = Any  # of a table: NumPy's types do not know its fields
Modes: TypeAlias = tuple[Floats, Floats, Floats]  # mean, covariance and weight of modes
Ahead: TypeAlias = tuple[Floats, Floats, Floats, Floats, Indices]  # of all hypotheses; states on roads; routes
Place: TypeAlias = tuple[float, float, float, float]  # azimuth, its sigma, slant range, its sigma
Search: TypeAlias = tuple[Flags, Indices, int]  # marked items, found items, how many
LookColumns: TypeAlias = tuple[Table, Table]  # dwells, plots


def track_columns(modes: int) -> np.dtype[np.void]:
    """Columns of tracks of ``modes`` motion modes, M; a row whose ``identity`` is 0 is free.

    identity : from 1, in order of birth, never used again
    status : ``model.tracks.TrackState``
    time : of the state; ``supported`` : of the last plot; ``looked`` : of the last dwell that covered it
    mean : (H M, 4) state under each motion mode of each hypothesis; ``covariance`` : (H M, 4, 4); ``weight`` : (H M,)
        sums to 1
    road : (H M, 5) of those on a road: distance along the lane, speed there, their variances s-s, s-v, v-v
    route : (H, ROUTE) lane that each is on and the ones it came by; ``NONE`` first for a free one, ``UNUSED`` for none
    estimate : (4,) mean over the modes of the likeliest hypothesis
    drift : (3, 3) covariance of the estimate, east-east, east-north, north-north: of position, of position with
        velocity (both ways together), of velocity; so that its position's is a polynomial in time
    existence : probability that there is a vehicle behind the track; 0 once it is given up
    prior : that probability on the first plot
    missed : detections that were expected and did not come since the last plot
    hits : plots given to it so far
    anchor : (2,) east, north of the estimate when it was last supported by a plot
    born, birthplace : time of its first plot; (2,) east, north there
    confirmed : it once was
    seen : revisit of the last plot
    covered : chance that the dwells of a revisit have covered it so far, without a plot; ``revisit`` : which one
    classes : (K,) logarithms of the weights of its classes; see ``classes``
    flying : it is of something in the air, by those
    doubt : (MINUTES, 2) about its identity, a row a minute in a ring; see ``identity``
    doubted : the minute, from 1970, of the last row written
    simulated : any plot was; ``origin`` : row of the most protected origin behind it
    """
    return np.dtype(
        [
            ("identity", np.int64),
            ("time", np.int64),
            ("supported", np.int64),
            ("looked", np.int64),
            ("mean", np.float64, (HYPOTHESES * modes, STATE_SIZE)),
            ("covariance", np.float64, (HYPOTHESES * modes, STATE_SIZE, STATE_SIZE)),
            ("weight", np.float64, (HYPOTHESES * modes,)),
            ("road", np.float64, (HYPOTHESES * modes, 5)),
            ("route", np.int32, (HYPOTHESES, ROUTE)),
            ("estimate", np.float64, (STATE_SIZE,)),
            ("drift", np.float64, (3, 3)),
            ("existence", np.float64),
            ("prior", np.float64),
            ("missed", np.float64),
            ("anchor", np.float64, (2,)),
            ("birthplace", np.float64, (2,)),
            ("born", np.int64),
            ("covered", np.float64),
            ("revisit", np.int64),
            ("seen", np.int64),
            ("hits", np.int32),
            ("origin", np.int32),
            ("classes", np.float32, (CLASSES,)),
            ("doubt", np.float32, (MINUTES, 2)),
            ("doubted", np.int64),
            ("status", np.uint8),
            ("confirmed", np.bool_),
            ("flying", np.bool_),
            ("simulated", np.bool_),
        ],
        align=True,
    )


# Dwells of a look: time and indices as sent; sensor east, north, up; sector azimuth of its centre, half its width,
# slant range low and high (NaN unknown); begin and end of its plots; ground as of plots; row of the tracker's origins.
DWELL_COLUMNS = np.dtype(
    [
        ("time", np.int64),
        ("revisit", np.int64),
        ("dwell", np.int64),
        ("begin", np.int64),
        ("end", np.int64),
        ("sensor", np.float64, (3,)),
        ("sector", np.float64, (4,)),
        ("minimum_detectable_speed", np.float64),
        ("ground", np.float64, (5,)),
        ("origin", np.int32),
    ],
    align=True,
)

# Plots of a look: slant range, azimuth, radial speed (NaN not reported) and their variances; half the aliasing period;
# ground, a plane tangent to it there: east, north, up of a point, slope up over east, over north.
PLOT_COLUMNS = np.dtype(
    [
        ("measured", np.float64, (3,)),
        ("variance", np.float64, (3,)),
        ("wrap_speed", np.float64),
        ("ground", np.float64, (5,)),
        ("class_probability", np.float32),
        ("target_class", np.uint8),
        ("simulated", np.bool_),
    ],
    align=True,
)


# Platforms: dwells used so far (0: a free row), time of the last and place of its sensor, east, north; the offset taken
# off its plots: east, north, heading, slant range. For each scale what its plots are off by and what its tracks are,
# four numbers each, their covariance, and the logarithm of how likely the scale is.
PLATFORM_COLUMNS = np.dtype(
    [
        ("dwells", np.int64),
        ("time", np.int64),
        ("place", np.float64, (2,)),
        ("offset", np.float64, (OFFSETS,)),
        ("mean", np.float64, (SCALES, 2 * OFFSETS)),
        ("covariance", np.float64, (SCALES, 2 * OFFSETS, 2 * OFFSETS)),
        ("belief", np.float64, (SCALES,)),
    ],
    align=True,
)


def constant_columns(modes: int) -> np.dtype[np.void]:
    """Columns of the one row of a tracker's constants; meanings in ``settings``."""
    by_mode = [
        (name, np.float64, (modes,)) for name in ("noise", "road_noise", "road_relaxation", "sojourn", "start_weight")
    ]
    single = [(name, np.float64) for name in CONSTANT_NAMES]
    return np.dtype(
        [
            ("mobile", np.uint8, (modes,)),
            ("turning", np.uint8, (modes,)),
            ("share", np.float64, (modes, modes)),
            ("road_share", np.float64, (modes, modes)),
            *by_mode,
            *single,
        ],
        align=True,
    )


CONSTANT_NAMES = (
    "restart_share",
    "restart_speed",
    "turn_speed",
    "tangential_speed",
    "peak",
    "gate",
    "reach",
    "cell",
    "speed_span",
    "second_look",
    "soft_edge",
    "companion_density",
    "tail_share",
    "birth",
    "survival",
    "confirm_existence",
    "confirm_hits",
    "show_existence",
    "drop_tentative",
    "drop_confirmed",
    "coast_limit",
    "coast_tentative",
    "source_density",
    "source_memory",
    "lateness",
    "rejoin_reach",
    "rejoin_chance",
    "rejoin_least",
    "on_road",
    "entry",
    "leave_time",
    "map_error",
    "road_speed",
    "road_speed_spread",
    "junction_reach",
    "junction_slowing",
    "offset_position",
    "offset_heading",
    "offset_range",
    "offset_time",
    "offset_memory",
)


class RoadMap(NamedTuple):
    """Roads as the compiled passes read them; without edges where none are known.

    Attributes
    ----------
    piece : (K, 6) straight pieces, edge by edge: chainage of the start, east, north of it, unit direction, length, m
    piece_edge : (K,) edge of each; ``piece_offset`` : (E + 1,) where each edge's begin
    length : (E,) of the edges, m; ``speed`` : (E,) limit, m/s; ``one_way`` : (E,)
    next_offset, next_lane, next_chance : (2 E + 1,), (S,), (S,) where lanes lead and how likely; lane 2 e runs as
        edge e does, lane 2 e + 1 the other way
    bucket_offset, bucket_piece : hashed cells of side ``PIECE_CELL``, (B + 1,) and (K,), by the pieces' middles
    density : (1,) metres of road a square metre
    """

    piece: Floats
    piece_edge: Indices
    piece_offset: Integers
    length: Floats
    speed: Floats
    one_way: Flags
    next_offset: Integers
    next_lane: Indices
    next_chance: Floats
    bucket_offset: Integers
    bucket_piece: Indices
    density: Floats


class Grid(NamedTuple):
    """Hashed grid over the plane: which rows lie in which square cell.

    Attributes
    ----------
    head : (B,) first row of each bucket, B a power of two; ``NONE`` for an empty bucket
    following, preceding : (C,) links within a bucket
    column, row : (C,) cell of each item
    """

    head: Indices
    following: Indices
    preceding: Indices
    column: Indices
    row: Indices


World: TypeAlias = tuple[Row, RoadMap]  # constants, roads
Worlds: TypeAlias = tuple[World, World]  # of what drives, of what flies


class Book(NamedTuple):
    """What the tracker keeps beside the tracks.

    Attributes
    ----------
    numbers : (8,) see the ``N_`` constants
    free : (C,) free rows, a stack of ``numbers[N_FREE]``
    gone : (C,) rows to be freed when the next look comes, a stack of ``numbers[N_GONE]``
    sources : (4,) plots that no track explained, the area looked at (m2), the tracks confirmed that were nothing seen
        before, and the confirmed tracks looked at, all fading with time
    recent : (16, 3) time, revisit and dwell index of the dwells that came last
    platforms : (``PLATFORMS``,) that dwells came from, with what is known of their offsets
    """

    numbers: Integers
    free: Indices
    gone: Indices
    sources: Floats
    recent: Integers
    platforms: Table


N_IDENTITY, N_FREE, N_GONE, N_CLOCK, N_SWEPT, N_DWELLS, N_LATE, N_REPEATED = range(8)
