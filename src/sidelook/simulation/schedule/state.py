"""How far the jobs of a timeline have come: all that must be kept to go on later, or elsewhere."""

from dataclasses import dataclass

from sidelook.model.collection import CollectionObstacle
from sidelook.simulation.schedule.jobs import Job
from sidelook.simulation.schedule.sweep import Edge


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """How far one job has come.

    Attributes
    ----------
    job : what is to be done
    due : when its revisit or image is, or was, to begin, ns UTC
    revisit : index of the revisit, or number of the image, in progress or next
    beam : next in the revisit
    beams : that the revisit was expected to take when it began, 0 where it has not
    sense : in which its beams step, 1 clockwise, -1 anticlockwise
    edge : where on the ground the last beam ended, None where the revisit has not begun
    obstacle : in the way of the image that is due
    """

    job: Job
    due: int
    revisit: int = 0
    beam: int = 0
    beams: int = 0
    sense: int = 1
    edge: Edge | None = None
    obstacle: CollectionObstacle = CollectionObstacle.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineState:
    """How far a timeline has come.

    Attributes
    ----------
    time : up to which it is laid, ns UTC
    jobs : those that are not over
    used : (priority, weighted time) of each priority that had radar time, s
    clock : weighted time of the last one served, s
    highest_number : of all jobs there ever were
    requested : (requestor, task, number) of jobs that were asked for
    """

    time: int
    jobs: tuple[JobState, ...] = ()
    used: tuple[tuple[int, float], ...] = ()
    clock: float = 0.0
    highest_number: int = 0
    requested: tuple[tuple[str, str, int], ...] = ()
