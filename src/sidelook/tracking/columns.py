"""The arrays that the compiled passes work on: tracks, their index, a look, and the constants of a tracker.

Named tuples of arrays cross into compiled code as they are. Rows are tracks, dwells or plots. East and north are
metres in the mission-local frame, azimuths radians clockwise from its north at the sensor, times int64 ns UTC.
"""

from typing import NamedTuple, TypeAlias

import numpy as np

from sidelook.model.columns import Flags, Floats, Indices, Integers, Octets, Singles

STATE_SIZE = 4  # east, north, velocity east, velocity north

NONE = -1  # "no row" in every column of row numbers
SECOND = 1_000_000_000  # ns


class TrackColumns(NamedTuple):
    """Tracks, one row each; a row whose ``identity`` is 0 is free.

    Attributes
    ----------
    identity : (C,) from 1, in order of birth, never used again
    status : (C,) ``model.tracks.TrackState``
    time : (C,) of the state; ``supported`` : of the last plot; ``looked`` : of the last dwell that covered it
    mean : (C, M, 4) state under each motion mode; ``covariance`` : (C, M, 4, 4); ``weight`` : (C, M) sums to 1
    estimate : (C, 4) mean over the modes
    drift : (C, 3, 3) covariance of the estimate, east-east, east-north, north-north: of position, of position with
        velocity (both ways together), of velocity; so that its position's is a polynomial in time
    existence : (C,) probability that there is a vehicle behind the track; 0 once it is given up
    missed : (C,) detections that were expected and did not come since the last plot
    hits : (C,) plots given to it so far
    anchor : (C, 2) east, north of the estimate when it was last supported by a plot
    confirmed : (C,) it once was
    beam : (C, 4) footprint of the dwell of the last plot: azimuth low, high, slant range low, high
    target_class, class_probability : (C,) the surest class reported so far
    simulated : (C,) any plot was; ``origin`` : (C,) row of the most protected origin behind it
    """

    identity: Integers
    status: Octets
    time: Integers
    supported: Integers
    looked: Integers
    mean: Floats
    covariance: Floats
    weight: Floats
    estimate: Floats
    drift: Floats
    existence: Floats
    missed: Floats
    hits: Indices
    anchor: Floats
    confirmed: Flags
    beam: Floats
    target_class: Octets
    class_probability: Singles
    simulated: Flags
    origin: Indices


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


class Book(NamedTuple):
    """What the tracker keeps beside the tracks.

    Attributes
    ----------
    numbers : (8,) see the ``N_`` constants
    free : (C,) free rows, a stack of ``numbers[N_FREE]``
    gone : (C,) rows to be freed when the next look comes, a stack of ``numbers[N_GONE]``
    sources : (2,) plots that no track explained, and the area looked at (m2), both forgetting
    recent : (16, 3) time, revisit and dwell index of the dwells that came last
    """

    numbers: Integers
    free: Indices
    gone: Indices
    sources: Floats
    recent: Integers


N_IDENTITY, N_FREE, N_GONE, N_CLOCK, N_SWEPT, N_DWELLS, N_LATE, N_REPEATED = range(8)


class DwellColumns(NamedTuple):
    """Dwells of a look, one row each, in order of time.

    Attributes
    ----------
    time : (D,) ; ``revisit``, ``dwell`` : (D,) indices as sent
    sensor : (D, 3) east, north, up, m
    sector : (D, 4) footprint: azimuth of its centre, half its width (rad), slant range low and high (m); NaN unknown
    minimum_detectable_speed : (D,) m/s
    first : (D + 1,) where the dwell's plots begin, and the end
    ground : (D, 5) ground beneath the footprint's centre, as ``PlotColumns.ground``
    origin : (D,) row of the tracker's origins
    """

    time: Integers
    revisit: Integers
    dwell: Integers
    sensor: Floats
    sector: Floats
    minimum_detectable_speed: Floats
    first: Integers
    ground: Floats
    origin: Indices


class PlotColumns(NamedTuple):
    """Plots of a look, dwell after dwell.

    Attributes
    ----------
    measured : (P, 3) slant range (m), azimuth (rad), radial speed (m/s; NaN not reported)
    variance : (P, 3) of them
    wrap_speed : (P,) half the aliasing period, m/s; NaN unknown
    ground : (P, 5) plane tangent to the ground there: east, north, up of a point, slopes up over east, over north
    target_class, class_probability, simulated : (P,) as reported
    """

    measured: Floats
    variance: Floats
    wrap_speed: Floats
    ground: Floats
    target_class: Octets
    class_probability: Singles
    simulated: Flags


class Constants(NamedTuple):
    """Settings of a tracker as compiled code reads them; meanings in ``settings``."""

    mobile: Flags
    noise: Floats
    sojourn: Floats
    share: Floats
    start_weight: Floats
    restart_share: float
    restart_speed: float
    tangential_speed: float
    peak: float
    gate: float
    reach: float
    speed_span: float
    birth: float
    survival: float
    confirm_existence: float
    confirm_hits: int
    show_existence: float
    drop_tentative: float
    drop_confirmed: float
    coast_limit: float
    second_look: float
    soft_edge: float
    companion_density: float
    source_memory: float
    lateness: float
    cell: float


LookColumns: TypeAlias = tuple[DwellColumns, PlotColumns]
Ahead: TypeAlias = tuple[Floats, Floats, Floats]  # predicted mean, covariance and weight of modes
Place: TypeAlias = tuple[float, float, float, float]  # azimuth, its sigma, slant range, its sigma
Search: TypeAlias = tuple[Flags, Indices, int]  # marked items, found items, how many


def empty_tracks(capacity: int, modes: int) -> TrackColumns:
    """Make ``capacity`` free rows for tracks of ``modes`` motion modes."""
    return TrackColumns(
        identity=np.zeros(capacity, np.int64),
        status=np.zeros(capacity, np.uint8),
        time=np.zeros(capacity, np.int64),
        supported=np.zeros(capacity, np.int64),
        looked=np.zeros(capacity, np.int64),
        mean=np.zeros((capacity, modes, STATE_SIZE)),
        covariance=np.zeros((capacity, modes, STATE_SIZE, STATE_SIZE)),
        weight=np.zeros((capacity, modes)),
        estimate=np.zeros((capacity, STATE_SIZE)),
        drift=np.zeros((capacity, 3, 3)),
        existence=np.zeros(capacity),
        missed=np.zeros(capacity),
        hits=np.zeros(capacity, np.int32),
        anchor=np.zeros((capacity, 2)),
        confirmed=np.zeros(capacity, np.bool_),
        beam=np.zeros((capacity, 4)),
        target_class=np.zeros(capacity, np.uint8),
        class_probability=np.zeros(capacity, np.float32),
        simulated=np.zeros(capacity, np.bool_),
        origin=np.zeros(capacity, np.int32),
    )
