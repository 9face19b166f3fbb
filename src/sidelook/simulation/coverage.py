"""What a radar covers in one revisit, and how that suffers while other jobs take their share of its time.

Both come by a map of the dwells that were laid, and in closed form for a straight leg.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.geometry.wgs84 import MEAN_RADIUS
from sidelook.model.collection import CollectionOutcome, Collections
from sidelook.model.plots import Dwells
from sidelook.sensing.coverage_map import CoverageMap, Visibility, add_looks, grid_around
from sidelook.simulation.antenna import beam_lattice, field_of_view, swath
from sidelook.simulation.schedule import Job, Setting, Timeline
from sidelook.simulation.schedule.load import allot, demand

# At which it is asked what jobs want: apertures are longer fore and aft, and areas wider abeam.
_MOMENTS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Contention:
    """How the wide area fares with some jobs beside it.

    Attributes
    ----------
    name : of the mix of jobs
    share, share_expected : of the radar's time that is left to the wide area
    revisit, revisit_expected : mean time from revisit to revisit, s; NaN where it never came round
    scanned_km2, scanned_km2_expected : looked at in the revisit time that it wants, the mean over windows that long
    images : taken
    """

    name: str
    share: float
    share_expected: float
    revisit: float
    revisit_expected: float
    scanned_km2: float
    scanned_km2_expected: float
    images: int


def dwells_of(dwells: Dwells, job: int, revisit: int | None = None) -> Dwells:
    """Select the dwells of a job, or of one revisit of it."""
    mine = np.array([origin.job == job for origin in dwells.origins] or [False])[dwells.origin]
    return dwells.take(mine if revisit is None else mine & (dwells.revisit == revisit))


def map_of(dwells: Dwells, cell: float = 1_000.0, visible: Visibility | None = None) -> CoverageMap:
    """Map what dwells looked at, on a grid that holds them.

    Parameters
    ----------
    dwells : of one revisit, say
    cell : side of the cells, m
    visible : what hides; None hides nothing

    Raises
    ------
    UsageError : there are no dwells
    """
    return add_looks(CoverageMap.blank(grid_around(dwells, cell)), dwells, visible)


def sector_km2(setting: Setting) -> float:
    """Give the area of the whole field of view of one flank, km2: an annular sector of the sphere."""
    near, far = (float(edge) / MEAN_RADIUS for edge in swath(setting.radar, setting.path.height))
    angle = 2.0 * field_of_view(setting.radar.antenna)
    return MEAN_RADIUS**2 * angle * (float(np.cos(near)) - float(np.cos(far))) * 1e-6


def scan_km2(setting: Setting, duration: float) -> float:
    """Give the area that one scan of the field of view looks at on a straight leg, km2, in ``duration`` s.

    As beams step aft the aircraft flies on, and the scan closes up by what the aircraft moves across the beam, ``v
    cos(theta)``; beams take equal times, and so equal steps in the sine of theta.
    """
    near, far = (float(edge) for edge in swath(setting.radar, setting.path.height))
    half = field_of_view(setting.radar.antenna)
    across = 0.5 * (np.cos(half) + half / np.sin(half))
    speed = setting.path.speed * MEAN_RADIUS / (MEAN_RADIUS + setting.path.height)
    return sector_km2(setting) - float(across) * speed * duration * (far - near) * 1e-6


def contention(
    timeline: Timeline,
    wide: Job,
    mixes: Mapping[str, Sequence[Job]],
    span: tuple[int, int],
    cell: float = 2_000.0,
) -> list[Contention]:
    """Lay the wide area together with other jobs, for each of several mixes, and see what is left of it.

    The closed form leaves out that nothing breaks off an image: short revisits that it delays are not made up, so that
    some percent more than expected is left to the wide area where sectors and images come together.

    Parameters
    ----------
    timeline : of the radar
    wide : surveillance of the whole field of view, with the revisit time it wants
    mixes : by name, the jobs beside it; none is the wide area alone
    span : beginning and end, ns UTC; best a straight leg of some revisits, for which the closed forms are
    cell : of the maps, m

    Raises
    ------
    UsageError : the span is shorter than one revisit, or ``wide`` does not look at the whole field of view
    """
    window = round(wide.revisit * 1e9) if np.isfinite(wide.revisit) else span[1] - span[0]
    if wide.area is not None or span[1] - span[0] < window:
        message = "contention is measured on a job for the whole field of view, over one of its revisits at least"
        raise UsageError(message)
    return [_measure(timeline, wide, (name, jobs), (*span, window), cell) for name, jobs in mixes.items()]


def _measure(
    timeline: Timeline, wide: Job, mix: tuple[str, Sequence[Job]], span: tuple[int, int, int], cell: float
) -> Contention:
    (name, others), (start, end, window) = mix, span
    _, dwells, images = timeline.step(timeline.init([wide, *others], start), end)
    mine = dwells_of(dwells, wide.number)
    begun = mine.time[mine.dwell == 0]
    share, revisit, scanned = _expected(timeline, wide, others, (start, end))
    return Contention(
        name=name,
        share=len(mine) * wide.dwell_time / ((end - start) * 1e-9),
        share_expected=share,
        revisit=float(np.diff(begun).mean()) * 1e-9 if len(begun) > 1 else np.nan,
        revisit_expected=revisit,
        scanned_km2=_scanned(mine, start + window * np.arange((end - start) // window), window, cell),
        scanned_km2_expected=scanned,
        images=_taken(images),
    )


def _expected(
    timeline: Timeline, wide: Job, others: Sequence[Job], span: tuple[int, int]
) -> tuple[float, float, float]:
    """Give share, revisit time and area in closed form, from what all want on the average of some moments."""
    setting = timeline.setting
    jobs = [wide, *others]
    moments = [round(time) for time in np.linspace(*span, _MOMENTS)]
    wanted = [np.mean([demand(setting, timeline.limits, job, time) for time in moments]) for job in jobs]
    share = float(allot(wanted, [job.priority for job in jobs])[0])
    once = len(beam_lattice(setting.radar)) * wide.dwell_time
    if not share > 0.0:
        return 0.0, np.nan, 0.0
    revisit = once / share
    whole = scan_km2(setting, min(revisit, wide.revisit))
    return share, revisit, whole * min(1.0, wide.revisit / revisit)


def _scanned(dwells: Dwells, begins: NDArray[np.int64], window: int, cell: float) -> float:
    if not len(dwells):
        return 0.0
    blank = CoverageMap.blank(grid_around(dwells, cell))
    inside = [dwells.take((dwells.time >= begin) & (dwells.time < begin + window)) for begin in begins]
    return float(np.mean([add_looks(blank, part).scanned_km2 for part in inside]))


def _taken(images: Collections) -> int:
    return int(np.count_nonzero(images.outcome == CollectionOutcome.TAKEN))
