import asyncio
from math import inf

import pytest

from sidelook.errors import UsageError
from sidelook.feeds.pace import Pace

SECOND = 1_000_000_000


def test_first_moment_is_due_at_once_and_later_ones_in_proportion() -> None:
    now = [100.0]
    pace = Pace(speed=10.0, ticks=lambda: now[0])
    assert pace.delay(5 * SECOND) == 0.0
    assert pace.delay(25 * SECOND) == pytest.approx(2.0)
    now[0] += 1.5
    assert pace.delay(25 * SECOND) == pytest.approx(0.5)


def test_late_and_earlier_moments_never_wait() -> None:
    now = [0.0]
    pace = Pace(ticks=lambda: now[0])
    pace.delay(10 * SECOND)
    now[0] = 60.0
    assert pace.delay(12 * SECOND) == 0.0
    assert pace.delay(3 * SECOND) == 0.0


def test_a_long_silence_in_the_data_is_cut_short() -> None:
    pace = Pace(speed=100.0, longest_gap=60 * SECOND, ticks=lambda: 0.0)
    pace.delay(0)
    assert pace.delay(10 * SECOND) == pytest.approx(0.1)
    assert pace.delay(36_010 * SECOND) == pytest.approx(0.7)
    assert pace.delay(36_020 * SECOND) == pytest.approx(0.8)


def test_infinite_speed_never_waits() -> None:
    pace = Pace(speed=inf)
    asyncio.run(pace.wait(0))
    assert pace.delay(10**18) == 0.0


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_speeds_that_get_nowhere_are_refused(speed: float) -> None:
    with pytest.raises(UsageError, match="never gets anywhere"):
        Pace(speed=speed)
