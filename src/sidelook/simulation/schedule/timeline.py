"""The radar's timeline: jobs go in, dwells and images come out, stretch by stretch.

>>> state = timeline.init(jobs, start)
>>> state, dwells, collections = timeline.step(state, start + 60_000_000_000)

It does not matter in how many steps a timeline is followed: the same jobs give the same dwells.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from sidelook.errors import UsageError
from sidelook.model.collection import Collections
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells
from sidelook.simulation.antenna import beam_lattice, swath
from sidelook.simulation.schedule.dwells import make_collections, make_dwells
from sidelook.simulation.schedule.imaging import ImagingLimits
from sidelook.simulation.schedule.jobs import Job
from sidelook.simulation.schedule.laying import Desk, Slot, open_desk
from sidelook.simulation.schedule.state import JobState, TimelineState
from sidelook.simulation.schedule.views import Setting

# A dwell of a millisecond is the shortest: so many fit into a step, with what they take in memory.
_LONGEST_STEP = 6 * 3_600 * 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Shares the time of a radar among jobs.

    Attributes
    ----------
    setting : the radar in the air
    origin : of the data; each dwell bears it with the number of its job
    limits : of images

    Raises
    ------
    UsageError : ``origin`` calls simulated data real, or the radar can look nowhere
    """

    setting: Setting
    origin: Origin
    limits: ImagingLimits = field(default_factory=ImagingLimits)

    def __post_init__(self) -> None:
        """Refuse to call simulated data real, and radars that see nothing."""
        if not self.origin.simulated:
            message = "a simulated timeline needs an origin that says so: Origin(..., simulated=True)"
            raise UsageError(message)
        beam_lattice(self.setting.radar)
        swath(self.setting.radar, self.setting.path.height)

    def init(self, jobs: Iterable[Job], start: int) -> TimelineState:
        """Begin with jobs at a time, ns UTC; none is fine.

        Raises
        ------
        UsageError : two jobs bear one number
        """
        state = TimelineState(time=start)
        for job in jobs:
            state = add_job(state, job)
        return state

    def step(self, state: TimelineState, until: int) -> tuple[TimelineState, Dwells, Collections]:
        """Lay what begins before a time.

        Parameters
        ----------
        state : so far
        until : ns UTC, at most six hours on; before ``state.time`` nothing is laid

        Returns
        -------
        state : from here on; its time is that at which the radar is free again
        dwells : without plots, in order of time; ``origins`` name the jobs, also those without dwells
        collections : images taken, put off and given up

        Raises
        ------
        UsageError : the step is too long to be kept in memory
        """
        if until - state.time > _LONGEST_STEP:
            message = "a timeline is followed in steps of at most six hours: what is laid is kept in memory"
            raise UsageError(message)
        desk = open_desk(self.setting, self.limits, state, max(until, state.time))
        desk.lay()
        dwells = make_dwells(self.setting, desk.slots, desk.rows, self.origin)
        return _close(desk, state), dwells, make_collections(desk.slots, desk.pictures)

    def follow(
        self, state: TimelineState, until: int, step: float = 60.0
    ) -> Iterator[tuple[TimelineState, Dwells, Collections]]:
        """Step until a time, ns UTC, ``step`` s at once."""
        while state.time < until:
            state, dwells, collections = self.step(state, min(state.time + round(step * 1e9), until))
            yield state, dwells, collections


def add_job(state: TimelineState, job: Job) -> TimelineState:
    """Add a job to a timeline, from now or from its beginning on.

    Raises
    ------
    UsageError : its number is taken
    """
    if any(other.job.number == job.number for other in state.jobs):
        message = f"two jobs bear the number {job.number}: dwells could not be told apart"
        raise UsageError(message)
    added = JobState(job=job, due=max(job.begin, state.time))
    highest = max(state.highest_number, job.number)
    return replace(state, jobs=(*state.jobs, added), highest_number=highest)


def remove_job(state: TimelineState, number: int) -> TimelineState:
    """End a job now; a number that is none changes nothing."""
    jobs = tuple(kept for kept in state.jobs if kept.job.number != number)
    return replace(state, jobs=jobs, requested=_still(state.requested, jobs))


def _close(desk: Desk, state: TimelineState) -> TimelineState:
    used = tuple(sorted(desk.used.items()))
    jobs = tuple(_job_state(slot) for slot in desk.slots if not _over(slot, desk.time))
    requested = _still(state.requested, jobs)
    return replace(state, time=desk.time, jobs=jobs, used=used, clock=desk.clock, requested=requested)


def _still(requested: tuple[tuple[str, str, int], ...], jobs: tuple[JobState, ...]) -> tuple[tuple[str, str, int], ...]:
    """Forget who asked for jobs that are no more."""
    numbers = {kept.job.number for kept in jobs}
    return tuple(request for request in requested if request[2] in numbers)


def _over(slot: Slot, time: int) -> bool:
    ended = slot.job.end is not None and slot.job.end < time and not slot.job.images
    return slot.over or ended


def _job_state(slot: Slot) -> JobState:
    return JobState(
        job=slot.job,
        due=slot.due,
        revisit=slot.revisit,
        beam=slot.beam,
        beams=slot.beams,
        sense=slot.sense,
        edge=slot.edge,
        obstacle=slot.obstacle,
    )
