"""Rules about the values in dwells and their reports, D2 to D32.18."""

import numpy as np

from sidelook.formats.stanag4607.markings import EXERCISE_REAL, OPERATION_REAL
from sidelook.formats.stanag4607.rules.finding import DwellView, Rule, Severity, outside
from sidelook.model.columns import Flags

_LONGEST_MISSION = 4_000_000_000  # ms
_LOWEST_SENSOR, _HIGHEST_SENSOR = -50_000, 10_000_000  # cm
_BA16_HALF_CIRCLE = 0x8000
_EDITION_A = b"40"
_LAST_OF_EDITION_3, _LAST_OF_EDITION_A = 13, 18
_SIMULATED_3, _SIMULATED_A = range(128, 142), range(144, 149)
_BEACON_CODES = (126, 127, 142, 143, 254, 255)


def _counts_differ(view: DwellView) -> Flags:
    """Where the mask selects no field of a report, none can be held and D5 says nothing."""
    if not view.group.layout.report.itemsize:
        return np.zeros(len(view.header), np.bool_)
    return np.asarray(view.numbers("D5") != view.group.count)


def _bytes_left_over(view: DwellView) -> Flags:
    left = np.zeros(len(view.header), np.bool_)
    left[list(view.group.spare)] = True
    return left


def _no_depth(view: DwellView) -> Flags:
    """D26 is sign and magnitude: the top bit is minus."""
    values = view.numbers("D26")
    return np.asarray((values == 0) | (values >= _BA16_HALF_CIRCLE))


def _claims_real(view: DwellView) -> Flags:
    """Find reports marked as simulated in a packet that says all is real."""
    codes = view.numbers("D32.10")
    simulated = np.isin(codes, [*_SIMULATED_3, *_SIMULATED_A, 254, 255])
    real = np.isin(view.header["P7"], [OPERATION_REAL, EXERCISE_REAL])
    return np.asarray(simulated & view.of_report(real))


def _class_unknown(view: DwellView) -> Flags:
    codes = view.numbers("D32.10")
    edition_3 = (codes <= _LAST_OF_EDITION_3) | np.isin(codes, [*_SIMULATED_3, *_BEACON_CODES])
    edition_a = edition_3 | (codes <= _LAST_OF_EDITION_A) | np.isin(codes, _SIMULATED_A)
    late = view.of_report(np.asarray(view.header["P1"] >= _EDITION_A))
    return ~np.where(late, edition_a, edition_3)


def _faster_than_wrap(view: DwellView) -> Flags:
    if not view.has("D32.8"):
        return np.zeros(len(view.group.report), np.bool_)
    wrap = view.numbers("D32.8")
    return (wrap > 0) & (np.abs(view.numbers("D32.7")) > wrap)


def _wrap_unknown(view: DwellView) -> Flags:
    return np.asarray(view.numbers("D32.8") == 0)


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

DWELL_RULES: tuple[Rule[DwellView], ...] = (
    Rule(name="report-count", severity=_E, field="D5", test=_counts_differ,
         text="the segment holds another number of reports"),
    Rule(name="dwell-filled", severity=_E, field="D5", test=_bytes_left_over,
         text="bytes are left over after the last report"),
    Rule(name="last-dwell-flag", severity=_W, field="D4", test=outside("D4", 0, 1),
         text="the flag is neither 0 nor 1"),
    Rule(name="dwell-time", severity=_E, field="D6", test=outside("D6", 0, _LONGEST_MISSION),
         text="beyond the 4,000,000,000 ms that the standard allows"),
    Rule(name="sensor-height", severity=_W, field="D9", test=outside("D9", _LOWEST_SENSOR, _HIGHEST_SENSOR),
         text="the sensor is below -500 m or above 100 km"),
    Rule(name="track-error", severity=_W, field="D18", test=outside("D18", 0, 45),
         text="beyond the 45 degrees that the standard allows"),
    Rule(name="area-depth", severity=_W, field="D26", test=_no_depth,
         text="the area has no depth or a negative one"),
    Rule(name="area-width", severity=_W, field="D27", test=outside("D27", 1, _BA16_HALF_CIRCLE),
         text="the area has no width, or more than a full circle"),
)  # fmt: skip

REPORT_RULES: tuple[Rule[DwellView], ...] = (
    Rule(name="velocity-within-wrap", severity=_W, field="D32.7", test=_faster_than_wrap,
         text="the radial velocity exceeds the wrap velocity"),
    Rule(name="wrap-known", severity=_N, field="D32.8", test=_wrap_unknown,
         text="a wrap velocity of 0 is read as unknown"),
    Rule(name="class-known", severity=_W, field="D32.10", test=_class_unknown,
         text="no target class of this edition has this number"),
    Rule(name="simulated-claims-real", severity=_E, field="D32.10", test=_claims_real,
         text="the report is marked as simulated and its packet as real"),
    Rule(name="class-probability", severity=_W, field="D32.11", test=outside("D32.11", 0, 100),
         text="beyond 100 percent"),
    Rule(name="velocity-error", severity=_W, field="D32.15", test=outside("D32.15", 0, 5000),
         text="beyond the 5,000 cm/s that the standard allows"),
)  # fmt: skip
