"""How much of the radar's time jobs want, and how much they get where it is short, in closed form."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from sidelook.model.columns import Floats
from sidelook.simulation.schedule.imaging import ImagingLimits, plan_aperture
from sidelook.simulation.schedule.jobs import Job
from sidelook.simulation.schedule.sweep import count_beams, sweep_over
from sidelook.simulation.schedule.views import STEP, Setting, view


def beams_of(setting: Setting, job: Job, time: int) -> int:
    """Count the beams of a revisit that would begin at a time, ns UTC; 0 where nothing of the area is in view.

    As many as it takes with the radar to itself: the longer others make it, the farther the area drifts meanwhile.
    """
    seen = view(setting, job, time, time)
    cell = (time - seen.begin) // STEP
    if not seen.seen[cell]:
        return 0
    return count_beams(sweep_over(setting, job, seen), time, job.dwell_time)


def demand(setting: Setting, limits: ImagingLimits, job: Job, time: int) -> float:
    """Give the share of the radar's time that a job wants, as things lie at a time, ns UTC; 0 for once only."""
    if job.images:
        aperture = plan_aperture(setting, limits, job, time)
        return 0.0 if aperture.obstacle else aperture.duration / job.revisit
    return beams_of(setting, job, time) * job.dwell_time / job.revisit


def allot(demands: ArrayLike, priorities: Sequence[int]) -> Floats:
    """Share the radar's time: priorities that want less than their part get it, the others the rest.

    Weighted max-min fairness, with one over the number of a priority as its weight; within one priority all are cut
    alike. This is what fair queueing comes to in the long run while all areas are in view.

    Parameters
    ----------
    demands : (J,) shares of the time wanted
    priorities : of the jobs, 1 the highest

    Returns
    -------
    (J,) shares granted; their sum is at most 1
    """
    wanted, level = np.asarray(demands, np.float64), np.asarray(priorities, np.int64)
    classes, member = np.unique(level, return_inverse=True)
    total = np.bincount(member, wanted, len(classes)).astype(np.float64)
    weight = 1.0 / classes
    granted = np.zeros(len(classes))
    left, heavy = 1.0, float(weight.sum())
    # Who wants least for its weight is content first; what it leaves is shared by the others.
    for row in np.argsort(total / weight, kind="stable"):
        granted[row] = min(float(total[row]), left * float(weight[row]) / heavy)
        left, heavy = left - float(granted[row]), heavy - float(weight[row])
    cut = np.divide(granted, total, out=np.ones_like(total), where=total > 0.0)
    shares: Floats = wanted * cut[member]
    return shares
