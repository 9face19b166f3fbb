"""Pace: when, by the wall clock, a moment of data time is due."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from sidelook.errors import UsageError
from sidelook.timescale import NANOSECONDS_PER_SECOND


@dataclass(slots=True, kw_only=True)
class Pace:
    """Holds a replay back so that its data time runs at ``speed`` times the wall clock.

    Attributes
    ----------
    speed : 1 is real time, ``inf`` never waits
    longest_gap : a longer silence in the data is skipped, ns of data time
    ticks : monotonic wall clock, s
    """

    speed: float = 1.0
    longest_gap: int = 600 * NANOSECONDS_PER_SECOND
    ticks: Callable[[], float] = time.monotonic
    started: float | None = None
    origin: int = 0
    last: int = 0

    def __post_init__(self) -> None:
        """Refuse a speed at which nothing would ever come."""
        if not self.speed > 0:
            message = f"a replay speed of {self.speed} never gets anywhere: give one above 0, or inf for no pauses"
            raise UsageError(message)

    def delay(self, moment: int) -> float:
        """Seconds from now until a moment of data time (ns UTC) is due; the first moment asked for is due at once."""
        if self.speed == inf:
            return 0.0
        if self.started is None:
            self.started, self.origin, self.last = self.ticks(), moment, moment
        # Another flight in the same recording, or another day: nobody waits hours for it.
        self.origin += max(0, moment - self.last - self.longest_gap)
        self.last = moment
        due = self.started + (moment - self.origin) / NANOSECONDS_PER_SECOND / self.speed
        return max(0.0, due - self.ticks())

    async def wait(self, moment: int) -> None:
        """Sleep until a moment of data time is due; always lets others run."""
        await asyncio.sleep(self.delay(moment))
