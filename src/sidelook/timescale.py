"""Time: int64 nanoseconds UTC since 1970 everywhere inside; mission days and text at the edges.

Leap seconds are not counted, as in POSIX time and as in STANAG 4607, whose dwell times are milliseconds of a day
of 86,400 s. Errors here are plain ``ValueError``: nothing stands below this module to define another.
"""

import re
import time
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

NANOSECONDS_PER_SECOND = 1_000_000_000
NANOSECONDS_PER_MILLISECOND = 1_000_000
NANOSECONDS_PER_DAY = 86_400 * NANOSECONDS_PER_SECOND

_ISO_UTC = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)", re.ASCII | re.IGNORECASE
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Where the present comes from: an argument, so that replays and tests bring their own."""

    def now(self) -> int:
        """Tell the time, ns UTC."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> int:
        """Tell the time, ns UTC."""
        return time.time_ns()


def mission_time_to_utc(day: date | ArrayLike, milliseconds: ArrayLike) -> NDArray[np.int64]:
    """Turn milliseconds since midnight of a mission day into UTC.

    Parameters
    ----------
    day : (...) date, ``datetime64`` or ISO text of the mission's first day
    milliseconds : (...) since its midnight; past the next midnight the count goes on (STANAG 4607, D6)

    Returns
    -------
    (...) ns UTC

    Raises
    ------
    ValueError : ``day`` is no date
    """
    return _midnight(day) + np.asarray(milliseconds, np.int64) * NANOSECONDS_PER_MILLISECOND


def utc_to_mission_time(times: ArrayLike, day: date | ArrayLike) -> NDArray[np.int64]:
    """Turn UTC into milliseconds since midnight of a mission day, to the nearest one.

    Parameters
    ----------
    times : (...) ns UTC
    day : (...) date, ``datetime64`` or ISO text of the mission's first day

    Returns
    -------
    (...) ms, negative before the day and above 86,400,000 after it
    """
    since = np.asarray(times, np.int64) - _midnight(day)
    return (since + NANOSECONDS_PER_MILLISECOND // 2) // NANOSECONDS_PER_MILLISECOND


def day_of(times: ArrayLike) -> NDArray[np.datetime64]:
    """Give the UTC day of each time.

    Parameters
    ----------
    times : (...) ns UTC

    Returns
    -------
    (...) ``datetime64[D]``
    """
    return (np.asarray(times, np.int64) // NANOSECONDS_PER_DAY).astype("datetime64[D]")


def _midnight(day: date | ArrayLike) -> NDArray[np.int64]:
    return np.asarray(day, "datetime64[D]").astype(np.int64) * NANOSECONDS_PER_DAY


def format_utc(nanoseconds: int, digits: int = 3) -> str:
    """Write a time as ISO 8601, truncated so that a reader never sees a time that has not come.

    Parameters
    ----------
    nanoseconds : ns UTC
    digits : of the fraction of a second, 0 to 9

    Returns
    -------
    for example ``2026-11-22T12:00:00.000Z``
    """
    seconds, rest = divmod(int(nanoseconds), NANOSECONDS_PER_SECOND)
    whole = (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{f'{rest:09d}'[:digits]}Z" if digits else f"{whole}Z"


def parse_utc(text: str) -> int:
    """Read an ISO 8601 time with its zone.

    Parameters
    ----------
    text : for example ``2026-11-22T12:00:00.5Z`` or ``2026-11-22 13:00+01:00``

    Returns
    -------
    ns UTC

    Raises
    ------
    ValueError : not such a time, or without a zone, which would leave the moment open
    """
    try:
        return _parse(text.strip())
    except ValueError:
        message = f"{text!r} is not a time; write it like 2026-11-22T12:00:00Z, with Z or an offset from UTC"
        raise ValueError(message) from None


def _parse(text: str) -> int:
    match = _ISO_UTC.fullmatch(text)
    if match is None:
        raise ValueError
    day, hour, minute, second, fraction, zone = match.groups()
    offset = "+0000" if zone in "Zz" else zone.replace(":", "")
    moment = datetime.strptime(f"{day}T{hour}:{minute}:{second or '00'}{offset}", "%Y-%m-%dT%H:%M:%S%z")
    return (moment - _EPOCH) // timedelta(seconds=1) * NANOSECONDS_PER_SECOND + int((fraction or "0").ljust(9, "0"))
