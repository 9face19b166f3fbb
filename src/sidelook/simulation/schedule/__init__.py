"""Where the radar looks when: jobs on one timeline, and the plain scan of one rectangle."""

from sidelook.simulation.schedule.areas import Area, Polygon, rectangle
from sidelook.simulation.schedule.imaging import ImagingLimits
from sidelook.simulation.schedule.jobs import Job, JobKind
from sidelook.simulation.schedule.requests import RequestPolicy, answer
from sidelook.simulation.schedule.revisit import Schedule, plan_revisit
from sidelook.simulation.schedule.state import JobState, TimelineState
from sidelook.simulation.schedule.timeline import Timeline, add_job, remove_job
from sidelook.simulation.schedule.views import Setting

__all__ = [
    "Area",
    "ImagingLimits",
    "Job",
    "JobKind",
    "JobState",
    "Polygon",
    "RequestPolicy",
    "Schedule",
    "Setting",
    "Timeline",
    "TimelineState",
    "add_job",
    "answer",
    "plan_revisit",
    "rectangle",
    "remove_job",
]
