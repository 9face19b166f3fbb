import datetime as dt
import math

import pytest

from sidelook.formats.stanag4607.announcing import job_segment, make_segment, mission_segment
from sidelook.formats.stanag4607.context import (
    Remembered,
    SensorErrors,
    StreamContext,
    mission_key,
    read_mission_day,
    read_sensor_errors,
)
from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.presets import JobNotes, MissionNotes

HEADER = b"30\0\0\0\x20XN\x05XN\0\0\1Fictional \0\0\0\1\0\0\0\2"
NOWHERE = ((0.0, 0.0),) * 4


def test_what_one_says_goes_over_what_the_other_says() -> None:
    job, settings = SensorErrors(sigma_along=1.0), SensorErrors(sigma_along=2.0, sigma_across=3.0)
    both = job.over(settings)
    assert (both.sigma_along, both.sigma_across) == (1.0, 3.0)
    assert math.isnan(both.sigma_radial_speed)


def test_silence() -> None:
    assert SensorErrors().silent
    assert not SensorErrors(minimum_detectable_speed=0.0).silent


def test_nominal_errors_come_back() -> None:
    said = SensorErrors(
        sigma_across=12.3, sigma_slant_range=4.56, sigma_cross_range_angle=0.001, sigma_radial_speed=0.78
    )
    read = read_sensor_errors(job_segment(1, JobNotes(errors=said), NOWHERE))
    assert read.sigma_across == pytest.approx(12.3)
    assert read.sigma_slant_range == pytest.approx(4.56)
    assert read.sigma_cross_range_angle == pytest.approx(0.001, abs=5e-5)
    assert read.sigma_radial_speed == pytest.approx(0.78)
    assert math.isnan(read.sigma_along)
    assert math.isnan(read.minimum_detectable_speed)


def test_no_statement() -> None:
    """J16 to J24: 65535, 255, and half a circle or more for J22."""
    assert read_sensor_errors(job_segment(1, JobNotes(), NOWHERE)).silent
    wide = make_segment(SegmentKind.JOB_DEFINITION, {"J22": 200.0})
    assert math.isnan(read_sensor_errors(wide).sigma_cross_range_angle)


@pytest.mark.parametrize("day", [dt.date(1970, 1, 1), dt.date(2024, 2, 29), dt.date(2199, 12, 31)])
def test_mission_day(day: dt.date) -> None:
    assert read_mission_day(mission_segment(day, MissionNotes())) == day


@pytest.mark.parametrize(
    "parts", [(2023, 2, 29), (2024, 0, 1), (2024, 1, 0), (1969, 12, 31), (2200, 1, 1), (65535, 1, 1)]
)
def test_no_mission_day(parts: tuple[int, int, int]) -> None:
    values = dict(zip(("M5", "M6", "M7"), parts, strict=True))
    assert read_mission_day(make_segment(SegmentKind.MISSION, values)) is None


def test_a_mission_is_nationality_platform_and_number() -> None:
    other_job, other_mission = HEADER[:-1] + b"\x09", HEADER[:-5] + b"\x09" + HEADER[-4:]
    assert mission_key(HEADER) == mission_key(other_job) != mission_key(other_mission)
    assert mission_key(HEADER) != mission_key(HEADER.replace(b"30\0\0\0\x20XN", b"30\0\0\0\x20ZZ"))


def test_a_job_holds_for_its_own_packets_only() -> None:
    context = StreamContext(source="here")
    notes = JobNotes(errors=SensorErrors(minimum_detectable_speed=1.5))
    context.note(job_segment(2, notes, NOWHERE), HEADER)
    assert context.setting(HEADER).errors.minimum_detectable_speed == pytest.approx(1.5)
    assert context.setting(HEADER[:-1] + b"\x03").errors.silent
    assert context.setting(HEADER).origin.source == "here"


def test_what_was_set_longest_ago_is_forgotten() -> None:
    kept = Remembered()
    for number in range(300):
        kept.put(b"%d" % number, number)
    assert len(kept) == 256
    assert b"43" not in kept
    assert kept[b"44"] == 44
