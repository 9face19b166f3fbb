import re
from datetime import UTC, date, datetime

import numpy as np
import pytest

from sidelook.timescale import (
    NANOSECONDS_PER_DAY,
    SystemClock,
    day_of,
    format_utc,
    mission_time_to_utc,
    parse_utc,
    utc_to_mission_time,
)


def nanoseconds(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1_000_000_000


def test_mission_time_counts_past_midnight() -> None:
    milliseconds = np.array([0, 1, 86_399_999, 86_400_000, 90_000_500])
    times = mission_time_to_utc(date(2010, 11, 30), milliseconds)
    start = nanoseconds(2010, 11, 30)
    assert times.tolist() == [start + ms * 1_000_000 for ms in milliseconds.tolist()]
    assert times[3] == nanoseconds(2010, 12, 1)
    assert times.dtype == np.int64


def test_mission_time_there_and_back_with_a_day_for_each() -> None:
    days = np.array(["2024-02-29", "1999-12-31", "2026-11-22"], "datetime64[D]")
    milliseconds = np.array([5, 86_400_000 * 3, 43_200_000])
    times = mission_time_to_utc(days, milliseconds)
    assert utc_to_mission_time(times, days).tolist() == milliseconds.tolist()
    assert day_of(times).tolist() == [date(2024, 2, 29), date(2000, 1, 3), date(2026, 11, 22)]


def test_mission_time_rounds_to_the_nearest_millisecond() -> None:
    start = nanoseconds(2026, 11, 22)
    assert utc_to_mission_time([start + 499_999, start + 500_000, start - 1], "2026-11-22").tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-22T12:00:00.000Z", nanoseconds(2026, 11, 22, 12)),
        ("2026-11-22 13:30+01:30", nanoseconds(2026, 11, 22, 12)),
        ("2026-11-22t12:00:00.123456789z", nanoseconds(2026, 11, 22, 12) + 123_456_789),
        ("1969-12-31T23:59:59.5Z", -500_000_000),
    ],
)
def test_parse(text: str, expected: int) -> None:
    assert parse_utc(text) == expected
    assert parse_utc(format_utc(expected, 9)) == expected


def test_format_truncates() -> None:
    assert format_utc(nanoseconds(2026, 11, 22, 12) + 999_999_999) == "2026-11-22T12:00:00.999Z"
    assert format_utc(-1, 0) == "1969-12-31T23:59:59Z"


@pytest.mark.parametrize("text", ["2026-11-22T12:00:00", "yesterday", "2026-13-01T00:00:00Z", "2026-11-22T12Z"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        parse_utc(text)


def test_system_clock_tells_the_present() -> None:
    before = datetime.now(UTC).timestamp()
    assert before * 1e9 - 1e6 <= SystemClock().now() <= before * 1e9 + NANOSECONDS_PER_DAY
