"""What we read and write, against three independent readers: stanag4607 and grdl (PyPI) and tshark (Debian).

Where they are known to be wrong they are not asked: tshark reads versions 21 and 30 and complete groups only, and its
pitch and roll are twice too large.
"""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sidelook.formats.stanag4607 import (
    MotionErrors,
    Preset,
    WriterSettings,
    decode,
    decode_dwells,
    encode,
    encode_dwells,
)
from sidelook.formats.stanag4607.fields import FIELDS, SegmentKind
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots

grdl_gmti = pytest.importorskip("grdl.IO.gmti.stanag4607")
stanag4607 = pytest.importorskip("stanag4607")

# A step of the 32-bit latitude and longitude, in degrees.
LATITUDE_STEP, LONGITUDE_STEP = 180.0 / 2**32, 360.0 / 2**32
FILES = (
    "afrl_10_targets.4607",
    "list1.4607",
    "edition_a/full_mask_every_optional_group.gmti",
    "edition_a/hrr_signature_parked_both_time_branches.gmti",
    "edition_a/mission_dwell_hi_res_targets.gmti",
    "edition_a/platform_location_mixed_time_basis.gmti",
    "edition_a/reserved_and_extension_segments_recorded.gmti",
)


def by_stanag4607(data: bytes) -> dict[str, list[float]]:
    """Latitude, longitude (deg), radial velocity (cm/s) of every report, and reports of every dwell."""
    found: dict[str, list[float]] = {"latitude": [], "longitude": [], "radial": [], "count": []}
    decoder = stanag4607.PacketStreamDecoder()
    for packet in decoder.feed(data):
        for event in stanag4607.iter_packet_events(packet):
            if not isinstance(event.value, stanag4607.DwellSegment):
                continue
            found["count"].append(event.value.target_report_count)
            for number, target in enumerate(event.value.targets):
                location = event.value.target_location(number)
                found["latitude"].append(float(location.latitude.degrees))
                found["longitude"].append(float((location.longitude.degrees + 180) % 360 - 180))
                speed = target.radial_velocity_centimeters_per_second
                found["radial"].append(np.nan if speed is None else speed)
    decoder.finish()
    return found


def assert_equal(dwells: Dwells, found: dict[str, list[float]]) -> None:
    """Compare counts; positions to a thousandth of a step, which is float64's rounding; velocities exactly."""
    assert dwells.plot_count.tolist() == found["count"]
    latitude, longitude = np.degrees(dwells.plots.latitude), np.degrees(dwells.plots.longitude)
    np.testing.assert_allclose(latitude, found["latitude"], atol=LATITUDE_STEP / 1000, rtol=0)
    np.testing.assert_allclose(longitude, found["longitude"], atol=LONGITUDE_STEP / 1000, rtol=0)
    np.testing.assert_array_equal(np.rint(dwells.plots.radial_speed * 100), found["radial"])


@pytest.mark.parametrize("name", FILES)
def test_stanag4607_reads_the_same(shared_data: Path, name: str) -> None:
    data = (shared_data / "gmti" / name).read_bytes()
    assert_equal(decode_dwells(data, source=name), by_stanag4607(data))


@pytest.mark.parametrize("name", FILES)
def test_grdl_reads_the_same(shared_data: Path, name: str) -> None:
    path = shared_data / "gmti" / name
    with grdl_gmti.STANAG4607Reader(str(path)) as reader:
        found = {"count": [len(dwell.target_reports) for dwell in reader.iter_dwells()]}
        reports = [report for dwell in reader.iter_dwells() for report in dwell.target_reports]
    found["latitude"] = [report.target_lat for report in reports]
    found["longitude"] = [(report.target_lon + 180) % 360 - 180 for report in reports]
    found["radial"] = [
        np.nan if report.target_velocity_los is None else report.target_velocity_los for report in reports
    ]
    assert_equal(decode_dwells(path.read_bytes(), source=name), found)


def fields_of(path: Path, kind: str) -> list[list[float | str]]:
    """Fields of grdl's segments of one kind, in the standard's order, which is theirs."""
    reader = grdl_gmti.STANAG4607Reader(str(path))
    segments = [segment for packet in reader.iter_packets() for segment in packet.segments]
    return [list(asdict(segment).values()) for segment in segments if type(segment).__name__ == kind]


@pytest.mark.parametrize(
    ("name", "kind", "theirs", "letter"),
    [
        ("afrl_10_targets.4607", SegmentKind.MISSION, "MissionSegment", "M"),
        ("afrl_10_targets.4607", SegmentKind.JOB_DEFINITION, "JobDefinitionSegment", "J"),
        ("edition_a/full_mask_every_optional_group.gmti", SegmentKind.JOB_DEFINITION, "JobDefinitionSegment", "J"),
        (
            "edition_a/platform_location_mixed_time_basis.gmti",
            SegmentKind.PLATFORM_LOCATION,
            "PlatformLocationSegment",
            "L",
        ),
    ],
)
def test_grdl_reads_the_same_fields(shared_data: Path, name: str, kind: SegmentKind, theirs: str, letter: str) -> None:
    path = shared_data / "gmti" / name
    expected = fields_of(path, theirs)
    ours = decode(path.read_bytes()).of_kind(kind)
    assert len(ours) == len(expected) > 0
    for segment, values in zip(ours, expected, strict=True):
        # They read J22 as four bytes and what follows it from the wrong place.
        for number, value in enumerate(values[:21], start=1):
            symbol = f"{letter}{number}"
            if isinstance(value, str):
                # Behind a NUL, which ends the text for us, they show what was left in the sender's buffer.
                assert segment.value(symbol) == value.partition("\0")[0].rstrip(), symbol
            elif FIELDS[symbol].form.scale != 1:
                found = segment.value(symbol)
                assert isinstance(found, float)
                assert (found - value + 180) % 360 - 180 == pytest.approx(0, abs=1e-6), symbol
            else:
                assert segment.number(symbol) == value, symbol


def test_stanag4607_reads_the_same_nominal_errors(shared_data: Path) -> None:
    """J14 to J28, raw."""
    data = (shared_data / "gmti" / "edition_a" / "full_mask_every_optional_group.gmti").read_bytes()
    data += (shared_data / "gmti" / "afrl_10_targets.4607").read_bytes()
    packets = stanag4607.PacketStreamDecoder().feed(data)
    found = [event.value for packet in packets for event in stanag4607.iter_packet_events(packet)]
    jobs = [value for value in found if isinstance(value, stanag4607.JobDefinitionSegment)]
    ours = decode(data).of_kind(SegmentKind.JOB_DEFINITION)
    assert len(ours) == len(jobs) > 1
    for segment, job in zip(ours, jobs, strict=True):
        theirs = list(asdict(job).values())[-15:]
        assert [segment.number(f"J{number}") for number in range(14, 29)] == theirs


SEGMENTS = {
    1: stanag4607.MissionSegment,
    2: stanag4607.DwellSegment,
    3: stanag4607.HrrSegment,
    5: stanag4607.JobDefinitionSegment,
    6: stanag4607.FreeTextSegment,
    10: stanag4607.TestStatusSegment,
    12: stanag4607.ProcessingHistorySegment,
    13: stanag4607.PlatformLocationSegment,
}


def test_stanag4607_finds_the_same_segments(shared_data: Path) -> None:
    for path in sorted((shared_data / "gmti").rglob("*.*mti")) + sorted((shared_data / "gmti").rglob("*.4607")):
        data = path.read_bytes()
        packets = stanag4607.PacketStreamDecoder().feed(data)
        events = [event for packet in packets for event in stanag4607.iter_packet_events(packet)]
        ours = decode(data)
        assert ours.kind.tolist() == [event.segment.segment_type for event in events], path.name
        for event in events:
            assert isinstance(event.value, SEGMENTS.get(event.segment.segment_type, stanag4607.Segment))


@pytest.fixture
def island() -> Dwells:
    """Twenty dwells with up to 60 plots around the prime meridian, everything said.

    Attitudes stay below 45 degrees: the validator takes the form SA16 to end there, although it goes to 90.
    """
    rng = np.random.default_rng(4607)
    length = 20
    count = rng.integers(0, 60, length).astype(np.int32)
    plots_length = int(count.sum())

    def single(low: float, high: float, size: int) -> NDArray[np.float32]:
        return rng.uniform(low, high, size).astype(np.float32)

    plots = Plots.empty(
        plots_length,
        dwell=np.repeat(np.arange(length, dtype=np.int32), count),
        index=np.arange(plots_length, dtype=np.int32),
        latitude=rng.uniform(-0.61, -0.60, plots_length),
        longitude=rng.uniform(-0.01, 0.01, plots_length),
        **{
            name: single(1, 30, plots_length)
            for name in (
                "height", "radial_speed", "wrap_speed", "snr_db", "rcs_dbsm", "sigma_slant_range",
                "sigma_cross_range", "sigma_height", "sigma_radial_speed",
            )
        },
        class_probability=single(0, 1, plots_length),
        target_class=np.full(plots_length, 2, np.uint8),
        simulated=np.ones(plots_length, np.bool_),
        truth_application=np.ones(plots_length, np.int32),
        truth_entity=rng.integers(0, 2**32, plots_length),
    )  # fmt: skip
    names = [name for name, kind in Dwells.DTYPES.items() if kind is np.float32]
    return Dwells.empty(
        length,
        **({name: single(0.1, 0.7, length) for name in names} | {"speed": single(100, 200, length)}),
        time=1_795_000_000_000_000_000 + np.arange(length) * 65_000_000,
        sensor_latitude=np.full(length, -0.62),
        sensor_longitude=rng.uniform(-0.01, 0.01, length),
        sensor_height=np.full(length, 12_000.0),
        track=rng.uniform(0, 6, length),
        area_latitude=np.full(length, -0.605),
        area_longitude=np.zeros(length),
        range_half_extent=np.full(length, 10_000.0),
        angle_half_extent=np.full(length, 0.01),
        plot_count=count,
        dwell=np.arange(length, dtype=np.int32),
        plots=plots,
        origins=(
            Origin(
                source="own", classification=Classification.UNCLASSIFIED, nationality="XN", platform="Fictional",
                mission=1, job=1, version="30", simulated=True,
            ),
        ),
    )  # fmt: skip


SETTINGS = WriterSettings(
    preset=Preset.COMPLETE_WITH_TRUTH, motion_errors=MotionErrors(track=0.01, speed=0.1, climb=0.1), max_datagram=65_507
)


@pytest.mark.parametrize("preset", list(Preset))
def test_what_we_write_is_read_by_both(island: Dwells, preset: Preset, tmp_path: Path) -> None:
    data = b"".join(encode_dwells(island, replace(SETTINGS, preset=preset)))
    ours = decode_dwells(data, source="own", strict=True)
    assert_equal(ours, by_stanag4607(data))
    path = tmp_path / "own.4607"
    path.write_bytes(data)
    with grdl_gmti.STANAG4607Reader(str(path)) as reader:
        assert reader.num_target_reports() == len(island.plots)


# Column of the model, attribute of the package, its unit in SI or degrees; None for binary angles.
DWELL_ATTRIBUTES = (
    ("revisit", "revisit_index", 1),
    ("dwell", "dwell_index", 1),
    ("sensor_latitude", "sensor_latitude", None),
    ("sensor_longitude", "sensor_longitude", None),
    ("sensor_height", "sensor_altitude_centimeters", 0.01),
    ("sigma_along", "sensor_position_along_track_uncertainty_centimeters", 0.01),
    ("sigma_across", "sensor_position_cross_track_uncertainty_centimeters", 0.01),
    ("sigma_sensor_height", "sensor_position_altitude_uncertainty_centimeters", 0.01),
    ("track", "sensor_track", None),
    ("speed", "sensor_speed_millimeters_per_second", 0.001),
    ("climb", "sensor_vertical_velocity_decimeters_per_second", 0.1),
    ("heading", "platform_heading", None),
    ("pitch", "platform_pitch", None),
    ("roll", "platform_roll", None),
    ("sensor_heading", "sensor_heading", None),
    ("sensor_pitch", "sensor_pitch", None),
    ("sensor_roll", "sensor_roll", None),
    ("area_latitude", "center_latitude", None),
    ("area_longitude", "center_longitude", None),
    ("range_half_extent", "range_half_extent_kilometers", 1000),
    ("angle_half_extent", "angle_half_extent", None),
    ("minimum_detectable_speed", "minimum_detectable_velocity_decimeters_per_second", 0.1),
)
REPORT_ATTRIBUTES = (
    ("index", "report_index", 1),
    ("latitude", "high_resolution_latitude", None),
    ("longitude", "high_resolution_longitude", None),
    ("height", "geodetic_height_meters", 1),
    ("radial_speed", "radial_velocity_centimeters_per_second", 0.01),
    ("wrap_speed", "wrap_velocity_centimeters_per_second", 0.01),
    ("snr_db", "signal_to_noise_ratio_decibels", 1),
    ("class_probability", "classification_probability_percent", 0.01),
    ("sigma_slant_range", "slant_range_uncertainty_centimeters", 0.01),
    ("sigma_cross_range", "cross_range_uncertainty_decimeters", 0.1),
    ("sigma_height", "height_uncertainty_meters", 1),
    ("sigma_radial_speed", "radial_velocity_uncertainty_centimeters_per_second", 0.01),
    ("truth_application", "truth_tag_application", 1),
    ("truth_entity", "truth_tag_entity", 1),
    ("rcs_dbsm", "radar_cross_section_decibels", 1),
)


def assert_columns(
    record: Dwells | Plots, items: Sequence[Any], attributes: Sequence[tuple[str, str, float | None]]
) -> None:
    """Compare every column of ours with the package's attributes; float32 holds seven digits."""
    for column, attribute, unit in attributes:
        values = [getattr(item, attribute) for item in items]
        theirs = np.array(
            [float(value.degrees) for value in values] if unit is None else [float(v) * unit for v in values]
        )
        ours = getattr(record, column).astype(np.float64)
        if unit is None:
            away = np.mod(np.degrees(ours) - theirs + 180, 360) - 180
            assert np.abs(away).max() < (1e-4 if getattr(record, column).dtype == np.float32 else 1e-9), column
        else:
            np.testing.assert_allclose(ours, theirs, rtol=3e-7, atol=1e-9, err_msg=column)


def test_every_field_is_the_one_it_is_called(island: Dwells) -> None:
    """Two fields exchanged in our tables would pass every round trip; not this."""
    data = b"".join(encode_dwells(island, SETTINGS))
    packets = stanag4607.PacketStreamDecoder().feed(data)
    found = [event.value for packet in packets for event in stanag4607.iter_packet_events(packet)]
    dwells = [value for value in found if isinstance(value, stanag4607.DwellSegment)]
    ours = decode_dwells(data, source="own")
    assert_columns(ours, dwells, DWELL_ATTRIBUTES)
    assert_columns(ours.plots, [target for dwell in dwells for target in dwell.targets], REPORT_ATTRIBUTES)
    for name in ("sensor_height", "sigma_across", "track", "climb", "area_latitude"):
        np.testing.assert_allclose(getattr(ours, name), getattr(island, name), atol=0.06, err_msg=name)
    for name in ("sigma_slant_range", "sigma_cross_range", "sigma_height", "rcs_dbsm", "snr_db", "truth_entity"):
        np.testing.assert_allclose(getattr(ours.plots, name), getattr(island.plots, name), atol=0.51, err_msg=name)


def test_the_validator_finds_no_fault_in_what_we_write(island: Dwells) -> None:
    packets = stanag4607.PacketStreamDecoder().feed(b"".join(encode_dwells(island, SETTINGS)))
    issues = [issue for packet in packets for issue in stanag4607.validate_packet_header(packet.header)]
    validators = {
        stanag4607.MissionSegment: stanag4607.validate_mission,
        stanag4607.JobDefinitionSegment: stanag4607.validate_job_definition,
        stanag4607.DwellSegment: stanag4607.validate_dwell,
    }
    for packet in packets:
        issues += stanag4607.validate_packet_context(packet)
        for event in stanag4607.iter_packet_events(packet):
            issues += validators[type(event.value)](event.value)
    assert issues == []


def by_tshark(path: Path) -> dict[str, list[int]]:
    """Raw fields of every report, in order."""
    program = shutil.which("tshark")
    if program is None:
        pytest.skip("no tshark: install Debian's tshark to compare with it")
    fields = {
        "latitude": "s4607.dwell.rpt.lat",
        "longitude": "s4607.dwell.rpt.lon",
        "radial": "s4607.dwell.rpt.radial",
        "count": "s4607.dwell.count",
    }
    command = [program, "-r", str(path), "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,"]
    for field in fields.values():
        command += ["-e", field]
    environment = os.environ | {"TZ": "UTC"}
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=120)
    found: dict[str, list[int]] = {name: [] for name in fields}
    for line in result.stdout.splitlines():
        for name, text in zip(fields, line.split("\t"), strict=True):
            found[name] += [int(value) for value in text.split(",") if value]
    return found


@pytest.mark.tshark
@pytest.mark.parametrize("own", [False, True])
def test_tshark_reads_the_same(shared_data: Path, island: Dwells, tmp_path: Path, own: bool) -> None:  # noqa: FBT001 - a case
    path = shared_data / "gmti" / "afrl_10_targets.4607"
    if own:
        path = tmp_path / "own.4607"
        path.write_bytes(b"".join(encode_dwells(island, SETTINGS)))
    data = path.read_bytes()
    found, packets = by_tshark(path), decode(data)
    (group,) = packets.dwells
    assert group.report["D32.2"].tolist() == found["latitude"]
    assert group.report["D32.3"].tolist() == found["longitude"]
    assert group.report["D32.7"].tolist() == found["radial"]
    assert group.body["D5"].tolist() == found["count"]


def test_exact_angles_agree_with_rational_arithmetic(shared_data: Path) -> None:
    """The packages keep latitude as an exact fraction; ours is its nearest float64 within a rounding."""
    data = (shared_data / "gmti" / "afrl_10_targets.4607").read_bytes()
    (group,) = decode(data).dwells
    exact = [Fraction(int(raw) * 180, 2**32) for raw in group.report["D32.2"]]
    ours = np.degrees(decode_dwells(data, source="x").plots.latitude)
    assert max(abs(Fraction(float(value)) - other) for value, other in zip(ours, exact, strict=True)) < Fraction(
        1, 10**13
    )
    assert encode(decode(data)) == data
