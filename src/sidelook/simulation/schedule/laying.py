"""Which job has the radar next: start-time fair queueing between priorities, earliest due first within one.

Each priority carries a tag, the radar time it has had times its number. The one with the least tag is next, so that in
the long run priorities that are short of time have it in the ratio of one over their numbers, and none that wants less
than its share waits for the others; one that comes back from idleness starts level with whom was served last (Goyal,
Vin and Cheng, Start-time fair queueing, IEEE/ACM Transactions on Networking 5(5), 1997). Within a priority the dwell
that is due first is next: beam k, where N are expected, is due k/N of the revisit time after the revisit was. An image,
once begun, is not broken off. A revisit waits while nothing of its area can be seen, and goes on afterwards.
"""

from dataclasses import dataclass, field, replace
from heapq import heapify, heappop, heappush, heapreplace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from sidelook.model.collection import CollectionObstacle, CollectionOutcome
from sidelook.simulation.schedule.imaging import (
    LONGEST_APERTURE,
    Aperture,
    ImagingLimits,
    plan_aperture,
    possible_starts,
)
from sidelook.simulation.schedule.jobs import Job
from sidelook.simulation.schedule.state import JobState, TimelineState
from sidelook.simulation.schedule.sweep import Edge, Sweep, count_beams, is_last, next_beam, sweep_over
from sidelook.simulation.schedule.views import FINE, STEP, Setting, View, steady_moments, view

# Beyond the last beginning: an aperture, the dwell that is under way, and a moment either side.
_BEYOND = round(LONGEST_APERTURE * 1e9) + 20_000_000_000

Row = tuple[int, int, int, int, bool, float]
"""A dwell: beginning, ns, slot of its job, revisit, beam, last of the revisit, sine of the angle from broadside."""


@dataclass(slots=True, kw_only=True)
class Slot:
    """A job while a stretch of the timeline is laid; as in ``JobState``.

    Attributes
    ----------
    job, due, revisit, beam, beams, sense, edge, obstacle : as in ``JobState``
    view, sweep : of its area
    following : (G,) the first moment of the view, from each on, at which it can be done; G where there is none
    period : of revisits, ns; None for once only
    over : there is nothing left to do
    """

    job: Job
    due: int
    revisit: int
    beam: int
    beams: int
    sense: int
    edge: Edge | None
    obstacle: CollectionObstacle
    view: View
    sweep: Sweep
    following: list[int]
    period: int | None
    over: bool = False

    @property
    def dwell_due(self) -> int:
        """When the next dwell is due, ns."""
        if not (self.beams and self.period):
            return self.due
        return self.due + self.period * min(self.beam, self.beams) // self.beams

    def next_revisit(self, now: int) -> None:
        """Begin anew when it is due; a job that is late does not make up for it, but counts from now."""
        self.revisit += 1
        self.beam = self.beams = 0
        self.edge = None
        self.obstacle = CollectionObstacle.NONE
        if self.period is None:
            self.over = True
            return
        self.due = max(self.due + self.period, now)
        self.over = self.job.end is not None and self.due >= self.job.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image that was due: when, of which slot, its number, how it lies, and what became of it."""

    time: int
    slot: int
    number: int
    aperture: Aperture
    outcome: CollectionOutcome


@dataclass(slots=True, kw_only=True)
class Desk:
    """Lays one stretch of a timeline.

    Attributes
    ----------
    setting, limits : the radar in the air, and its images
    slots : the jobs
    time, until : where it is, and where it stops, ns UTC
    used, clock : as in ``TimelineState``
    first, steady_to, steady_from : first moment of fine steps, the next without and the next with a steady array
    rows, pictures : what was laid
    """

    setting: Setting
    limits: ImagingLimits
    slots: list[Slot]
    time: int
    until: int
    used: dict[int, float]
    clock: float
    first: int
    steady_to: list[int]
    steady_from: list[int]
    waiting: list[tuple[int, int]] = field(default_factory=list)
    ready: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)

    def lay(self) -> None:
        """Give the radar to one job after the other."""
        self.waiting = [(self._wake_time(slot), number) for number, slot in enumerate(self.slots)]
        heapify(self.waiting)
        while self.time < self.until:
            if self.waiting and self.waiting[0][0] <= self.time:
                self._wake()
            priority = self._next_priority()
            if priority is None:
                self.time = min(self.waiting[0][0], self.until) if self.waiting else self.until
                continue
            number = self.ready[priority][0][1]
            slot = self.slots[number]
            spent = self._image(number, slot) if slot.job.images else self._dwell(number, slot)
            if spent:
                self.clock = self.used[priority]
                self.used[priority] += spent * 1e-9 * priority
                self.time += spent
            self._put_back(priority, number, slot, tried=not spent)

    def _wake(self) -> None:
        while self.waiting and self.waiting[0][0] <= self.time:
            _, number = heappop(self.waiting)
            slot = self.slots[number]
            priority = slot.job.priority
            if priority not in self.ready:
                self.ready[priority] = []
                self.used[priority] = max(self.used.get(priority, 0.0), self.clock)
            heappush(self.ready[priority], (slot.dwell_due, number))

    def _next_priority(self) -> int | None:
        used = self.used
        return min(self.ready, key=lambda priority: (used[priority], priority), default=None)

    def _put_back(self, priority: int, number: int, slot: Slot, *, tried: bool) -> None:
        """Queue a job again after its turn: it goes on, or waits, or is over."""
        heap = self.ready[priority]
        if not (slot.over or tried or slot.due > self.time):
            heapreplace(heap, (slot.dwell_due, number))
            return
        heappop(heap)
        if not heap:
            del self.ready[priority]
        if not slot.over:
            heappush(self.waiting, (self._wake_time(slot, tried=tried), number))

    def _dwell(self, number: int, slot: Slot) -> int:
        """Lay one dwell; give the time it takes, ns, or 0 where the antenna cannot look now."""
        job, time = slot.job, self.time
        length = job.dwell_ns
        if job.end is not None and time + length > job.end:
            slot.over = True
            return 0
        if self._dwell_moment(slot, time) != time:
            return 0
        if not slot.beams:
            slot.beams = count_beams(slot.sweep, time, job.dwell_time)
            # From forward to aft: so beams close up as the aircraft flies on, and fewer are needed.
            slot.sense = slot.sweep.flank[(time - slot.sweep.begin) // STEP]
        laid = next_beam(slot.sweep, time + length // 2, slot.sense, slot.edge)
        last = is_last(laid, slot.beam, slot.beams)
        self.rows.append((time, number, slot.revisit, slot.beam, last, laid.sine))
        slot.beam += 1
        slot.edge = laid.edge
        if last:
            slot.next_revisit(time + length)
        return length

    def _image(self, number: int, slot: Slot) -> int:
        """Take one image, put it off, or give it up; give the time it takes, ns."""
        aperture = plan_aperture(self.setting, self.limits, slot.job, self.time)
        if slot.job.end is not None and self.time >= slot.job.end:
            slot.over = True
            self._note(number, aperture, CollectionOutcome.DENIED, slot.obstacle or CollectionObstacle.NO_RADAR_TIME)
            return 0
        if aperture.obstacle:
            if not slot.obstacle:
                self._note(number, aperture, CollectionOutcome.POSTPONED, aperture.obstacle)
            slot.obstacle = aperture.obstacle
            return 0
        self._note(number, aperture, CollectionOutcome.TAKEN, CollectionObstacle.NONE)
        spent = round(aperture.duration * 1e9)
        slot.next_revisit(self.time + spent)
        return spent

    def _note(self, number: int, aperture: Aperture, outcome: CollectionOutcome, why: CollectionObstacle) -> None:
        picture = Picture(
            time=self.time,
            slot=number,
            number=self.slots[number].revisit,
            aperture=replace(aperture, obstacle=why),
            outcome=outcome,
        )
        self.pictures.append(picture)

    def _wake_time(self, slot: Slot, *, tried: bool = False) -> int:
        """Tell when a job can use the radar next, ns; ``tried``: not now."""
        time = max(slot.due, self.time)
        if not slot.job.images:
            return self._dwell_moment(slot, time)
        if not slot.obstacle:
            return time
        # What was put off is tried again at moments of the view only.
        moment = -(-(time + tried - slot.view.begin) // STEP)
        following = slot.following[moment] if moment < len(slot.following) else moment
        wake = slot.view.begin + following * STEP
        return wake if slot.job.end is None else max(min(wake, slot.job.end), self.time)

    def _dwell_moment(self, slot: Slot, time: int) -> int:
        """Give the first time, from one on, at which a job's area is in view and the array steady for a whole dwell."""
        length, begin, following, known = slot.job.dwell_ns, slot.view.begin, slot.following, len(slot.following)
        while True:
            # A dwell may begin in one interval of the view and end in the next.
            for end in (time, time + length):
                moment = (end - begin) // STEP
                if moment >= known:
                    return time
                if following[moment] != moment:
                    time = max(time, begin + following[moment] * STEP)
                    break
            else:
                fine = (time - self.first) // FINE
                until = self.steady_to[fine]
                if time + length <= self.first + (until - 1) * FINE or until == len(self.steady_to):
                    return time
                time = self.first + self.steady_from[until] * FINE


def open_desk(setting: Setting, limits: ImagingLimits, state: TimelineState, until: int) -> Desk:
    """Prepare to lay a timeline from where it is until a time, ns UTC."""
    first, steady = steady_moments(setting, state.time, until + _BEYOND)
    return Desk(
        setting=setting,
        limits=limits,
        slots=[_slot(setting, limits, job, (state.time, until + _BEYOND)) for job in state.jobs],
        time=state.time,
        until=until,
        used=dict(state.used),
        clock=state.clock,
        first=first,
        steady_to=_following(~steady),
        steady_from=_following(steady),
    )


def _slot(setting: Setting, limits: ImagingLimits, state: JobState, span: tuple[int, int]) -> Slot:
    seen = view(setting, state.job, *span)
    if state.job.images:
        usable = possible_starts(setting, limits, state.job, seen)
    else:
        level = seen.flank[1:] == seen.flank[:-1]
        usable = np.append(seen.seen[1:] & seen.seen[:-1] & level, False)
    return Slot(
        job=state.job,
        due=state.due,
        revisit=state.revisit,
        beam=state.beam,
        beams=state.beams,
        sense=state.sense,
        edge=state.edge,
        obstacle=state.obstacle,
        view=seen,
        sweep=sweep_over(setting, state.job, seen),
        following=_following(usable),
        period=round(state.job.revisit * 1e9) if np.isfinite(state.job.revisit) else None,
    )


def _following(usable: NDArray[np.bool_]) -> list[int]:
    """For each index give the first, from it on, that is True; the length where there is none."""
    count = len(usable)
    marks: list[int] = np.where(usable, np.arange(count), count)[::-1].tolist()
    return list(accumulate(marks, min))[::-1]
