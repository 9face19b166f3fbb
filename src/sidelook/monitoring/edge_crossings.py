"""Crossings: where tracks go over the edge of a place.

A track is where its plots put it, with an error; beside an edge it would go to and fro without its vehicle doing so.
So what lies within some standard deviations of the edge is taken for neither side, and a crossing is a way from
clearly one side to clearly the other (a Schmitt trigger). Over a closed edge, what came in less what went out is then
just how many more are within: the sum of signed crossings of a way is the change of its winding number.
"""

from dataclasses import dataclass

import numpy as np

from sidelook.geometry.flat import flat, turn
from sidelook.geometry.wgs84 import MEAN_RADIUS, wrap_longitude
from sidelook.model.columns import Flags, Floats, Integers, Octets
from sidelook.model.flow import Crossings, Direction, concatenate_crossings
from sidelook.model.places import Places
from sidelook.model.plots import TargetClass
from sidelook.model.tracks import TrackState, TrackTable

AFLOAT_OR_ALOFT = (
    TargetClass.ROTARY_WING, TargetClass.FIXED_WING, TargetClass.STATIONARY_ROTATOR, TargetClass.MARITIME,
    TargetClass.PERSON, TargetClass.ANIMAL, TargetClass.LARGE_MARITIME, TargetClass.CLUTTER, TargetClass.PHANTOM,
    TargetClass.GROUND_ROTATOR, TargetClass.LOW_SLOW_FLYER,
)  # fmt: skip
"""Not counted: what is no vehicle."""
_PAIRS_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossingSettings:
    """When a track has crossed.

    Attributes
    ----------
    clear_sigmas : standard deviations of its position, across the edge, within which it is on neither side
    longest_gap : between the plots on either side, s
    """

    clear_sigmas: float = 1.5
    longest_gap: float = 300.0


_USUAL = CrossingSettings()


def find_crossings(
    tracks: TrackTable, places: Places, mission: int = 0, settings: CrossingSettings = _USUAL
) -> Crossings:
    """Find where tracks cross the edges of places.

    Parameters
    ----------
    tracks : of one mission, states in any order; only those that a plot supports count
    places : to be crossed
    mission : the number to give them

    Returns
    -------
    by place, then time
    """
    plotted = (tracks.time == tracks.supported) & (tracks.state == TrackState.CONFIRMED)
    rows = np.flatnonzero(plotted)
    rows = rows[np.lexsort((tracks.time[rows], tracks.track[rows]))]
    in_the_end = _last_class(tracks)
    rows = rows[~np.isin(in_the_end[rows], AFLOAT_OR_ALOFT)]
    parts = []
    for number in range(len(places)):
        found = _cross(tracks, rows, places.outline(number), settings)
        parts.append(_record(tracks, found, in_the_end, number, mission))
    return concatenate_crossings(parts)


@dataclass(frozen=True, slots=True)
class _Found:
    """Crossings of one place: rows of states before and after, how far between them, and signs."""

    before: Integers
    after: Integers
    share: Floats
    sign: Integers


def _last_class(tracks: TrackTable) -> Octets:
    """Give each state the class that its track was taken for in the end."""
    if not len(tracks):
        return tracks.target_class
    order = np.lexsort((tracks.time, tracks.track))
    track = tracks.track[order]
    last = np.append(np.flatnonzero(np.diff(track)), len(track) - 1)
    number = np.searchsorted(track[last], tracks.track)
    return np.asarray(tracks.target_class[order][last][number])


def _cross(tracks: TrackTable, rows: Integers, outline: tuple[Floats, Floats], settings: CrossingSettings) -> _Found:
    """Find the crossings of one edge of many corners."""
    origin = (float(outline[0][0]), float(outline[1][0]))
    edge, where = flat(*outline, origin), flat(tracks.latitude[rows], tracks.longitude[rows], origin)
    near = _may_cross(tracks.track[rows], where, edge)
    rows, where = rows[near], where[near]
    kept = _clear_of(edge, where, tracks.position_covariance[rows].astype(np.float64), settings.clear_sigmas)
    rows, where = rows[kept], where[kept]
    if len(rows) < 2:  # noqa: PLR2004 - a way has two ends
        return _Found(rows[:0], rows[:0], np.zeros(0), rows[:0])
    before, after = rows[:-1], rows[1:]
    gap = tracks.time[after] - tracks.time[before]
    joined = (tracks.track[before] == tracks.track[after]) & (gap <= settings.longest_gap * 1e9)
    ways = np.flatnonzero(joined & _boxes_meet(where[:-1], where[1:], edge))
    sign, share = _signed(where[ways], where[ways + 1], edge)
    over = sign != 0
    return _Found(before[ways[over]], after[ways[over]], share[over], sign[over])


def _may_cross(track: Integers, where: Floats, edge: Floats) -> Flags:
    """Tell the states, (K,) in order of track, of tracks that come near an outline: a box around each meets its box."""
    if not len(track):
        return np.zeros(0, np.bool_)
    start = np.flatnonzero(np.diff(track, prepend=track[0] - 1))
    low, high = np.minimum.reduceat(where, start), np.maximum.reduceat(where, start)
    near = ((low <= edge.max(axis=0)) & (high >= edge.min(axis=0))).all(axis=1)
    return np.repeat(near, np.diff(np.append(start, len(track))))


def _boxes_meet(begin: Floats, end: Floats, edge: Floats) -> Flags:
    """Tell which ways, (K, 2) begins and ends, may meet an outline, (E, 2)."""
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    return np.asarray(((low <= edge.max(axis=0)) & (high >= edge.min(axis=0))).all(axis=1))


def _clear_of(edge: Floats, where: Floats, covariance: Floats, sigmas: float) -> Flags:
    """Tell which places, (K, 2), lie clearly to one side of an outline, (E, 2).

    The error is that of the covariance, (K, 3), towards the nearest point of the outline.
    """
    clear = np.ones(len(where), np.bool_)
    widest = sigmas * np.sqrt(np.maximum(covariance[:, 0], 0.0) + np.maximum(covariance[:, 2], 0.0))
    near = np.flatnonzero(
        ((where >= edge.min(axis=0) - widest[:, None]) & (where <= edge.max(axis=0) + widest[:, None])).all(axis=1)
    )
    step = max(_PAIRS_AT_ONCE // len(edge), 1)
    for start in range(0, len(near), step):
        part = near[start : start + step]
        off = _to_nearest(edge, where[part])
        distance = np.hypot(off[:, 0], off[:, 1])
        unit = off / np.maximum(distance, 1e-9)[:, None]
        ee, en, nn = covariance[part].T
        variance = ee * unit[:, 0] ** 2 + 2.0 * en * unit[:, 0] * unit[:, 1] + nn * unit[:, 1] ** 2
        clear[part] = distance > sigmas * np.sqrt(np.maximum(variance, 0.0))
    return clear


def _to_nearest(edge: Floats, where: Floats) -> Floats:
    """Give the way, (K, 2) m, from each place to the nearest point of an outline."""
    begin, along = edge[:-1], np.diff(edge, axis=0)
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((where[:, None] - begin) * along).sum(axis=2) / length, 0.0, 1.0)
    off = begin + share[..., None] * along - where[:, None]
    nearest = (off**2).sum(axis=2).argmin(axis=1)
    return np.asarray(off[np.arange(len(where)), nearest])


def _signed(begin: Floats, end: Floats, edge: Floats) -> tuple[Integers, Floats]:
    """Add up how often ways, (K, 2) begins and ends, cross an outline: from left to right above zero.

    Returns
    -------
    sign : (K,) -1, 0 or 1
    share : (K,) how far along the way the crossing is
    """
    sign, share = np.zeros(len(begin), np.int64), np.full(len(begin), np.nan)
    step = max(_PAIRS_AT_ONCE // len(edge), 1)
    for start in range(0, len(begin), step):
        part = slice(start, start + step)
        each, at = each_crossing(begin[part], end[part], edge)
        net = np.sign(each.sum(axis=1))
        mine = each == net[:, None]
        sign[part] = net
        share[part] = np.where(mine & (each != 0), at, np.inf).min(axis=1)
    return sign, np.where(sign == 0, np.nan, share)


def each_crossing(begin: Floats, end: Floats, edge: Floats) -> tuple[Integers, Floats]:
    """Tell of each way and each part of an outline, (K, E), the sign of their crossing and how far along it is.

    Ends on a line count to its right, so that a corner is crossed once.
    """
    first, along = edge[:-1], np.diff(edge, axis=0)
    way = (end - begin)[:, None]
    left_before = turn(along, begin[:, None] - first) > 0.0
    left_after = turn(along, end[:, None] - first) > 0.0
    corner = turn(way, edge[None] - begin[:, None]) > 0.0
    over = (left_before != left_after) & (corner[:, :-1] != corner[:, 1:])
    slope = turn(way, np.broadcast_to(along, (len(begin), *along.shape)))
    at = turn(first - begin[:, None], np.broadcast_to(along, (len(begin), *along.shape)))
    share = np.divide(at, slope, out=np.full(slope.shape, 0.5), where=slope != 0.0)
    return np.where(over, np.where(left_before, 1, -1), 0), np.clip(share, 0.0, 1.0)


def _record(tracks: TrackTable, found: _Found, in_the_end: Octets, place: int, mission: int) -> Crossings:
    """Put the crossings of one place into a record."""
    before, after, share = found.before, found.after, found.share
    gap = tracks.time[after] - tracks.time[before]
    north = tracks.latitude[after] - tracks.latitude[before]
    east = wrap_longitude(tracks.longitude[after] - tracks.longitude[before])
    latitude = tracks.latitude[before] + share * north
    longitude = wrap_longitude(tracks.longitude[before] + share * east)
    across = east * np.cos(latitude)
    count = len(before)
    return Crossings(
        place=np.full(count, place, np.int32),
        mission=np.full(count, mission, np.int64),
        track=tracks.track[before],
        time=tracks.time[before] + np.round(share * gap).astype(np.int64),
        direction=np.where(found.sign > 0, Direction.IN, Direction.OUT).astype(np.uint8),
        target_class=in_the_end[before],
        latitude=latitude,
        longitude=longitude,
        speed=(MEAN_RADIUS * np.hypot(across, north) / np.maximum(gap * 1e-9, 1e-9)).astype(np.float32),
        heading=np.arctan2(across, north).astype(np.float32),
        simulated=tracks.simulated[before] | tracks.simulated[after] | _by_origin(tracks, before),
        origin=tracks.origin[before],
        origins=tracks.origins,
    )


def _by_origin(tracks: TrackTable, rows: Integers) -> Flags:
    """Tell which states come from a simulated origin."""
    simulated = np.array([origin.simulated for origin in tracks.origins] or [False])
    return np.asarray(simulated[tracks.origin[rows]])
