"""Exposure: the mean chance, hour by hour, that a crossing of a place is counted, and what takes the rest."""

from dataclasses import dataclass

import numpy as np

from sidelook.geometry.wgs84 import wrap_longitude
from sidelook.model.columns import Floats, Integers
from sidelook.model.flow import Crossings, Direction, Reason
from sidelook.model.places import Places
from sidelook.monitoring.gates import Gates
from sidelook.monitoring.glances import STATIONS, Glances
from sidelook.monitoring.holding import HoldingSettings, Traveller, chance_held, detection, suited

_STEP = 60.0  # s, between the moments at which a crossing is asked about
_LEAST_CHANCE = 0.2  # by which a seen crossing stands for more than five others nowhere
_ROAD_SPREAD = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Chances by place, direction and time; H times, N places.

    Attributes
    ----------
    edges : (H + 1,) of the times, ns UTC
    counted : (N, 2, H) mean chance that a crossing is counted
    looked : (N, H) share of the time looked at
    visible : (N, H) share of the looks that nothing hid; NaN without looks
    clear : (N, H) share of the detection probability that the notch leaves; NaN without looks
    """

    edges: Integers
    counted: Floats
    looked: Floats
    visible: Floats
    clear: Floats


@dataclass(frozen=True, slots=True)
class _AtGate:
    """Chances at one gate: counted (2, H), looked, visible and clear (H,)."""

    counted: Floats
    looked: Floats
    visible: Floats
    clear: Floats


def exposure_of(
    places: Places,
    gates: Gates,
    glances: Glances,
    edges: Integers,
    seen: Crossings,
    settings: HoldingSettings,
) -> Exposure:
    """Work out exposures.

    What crosses a place is taken to cross each of its gates alike, and where crossings are seen accordingly more.

    Parameters
    ----------
    places, gates : to be crossed
    glances : at the gates
    edges : (H + 1,) of the times, ns UTC, rising
    seen : crossings, to tell which gates are used
    """
    count, hours = len(places), len(edges) - 1
    counted, looked = np.zeros((count, 2, hours)), np.zeros((count, hours))
    visible, clear = np.full((count, hours), np.nan), np.full((count, hours), np.nan)
    bounds = np.searchsorted(glances.gate, np.arange(len(gates) + 1))
    for place in range(count):
        mine = np.flatnonzero(gates.place == place)
        speed = float(places.speed[place])
        found = [
            _at_gate(glances.take(slice(bounds[row], bounds[row + 1])), edges, gates, int(row), speed, settings)
            for row in mine
        ]
        weight = _weights(gates, mine, np.array([one.counted.mean() for one in found]), seen, place)
        counted[place] = np.einsum("g,gdh->dh", weight, np.stack([one.counted for one in found]))
        looked[place] = weight @ np.stack([one.looked for one in found])
        visible[place], clear[place] = (
            _mean(weight, np.stack([getattr(one, name) for one in found])) for name in ("visible", "clear")
        )
    return Exposure(edges=edges, counted=counted, looked=looked, visible=visible, clear=clear)


def reason_for(exposure: float, shares: tuple[float, float, float], least: float) -> Reason:
    """Say why nothing is concluded from an exposure below the least: what takes most of it comes first.

    Parameters
    ----------
    exposure : mean chance that a crossing is counted
    shares : looked at, visible, and clear of the notch, NaN not known
    least : exposure from which something is concluded
    """
    looked, visible, clear = shares
    if exposure >= least:
        return Reason.NONE
    if looked < 2.0 * least:
        return Reason.NOT_LOOKED_AT
    hidden, slow = 1.0 - np.nan_to_num(visible, nan=1.0), 1.0 - np.nan_to_num(clear, nan=1.0)
    if max(hidden, slow) < 0.5:  # noqa: PLR2004 - neither takes the larger part
        return Reason.TOO_FEW_LOOKS
    return Reason.HIDDEN if hidden >= slow else Reason.ALONG_THE_NOTCH


def _at_gate(
    glances: Glances, edges: Integers, gates: Gates, row: int, speed: float, settings: HoldingSettings
) -> _AtGate:
    """Work out the chances at one gate."""
    hours = len(edges) - 1
    nothing = np.full(hours, np.nan)
    if not len(glances):
        return _AtGate(np.zeros((2, hours)), np.zeros(hours), nothing, nothing)
    settings = suited(settings, glances)
    times, owner = _moments(edges, glances.time, settings.memory)
    share = _STEP * 1e9 / np.diff(edges)
    counted = np.zeros((2, hours))
    cases = _cases(gates, row, speed, settings)
    for direction, way in ((Direction.IN, 1), (Direction.OUT, -1)):
        chance = np.mean(
            [chance_held(glances, times, Traveller(speed=v, heading=h, way=way), settings) for v, h in cases], axis=0
        )
        counted[direction] = np.bincount(owner, chance, hours) * share
    near = np.abs(glances.time[_nearest(glances.time, times)] - times) <= 0.5 * settings.memory * 1e9
    hour = np.searchsorted(edges, glances.time, side="right") - 1
    inside = (hour >= 0) & (hour < hours)
    clear = np.mean(
        [detection(glances, Traveller(speed=v, heading=h, way=1), settings) / settings.peak for v, h in cases], axis=0
    )
    return _AtGate(
        np.minimum(counted, 1.0),
        np.minimum(np.bincount(owner, near, hours) * share, 1.0),
        _means(hour[inside], glances.visible[inside, STATIONS // 2].astype(np.float64), hours),
        _means(hour[inside], clear[inside], hours),
    )


def _cases(gates: Gates, row: int, speed: float, settings: HoldingSettings) -> list[tuple[float, float]]:
    """List the speeds and headings, m/s and rad, that vehicles may have at a gate."""
    usual = speed if np.isfinite(speed) else settings.speed
    spread = _ROAD_SPREAD if gates.road[row] else 1.0
    headings = [float(gates.heading[row]) + spread * off for off in settings.headings]
    return [(usual * factor, heading) for factor in settings.speeds for heading in headings]


def _moments(edges: Integers, looks: Integers, memory: float) -> tuple[Integers, Integers]:
    """Give the middles of steps, ns UTC, near to looks, and the hour that each lies in."""
    step = round(_STEP * 1e9)
    times = np.arange(edges[0] + step // 2, edges[-1], step)
    near = np.abs(looks[_nearest(looks, times)] - times) <= memory * 1e9
    times = times[near]
    return times, np.searchsorted(edges, times, side="right") - 1


def _nearest(looks: Integers, times: Integers) -> Integers:
    """Give the row of the look nearest to each time."""
    after = np.clip(np.searchsorted(looks, times), 0, len(looks) - 1)
    before = np.maximum(after - 1, 0)
    return np.where(np.abs(looks[before] - times) < np.abs(looks[after] - times), before, after)


def _means(hour: Integers, values: Floats, hours: int) -> Floats:
    """Average values by hour; NaN where there are none."""
    count = np.bincount(hour, minlength=hours)
    total = np.bincount(hour, values, hours)
    return _quotient(total, count)


def _mean(weight: Floats, values: Floats) -> Floats:
    """Average (G, H) values over gates; NaN where all are."""
    there = np.isfinite(values)
    sums = weight @ there
    return _quotient(weight @ np.where(there, values, 0.0), sums)


def _quotient(above: Floats | Integers, below: Floats | Integers) -> Floats:
    """Divide; NaN by zero."""
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0))


def _weights(gates: Gates, mine: Integers, chance: Floats, seen: Crossings, place: int) -> Floats:
    """Say which share of what crosses a place crosses each of its gates: alike, and more where more was seen."""
    here = np.flatnonzero(seen.place == place)
    off = (
        seen.latitude[here, None] - gates.latitude[mine],
        wrap_longitude(seen.longitude[here, None] - gates.longitude[mine]) * np.cos(gates.latitude[mine]),
    )
    at = np.bincount(np.hypot(*off).argmin(axis=1), minlength=len(mine)) if len(here) else np.zeros(len(mine))
    top = max(float(chance.max()), 1e-9)
    weight = 1.0 / len(mine) + at / np.maximum(chance / top, _LEAST_CHANCE)
    return np.asarray(weight / weight.sum())
