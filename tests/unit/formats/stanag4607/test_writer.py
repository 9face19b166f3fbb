import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from sidelook.formats.stanag4607 import (
    DwellWriter,
    JobNotes,
    MissionNotes,
    MotionErrors,
    Packets,
    Preset,
    ProcessingFlag,
    ProcessingStep,
    SensorErrors,
    UnwritableDwellsError,
    WriterSettings,
    decode,
    decode_dwells,
    encode_dwells,
    hrr_segment,
)
from sidelook.formats.stanag4607.errors import ValueRangeError
from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.presets import LARGEST_DATAGRAM, MASKS
from sidelook.formats.stanag4607.rules.checker import RuleChecker
from sidelook.model.origin import Classification
from sidelook.model.plots import Dwells, Plots, TargetClass, concatenate_dwells

MOTION = MotionErrors(track=math.radians(2), speed=0.25, climb=0.1)


def masks(packets: Packets) -> set[int]:
    return {group.layout.mask for group in packets.dwells}


def written(datagrams: Sequence[bytes]) -> Packets:
    """Read what was written, strictly; every datagram is one packet."""
    packets = decode(b"".join(datagrams), strict=True)
    assert packets.header["P2"].tolist() == [len(datagram) for datagram in datagrams]
    return packets


def assert_same(read: Dwells, sent: Dwells, *, left_out: Sequence[str] = ()) -> None:
    """Every column comes back exactly: these values lie on the steps of the format."""
    for record, other in ((read, sent), (read.plots, sent.plots)):
        for name in record.DTYPES:
            if name not in left_out:
                np.testing.assert_allclose(
                    getattr(record, name), getattr(other, name), rtol=1e-6, atol=1e-12, err_msg=name
                )
    assert read.origins == sent.origins


@pytest.mark.parametrize("version", ["20", "30", "41"])
def test_everything_comes_back(dwells: Dwells, version: str) -> None:
    settings = WriterSettings(preset=Preset.COMPLETE_WITH_TRUTH, motion_errors=MOTION, version=version)
    sent = replace(dwells, origins=(replace(dwells.origins[0], version=version),))
    datagrams = encode_dwells(sent, settings)
    read = decode_dwells(b"".join(datagrams), source="test", strict=True)
    assert_same(read, sent, left_out=() if version == "41" else ("target_class",))
    fourth = TargetClass.LOW_SLOW_FLYER if version == "41" else TargetClass.FIXED_WING
    assert read.plots.target_class.tolist() == [1, 2, 3, fourth, 127]


def test_full_mask_is_the_one_of_our_recordings(dwells: Dwells) -> None:
    unwrapped = replace(dwells, plots=replace(dwells.plots, wrap_speed=dwells.plots.height))
    tagged = written(encode_dwells(unwrapped, WriterSettings(preset=Preset.COMPLETE_WITH_TRUTH, motion_errors=MOTION)))
    assert masks(tagged) == {0xFF3F_FFFF_9FFF_0000}
    untagged = written(encode_dwells(unwrapped, WriterSettings(motion_errors=MOTION)))
    assert masks(untagged) == {0xFF3F_FFFF_9FF9_0000}
    assert untagged.dwells[0].body["D18"].tolist() == [2, 2, 2]
    assert untagged.dwells[0].body["D19"].tolist() == [250, 250, 250]


def test_class_18_in_edition_3_and_a(dwells: Dwells) -> None:
    for version, code in (("30", 132), ("41", 148)):
        packets = written(encode_dwells(dwells, WriterSettings(version=version)))
        assert packets.dwells[0].report["D32.10"].tolist()[3] == code


@pytest.mark.parametrize("preset", [Preset.SITUATION_AWARENESS, Preset.FULL_PRECISION, Preset.WITH_HRR])
def test_presets_of_the_guide(dwells: Dwells, preset: Preset) -> None:
    datagrams = encode_dwells(dwells, WriterSettings(preset=preset))
    assert masks(written(datagrams)) == {MASKS[preset]}
    read = decode_dwells(b"".join(datagrams), source="test")
    np.testing.assert_allclose(read.plots.latitude, dwells.plots.latitude, atol=1e-8)
    np.testing.assert_allclose(read.plots.longitude, dwells.plots.longitude, atol=3e-8)
    assert read.simulated.all()


def test_deltas_cross_the_antimeridian(dwells: Dwells) -> None:
    step = 2.0 * np.pi / 2**32
    east = replace(
        dwells,
        area_longitude=np.full(3, np.pi - 100 * step),
        plots=replace(
            dwells.plots, longitude=np.array([-np.pi + 50 * step, np.pi - step, -np.pi, np.pi - 9e6 * step, 3.1])
        ),
    )
    read = decode_dwells(
        b"".join(encode_dwells(east, WriterSettings(preset=Preset.SITUATION_AWARENESS))), source="test"
    )
    away = np.mod(read.plots.longitude - east.plots.longitude + np.pi, 2 * np.pi) - np.pi
    farthest = np.array([150 * step] * 2 + [np.pi - 3.1] * 3)
    assert (np.abs(away) <= np.maximum(farthest / 32767, step)).all()


def test_poles_and_full_circles_fit(dwells: Dwells) -> None:
    edge = replace(
        dwells,
        plots=replace(dwells.plots, latitude=np.array([1, -1, 1, -1, 0]) * np.pi / 2, longitude=np.full(5, np.pi)),
    )
    read = decode_dwells(b"".join(encode_dwells(edge)), source="test")
    np.testing.assert_allclose(read.plots.latitude, edge.plots.latitude, atol=1e-9)
    np.testing.assert_allclose(read.plots.longitude, -np.pi)


def test_what_is_not_known_is_left_out(dwells: Dwells) -> None:
    """Masks differ where knowledge does; the pieces come back as one dwell, in order."""
    speed = dwells.plots.radial_speed.copy()
    speed[3] = np.nan
    sent = replace(
        dwells,
        plots=replace(dwells.plots, radial_speed=speed),
        sigma_along=np.array([np.nan, 2, 3], np.float32),
        minimum_detectable_speed=np.array([1, np.nan, 3], np.float32),
    )
    datagrams = encode_dwells(sent, WriterSettings(preset=Preset.COMPLETE_WITH_TRUTH))
    assert len(masks(written(datagrams))) == 4
    read = decode_dwells(b"".join(datagrams), source="test", strict=True)
    assert read.plot_count.tolist() == [2, 0, 3]
    assert np.isnan(read.plots.radial_speed).tolist() == [False, False, False, True, False]
    assert np.isnan(read.plots.sigma_radial_speed[3])
    assert np.isnan(read.plots.wrap_speed).tolist() == [True, False, False, True, False]
    assert np.isnan(read.sigma_across).tolist() == [True, False, False]
    assert np.isnan(read.minimum_detectable_speed).tolist() == [False, True, False]


def test_numbers_beyond_their_field_are_left_out(dwells: Dwells) -> None:
    fast = dwells.plots.radial_speed.copy()
    fast[0] = 400.0
    read = decode_dwells(
        b"".join(encode_dwells(replace(dwells, plots=replace(dwells.plots, radial_speed=fast)))), source="x"
    )
    assert np.isnan(read.plots.radial_speed).tolist() == [True, False, False, False, False]


@pytest.mark.parametrize("name", ["sensor_latitude", "sensor_height", "area_longitude", "range_half_extent"])
def test_dwells_without_a_place_are_refused(dwells: Dwells, name: str) -> None:
    column = getattr(dwells, name).copy()
    column[1] = np.nan
    with pytest.raises(UnwritableDwellsError, match="dwell 1"):
        encode_dwells(replace(dwells, **{name: column}))


def test_plots_without_a_place_and_unread_markings_are_refused(dwells: Dwells) -> None:
    nowhere = replace(dwells, plots=replace(dwells.plots, latitude=np.full(5, np.nan)))
    with pytest.raises(UnwritableDwellsError, match="no position"):
        encode_dwells(nowhere)
    unread = replace(dwells, origins=(replace(dwells.origins[0], classification=Classification.UNREAD),))
    with pytest.raises(UnwritableDwellsError, match="classification"):
        encode_dwells(unread)


def test_simulated_is_sticky(dwells: Dwells) -> None:
    """The preset carries no classes, so the header must say what the plots no longer can."""
    claimed_real = replace(dwells, origins=(replace(dwells.origins[0], simulated=False),))
    datagrams = encode_dwells(claimed_real, WriterSettings(preset=Preset.SITUATION_AWARENESS))
    read = decode_dwells(b"".join(datagrams), source="test")
    assert read.simulated.tolist() == claimed_real.simulated.tolist() == [True, False, True]


def many(dwells: Dwells, times: int, seconds: float) -> Dwells:
    """Repeat dwells, later each time."""
    return concatenate_dwells(
        [
            replace(dwells, time=dwells.time + int(i * seconds * 1e9), revisit=dwells.revisit + np.int32(i))
            for i in range(times)
        ]
    )


@pytest.mark.parametrize("size", [256, 1400, LARGEST_DATAGRAM])
def test_datagrams_are_no_larger_than_asked(dwells: Dwells, size: int) -> None:
    sent = many(dwells, 40, 0.5)
    datagrams = encode_dwells(sent, WriterSettings(max_datagram=size))
    assert max(map(len, datagrams)) <= size
    assert len(decode_dwells(b"".join(datagrams), source="test", strict=True)) == len(sent)
    if size == LARGEST_DATAGRAM:
        assert len(datagrams) == 2


def test_pieces_of_a_dwell_repeat_it_and_only_the_last_ends_the_revisit(dwells: Dwells) -> None:
    one = dwells.take(np.array([2]))
    plots = one.plots.take(np.zeros(100, np.int64))
    sent = replace(one, plots=plots, plot_count=np.array([100], np.int32), last_of_revisit=np.array([True]))
    packets = written(encode_dwells(sent))
    body = packets.dwells[0].body
    assert body["D5"].tolist() == [47, 47, 6]
    assert body["D4"].tolist() == [0, 0, 1]
    assert len({body[name][row] for row in range(3) for name in ("D6",)}) == 1


def test_the_largest_dwell_is_cut_at_what_d5_can_count(dwells: Dwells) -> None:
    one = dwells.take(np.array([2]))
    sent = replace(one, plots=one.plots.take(np.zeros(70_000, np.int64)), plot_count=np.array([70_000], np.int32))
    datagrams = encode_dwells(sent, WriterSettings(preset=Preset.SITUATION_AWARENESS, max_datagram=LARGEST_DATAGRAM))
    assert decode_dwells(b"".join(datagrams), source="x").plot_count.tolist() == [70_000]


def announcements(packets: Packets, kind: SegmentKind) -> list[int]:
    return packets.packet[np.flatnonzero(packets.kind == kind)].tolist()


def test_mission_and_job_are_repeated(dwells: Dwells) -> None:
    """The standard asks for the mission segment at least every 2 minutes."""
    writer = DwellWriter()
    parts = [writer.write(many(dwells, 1, 0.0).take(slice(0, 1)))]
    parts += [
        writer.write(replace(dwells.take(slice(0, 1)), time=dwells.time[:1] + int(second * 1e9)))
        for second in range(10, 200, 10)
    ]
    kinds = [set(written(part).kind.tolist()) for part in parts]
    assert [index for index, kind in enumerate(kinds) if kind == {1, 5, 2}] == [0, 6, 12, 18]
    assert all(kind in ({2}, {1, 2, 5}) for kind in kinds)


def test_a_long_batch_repeats_inside(dwells: Dwells) -> None:
    packets = written(encode_dwells(many(dwells, 100, 10.0)))
    assert len(announcements(packets, SegmentKind.MISSION)) >= 1000 / 120
    assert packets.header["P10"][announcements(packets, SegmentKind.MISSION)].tolist() == [0] * len(
        announcements(packets, SegmentKind.MISSION)
    )
    assert announcements(packets, SegmentKind.MISSION)[0] == 0


def test_processing_history_goes_with_what_was_filtered(dwells: Dwells) -> None:
    step = ProcessingStep(
        flags=ProcessingFlag.AREA_FILTERING | ProcessingFlag.TIME_FILTERING, nationality="XN", platform="Sidelook"
    )
    packets = written(encode_dwells(many(dwells, 100, 10.0), WriterSettings(history=(step,))))
    history = packets.of_kind(SegmentKind.PROCESSING_HISTORY)
    assert len(history) >= 1000 / 180
    assert (history[0].value("C3"), history[0].number("C5"), history[0].number("C1")) == ("Fictional", 3, 1)
    assert history[0].record["C6.6"].tolist() == [0x0401]
    assert history[0].record["C6.3"].tolist() == [b"Sidelook  "]


def test_mission_day_follows_the_data(dwells: Dwells) -> None:
    writer = DwellWriter()
    first = written(writer.write(dwells))
    assert first.dwells[0].body["D6"].tolist()[-1] > 86_400_000
    months_later = replace(dwells, time=dwells.time + 100 * 86_400 * 10**9)
    second = writer.write(months_later)
    assert written(second).of_kind(SegmentKind.MISSION)[0].value("M6") == 3
    assert np.array_equal(decode_dwells(b"".join(second), source="x").time, months_later.time)
    before = writer.write(dwells)
    assert np.array_equal(decode_dwells(b"".join(before), source="x").time, dwells.time)


def test_a_given_mission_day_is_kept_and_checked(dwells: Dwells) -> None:
    datagrams = encode_dwells(dwells, WriterSettings(day=dt.date(2026, 11, 20)))
    assert written(datagrams).dwells[0].body["D6"][0] == 2 * 86_400_000 + 86_398_000
    with pytest.raises(UnwritableDwellsError, match="2027-01-01"):
        encode_dwells(dwells, WriterSettings(day=dt.date(2027, 1, 1)))
    with pytest.raises(UnwritableDwellsError, match="46 days"):
        encode_dwells(many(dwells, 60, 86_400.0))


def test_what_mission_and_job_say(dwells: Dwells) -> None:
    job = JobNotes(
        sensor_model="SLK", radar_mode=1, revisit_interval=30.0, detection_probability=0.9, false_alarm_density=60,
        heading_error_deg=1, errors=SensorErrors(sigma_slant_range=12.5, minimum_detectable_speed=1.5),
    )  # fmt: skip
    packets = written(encode_dwells(dwells, WriterSettings(mission=MissionNotes(plan="ISLAND"), job=job)))
    said = packets.of_kind(SegmentKind.JOB_DEFINITION)[0]
    assert packets.of_kind(SegmentKind.MISSION)[0].value("M1") == "ISLAND"
    assert [said.number(symbol) for symbol in ("J1", "J15", "J19", "J25", "J26")] == [3, 300, 1, 90, 60]
    assert [said.number(symbol) for symbol in ("J16", "J21", "J22", "J23", "J24")] == [65535, 1250, 0x8000, 65535, 15]
    assert said.value("J6") > said.value("J10")


def test_jobs_say_what_is_their_own(dwells: Dwells) -> None:
    """Two jobs in one recording, one of them with notes of its own; then notes that come later."""
    both = concatenate_dwells([dwells, replace(dwells, origins=(replace(dwells.origins[0], job=8),))])
    corners = ((0.7, 0.1), (0.7, 0.2), (0.6, 0.2), (0.6, 0.1))
    own = JobNotes(priority=7, radar_mode=16, revisit_interval=12.5, corners=corners)
    writer = DwellWriter(WriterSettings(job=JobNotes(priority=3), jobs={8: own}))
    first = written(writer.write(both)).of_kind(SegmentKind.JOB_DEFINITION)
    said = {segment.number("J1"): [segment.number(symbol) for symbol in ("J5", "J14", "J15")] for segment in first}
    assert said == {3: [3, 0, 0], 8: [7, 16, 125]}
    eighth = next(segment for segment in first if segment.number("J1") == 8)
    assert eighth.value("J6") == pytest.approx(np.degrees(0.7), abs=1e-6)
    assert not written(writer.write(both)).of_kind(SegmentKind.JOB_DEFINITION)
    writer.describe_job(8, replace(own, priority=9))
    (again,) = written(writer.write(both)).of_kind(SegmentKind.JOB_DEFINITION)
    assert (again.number("J1"), again.number("J5"), again.value("J6")) == (8, 9, eighth.value("J6"))


def test_a_job_that_is_over_is_said_to_be_once(dwells: Dwells) -> None:
    writer = DwellWriter(WriterSettings(job=JobNotes(priority=3, radar_mode=16)))
    assert writer.end_job(3) == []  # nobody knows of it yet
    (said, *_) = written(writer.write(dwells)).of_kind(SegmentKind.JOB_DEFINITION)
    packets = written(writer.end_job(3))
    (over,) = packets.of_kind(SegmentKind.JOB_DEFINITION)
    assert (over.number("J1"), over.number("J5"), over.number("J14")) == (3, 255, 16)
    assert over.value("J6") == said.value("J6")
    assert packets.header["P4"][0] == written(writer.write(dwells)).header["P4"][0]
    assert writer.end_job(4) == []
    checker = RuleChecker()
    checker.check(packets)
    assert not [name for name in checker.report().totals if "job" in name]


def test_a_job_that_goes_on_after_its_end_is_announced_again(dwells: Dwells) -> None:
    writer = DwellWriter(WriterSettings(job=JobNotes(priority=3)))
    writer.write(dwells)
    writer.end_job(3)
    assert writer.end_job(3) == []
    (again, *_) = written(writer.write(dwells)).of_kind(SegmentKind.JOB_DEFINITION)
    assert again.number("J5") == 3


def test_signatures_follow_their_dwells(dwells: Dwells) -> None:
    signature = hrr_segment(
        {"H2": 4, "H3": 0, "H4": 0, "H5": 1, "H11": 50.0, "H25": 1, "H26": 2},
        {"H32.1": np.arange(60), "H32.2": np.arange(60) * 1000, "H32.3": np.arange(60)},
    )
    packets = written(encode_dwells(dwells, WriterSettings(preset=Preset.WITH_HRR), [signature]))
    (read,) = packets.of_kind(SegmentKind.HRR)
    assert read.record["H32.2"].tolist() == [number * 1000 for number in range(60)]
    assert (read.value("H11"), packets.kind[-1]) == (50.0, SegmentKind.HRR)
    too_large = hrr_segment({"H25": 2}, {"H32.1": np.zeros(40_000)})
    with pytest.raises(UnwritableDwellsError, match="signature"):
        encode_dwells(dwells, signatures=[too_large])


@pytest.mark.parametrize("bad", [{"version": "42"}, {"version": "12"}, {"max_datagram": 70_000}, {"max_datagram": 100}])
def test_settings_are_checked(bad: dict[str, str | int]) -> None:
    with pytest.raises(ValueRangeError):
        WriterSettings(**bad)  # type: ignore[arg-type]


def test_data_without_a_job_gets_one(dwells: Dwells) -> None:
    jobless = replace(dwells, origins=(replace(dwells.origins[0], job=0),))
    assert decode_dwells(b"".join(encode_dwells(jobless)), source="test").origins[0].job == 1


def test_origins_go_into_packets_of_their_own(dwells: Dwells) -> None:
    other = replace(dwells, origins=(replace(dwells.origins[0], platform="Other", mission=8),))
    mixed = concatenate_dwells([dwells, other, dwells])
    read = decode_dwells(b"".join(encode_dwells(mixed)), source="test", strict=True)
    assert read.origins == mixed.origins
    assert np.array_equal(read.origin, mixed.origin)
    assert np.array_equal(read.time, mixed.time)


def test_no_dwells_no_packets() -> None:
    assert encode_dwells(Dwells.empty(plots=Plots.empty(), origins=())) == []
