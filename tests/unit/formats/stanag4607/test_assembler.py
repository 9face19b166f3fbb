import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from sidelook.formats.stanag4607 import (
    DwellAssembler,
    JobNotes,
    Packets,
    Preset,
    SensorErrors,
    StreamDecoder,
    WriterSettings,
    decode,
    decode_dwells,
    encode,
    encode_dwells,
)
from sidelook.formats.stanag4607.announcing import job_segment, mission_segment
from sidelook.formats.stanag4607.presets import MissionNotes
from sidelook.formats.stanag4607.wire import Segment
from sidelook.geometry.wgs84 import geodetic_to_ecef
from sidelook.model.plots import Dwells, TargetClass, concatenate_dwells
from sidelook.timescale import format_utc, parse_utc

HEAD = b"30%bXN\x05XN\0\0%bFictional \0\0\0\x01\0\0\0\x01"


def raw_packet(*segments: bytes, exercise: int = 1) -> bytes:
    """Make a packet of whole segments."""
    content = b"".join(segments)
    return HEAD % ((32 + len(content)).to_bytes(4), bytes([exercise])) + content


def raw_segment(segment: Segment) -> bytes:
    """Write one segment alone."""
    content = segment.body.tobytes() + segment.record.tobytes() + segment.rest
    return bytes([segment.kind]) + (5 + len(content)).to_bytes(4) + content


MISSION = raw_segment(mission_segment(dt.date(2024, 2, 29), MissionNotes()))


def raw_dwell(mask: int = 0, report: bytes = b"", count: int = 0, *, milliseconds: int = 0, **fields: bytes) -> bytes:
    """Make a dwell of the mandatory fields, more by mask; ``fields`` replaces some."""
    body = {
        "D2": b"\0\1", "D3": b"\0\2", "D4": b"\1", "D5": count.to_bytes(2), "D6": milliseconds.to_bytes(4),
        "D7": bytes(4), "D8": bytes(4), "D9": bytes(4), "D24": bytes(4), "D25": bytes(4),
        "D26": b"\5\0", "D27": b"\1\0",
    } | fields  # fmt: skip
    ordered = sorted(body.items(), key=lambda item: int(item[0][1:]))
    content = (0xFF00_03C0_0000_0000 | mask).to_bytes(8) + b"".join(value for _, value in ordered) + report
    return b"\x02" + (5 + len(content)).to_bytes(4) + content


FULL, DELTA = 0x0000_0001_8000_0000, 0x00C0_0000_6000_0000


def test_dwells_of_the_afrl_recording(recordings: dict[str, bytes]) -> None:
    dwells = decode_dwells(recordings["afrl_10_targets.4607"], source="afrl")
    assert (len(dwells), len(dwells.plots), len(dwells.origins)) == (154, 218, 1)
    assert dwells.origins[0].platform == "Test Data"
    assert dwells.simulated.all()
    assert format_utc(int(dwells.time[0])) == "2010-11-30T08:00:02.150Z"
    assert np.isnan(dwells.plots.wrap_speed).all()
    assert set(dwells.plots.truth_entity.tolist()) == set(range(1, 11))
    assert np.array_equal(np.bincount(dwells.plots.dwell, minlength=154), dwells.plot_count)


def test_markings_of_a_toy(recordings: dict[str, bytes]) -> None:
    (origin,) = decode_dwells(recordings["list1.4607"], source="toy").origins
    assert (origin.classification.name, origin.nationality, origin.exercise, origin.simulated) == (
        "TOP_SECRET", "UK", True, False,
    )  # fmt: skip


def test_edition_a_codes_are_not_read(recordings: dict[str, bytes]) -> None:
    (origin,) = decode_dwells(recordings["full_mask_every_optional_group.gmti"], source="a").origins
    assert (origin.version, origin.codes, origin.codes_read) == ("41", 0x41, False)


def test_times_go_on_past_midnight() -> None:
    late = raw_packet(MISSION, raw_dwell(milliseconds=86_400_000 * 2 + 1500))
    assert format_utc(int(decode_dwells(late, source="x").time[0])) == "2024-03-02T00:00:01.500Z"


@pytest.mark.parametrize(
    ("centre", "delta", "longitude"),
    [(0, -2, -2), (2**32 - 3, 5, 2), (2**31 - 1, 2, -(2**31) + 1), (2**31, -1, 2**31 - 1)],
    ids=["west of Greenwich", "east over Greenwich", "over the antimeridian", "back over it"],
)
def test_delta_locations_wrap(centre: int, delta: int, longitude: int) -> None:
    """D32.4 and D32.5 count steps of D10 and D11 from D24 and D25."""
    report = (-7).to_bytes(2, signed=True) + delta.to_bytes(2, signed=True)
    dwell = raw_dwell(
        DELTA, report, 1, D10=(3).to_bytes(4), D11=(1).to_bytes(4), D24=(100).to_bytes(4), D25=centre.to_bytes(4)
    )
    plots = decode_dwells(raw_packet(MISSION, dwell), source="x").plots
    assert plots.longitude[0] == longitude * 2 * np.pi / 2**32
    assert plots.latitude[0] == (100 - 7 * 3) * np.pi / 2**32


def test_longitudes_are_signed() -> None:
    west = raw_dwell(FULL, bytes(4) + b"\xff\xff\xff\xff", 1, D8=b"\xc0\0\0\0")
    dwells = decode_dwells(raw_packet(MISSION, west), source="x")
    assert dwells.sensor_longitude[0] == -np.pi / 2
    assert dwells.plots.longitude[0] == -2 * np.pi / 2**32


def test_reports_without_a_place_are_no_plots_but_counted() -> None:
    velocity_only = raw_dwell(0x0800_0000, b"\0\1\0\2", 2, D3=b"\0\7")
    assembler = DwellAssembler(source="x")
    assembler.assemble(decode(raw_packet(MISSION, velocity_only, raw_dwell(FULL, bytes(16), 2))))
    dwells = assembler.flush()
    assert (dwells.plot_count.tolist(), assembler.unplaced) == ([0, 2], 2)


def test_a_simulated_report_makes_its_dwell_simulated() -> None:
    mask = FULL | 0x0100_0000
    data = raw_packet(MISSION, raw_dwell(mask, bytes(8) + b"\x82" + bytes(8) + b"\x02", 2), exercise=0)
    dwells = decode_dwells(data, source="x")
    assert dwells.plots.simulated.tolist() == [True, False]
    assert dwells.plots.target_class.tolist() == [TargetClass.WHEELED] * 2
    assert dwells.simulated.tolist() == [True]
    assert not dwells.origins[0].simulated


NOTES = JobNotes(
    errors=SensorErrors(
        sigma_along=5.0, sigma_across=6.0, sigma_sensor_height=7.0, sigma_slant_range=12.5,
        sigma_cross_range_angle=100 * 2 * np.pi / 2**16, sigma_radial_speed=0.75, minimum_detectable_speed=1.5,
    )
)  # fmt: skip


def job(number: int) -> bytes:
    """Make a job definition."""
    return raw_segment(job_segment(number, NOTES, ((0.0, 0.0),) * 4))


def test_job_definition_fills_what_reports_leave_open() -> None:
    """J16 to J24."""
    dwell = raw_dwell(FULL, (2**24).to_bytes(4) * 2, 1, D9=(1_000_000).to_bytes(4))
    dwells = decode_dwells(raw_packet(MISSION, job(1), dwell), source="x")
    assert (dwells.sigma_along[0], dwells.sigma_across[0], dwells.sigma_sensor_height[0]) == (5, 6, 7)
    assert dwells.minimum_detectable_speed[0] == np.float32(1.5)
    assert dwells.plots.sigma_slant_range[0] == np.float32(12.5)
    assert dwells.plots.sigma_radial_speed[0] == np.float32(0.75)
    plot = geodetic_to_ecef(dwells.plots.latitude, dwells.plots.longitude, 0.0)
    distance = np.linalg.norm(plot - geodetic_to_ecef(0.0, 0.0, 10_000.0))
    assert dwells.plots.sigma_cross_range[0] == pytest.approx(distance * 100 * 2 * np.pi / 2**16, rel=1e-6)


def test_reports_come_before_job_and_job_before_settings() -> None:
    mask = FULL | 0x0060_0000 | 0x4_0000_0000
    dwell = raw_dwell(mask, bytes(8) + b"\0\x64\0\x64", 1, D31=b"\x05")
    settings = SensorErrors(sigma_along=99.0, minimum_detectable_speed=99.0, sigma_slant_range=99.0)
    other_job = raw_packet(MISSION, job(2), dwell)
    dwells = decode_dwells(other_job, source="x", errors=settings)
    assert dwells.sigma_along[0] == 99
    assert np.isnan(dwells.sigma_across[0])
    assert dwells.minimum_detectable_speed[0] == np.float32(0.5)
    assert dwells.plots.sigma_slant_range[0] == np.float32(1.0)
    same_job = decode_dwells(raw_packet(MISSION, job(1), dwell), source="x", errors=settings)
    assert same_job.sigma_along[0] == 5


def test_dwells_wait_for_their_mission_day() -> None:
    assembler = DwellAssembler(source="x")
    assert not len(assembler.assemble(decode(raw_packet(raw_dwell(milliseconds=1000)))))
    assert assembler.undated == 1
    assembler.assemble(decode(raw_packet(MISSION, job(1), raw_dwell(milliseconds=2000))))
    dwells = assembler.flush()
    assert [format_utc(int(time)) for time in dwells.time] == ["2024-02-29T00:00:01.000Z", "2024-02-29T00:00:02.000Z"]
    assert (dwells.sigma_along.tolist(), assembler.undated) == ([5, 5], 0)


def test_what_waits_is_bounded_and_counted() -> None:
    assembler = DwellAssembler(source="x", hold=5)
    for time in range(4):
        assembler.assemble(decode(raw_packet(raw_dwell(FULL, bytes(8), 1, milliseconds=time))))
    assert (assembler.undated, assembler.dropped) == (2, 2)
    assert not len(assembler.flush())


def test_a_mission_that_tells_no_day_takes_the_one_given() -> None:
    day = dt.date(2020, 1, 1)
    assert (
        format_utc(int(decode_dwells(raw_packet(raw_dwell()), source="x", day=day).time[0]), 0)
        == "2020-01-01T00:00:00Z"
    )
    assert not len(decode_dwells(raw_packet(raw_dwell()), source="x"))


@pytest.mark.parametrize("date", [b"\x07\xe8\x0d\x01", b"\x07\xe8\x02\x1e", b"\x08\xfc\x01\x01", b"\x05\xdc\x01\x01"])
def test_a_date_that_is_none_is_counted(date: bytes) -> None:
    """Month 13, 30 February, the years 2300 and 1500."""
    bad = bytearray(MISSION)
    bad[-4:] = date
    assembler = DwellAssembler(source="x")
    assert not len(assembler.assemble(decode(raw_packet(bytes(bad), raw_dwell()))))
    assert (assembler.context.bad_dates, assembler.undated) == (1, 1)


def test_missions_of_two_platforms_are_told_apart() -> None:
    other_day = raw_segment(mission_segment(dt.date(2024, 3, 1), MissionNotes()))
    second = b"Other"
    data = raw_packet(MISSION) + raw_packet(other_day).replace(b"Ficti", second)
    data += raw_packet(raw_dwell(), raw_dwell(milliseconds=1)) + raw_packet(raw_dwell()).replace(b"Ficti", second)
    data += raw_packet(raw_dwell(milliseconds=2))
    dwells = decode_dwells(data, source="x")
    assert [origin.platform for origin in dwells.origins] == ["Fictional", "Otheronal"]
    assert dwells.origin.tolist() == [0, 0, 1, 0]
    assert [format_utc(int(time))[8:10] for time in dwells.time] == ["29", "29", "01", "29"]


def test_a_mission_may_change_its_day_between_dwells() -> None:
    next_day = raw_segment(mission_segment(dt.date(2024, 3, 1), MissionNotes()))
    dwells = decode_dwells(raw_packet(MISSION, raw_dwell(), next_day, raw_dwell(), raw_dwell(D3=b"\0\3")), source="x")
    assert [format_utc(int(time), 0)[:10] for time in dwells.time] == ["2024-02-29", "2024-03-01", "2024-03-01"]


def test_mixed_masks_keep_the_order() -> None:
    pieces = [
        raw_dwell(FULL, (number).to_bytes(4) + bytes(4), 1, milliseconds=number)
        if number % 2
        else raw_dwell(FULL | 0x0800_0000, (number).to_bytes(4) + bytes(4) + b"\0\x64", 1, milliseconds=number)
        for number in range(6)
    ]
    dwells = decode_dwells(raw_packet(MISSION, *pieces), source="x")
    assert np.diff(dwells.time).tolist() == [1_000_000] * 5
    assert np.round(dwells.plots.latitude / (np.pi / 2**32)).tolist() == list(range(6))
    assert np.isnan(dwells.plots.radial_speed).tolist() == [False, True] * 3


def split_dwell(dwells: Dwells, count: int) -> tuple[Dwells, list[bytes]]:
    """One dwell of many plots, and the packets it is written in."""
    one = dwells.take(slice(0, 1))
    plots = one.plots.take(np.zeros(count, np.int64))
    numbered = replace(plots, index=np.arange(count, dtype=np.int32), dwell=np.zeros(count, np.int32))
    many = replace(one, plots=numbered, plot_count=np.array([count], np.int32))
    return many, encode_dwells(many, WriterSettings(preset=Preset.COMPLETE_WITH_TRUTH))


@pytest.mark.parametrize("count", [1, 39, 40, 41, 100, 1000])
def test_a_dwell_in_pieces_is_one_dwell(dwells: Dwells, count: int) -> None:
    many, packets = split_dwell(dwells, count)
    again = decode_dwells(b"".join(packets), source="test")
    assert again.plot_count.tolist() == [count]
    assert np.array_equal(again.plots.index, many.plots.index)


def assembled(batches: list[Packets]) -> list[Dwells]:
    """Assemble batch by batch; the last item is what ``flush`` gives."""
    assembler = DwellAssembler(source="test")
    return [*map(assembler.assemble, batches), assembler.flush()]


def test_a_dwell_waits_for_the_next_packet(dwells: Dwells) -> None:
    many, packets = split_dwell(dwells, 100)
    decoder = StreamDecoder()
    parts = assembled([decoder.feed_datagrams([packet]) for packet in packets])
    assert [len(part) for part in parts] == [0, 0, 0, 0, 1]
    assert parts[-1].plot_count.tolist() == [100]
    assert np.array_equal(parts[-1].plots.index, many.plots.index)


@pytest.mark.parametrize("size", [1, 30, 100, 150, 1000])
def test_the_dwells_do_not_depend_on_where_the_stream_is_cut(size: int) -> None:
    """Dwells of one to four small pieces, some of them beside other segments, under two platforms in turn."""
    pieces = [
        raw_packet(*([job(1)] if piece % 2 else []), raw_dwell(FULL, bytes(16), 2, milliseconds=time, D4=last))
        for time in range(12)
        for piece in range(time % 4 + 1)
        for last in [bytes([piece < time % 4])]
    ]
    other = [piece.replace(b"Ficti", b"Other") for piece in pieces[:3]]
    data = b"".join([raw_packet(MISSION), raw_packet(MISSION).replace(b"Ficti", b"Other"), *pieces, *other])
    decoder = StreamDecoder()
    chunks = [decoder.feed(data[start : start + size]) for start in range(0, len(data), size)]
    found = concatenate_dwells(assembled([*chunks, decoder.flush()]))
    assert found.plot_count.tolist() == [2, 4, 6, 8] * 3 + [2, 4]
    whole = decode_dwells(data, source="test")
    assert found.origins == whole.origins
    for name in ("time", "origin", "last_of_revisit"):
        np.testing.assert_array_equal(getattr(found, name), getattr(whole, name))


def test_equal_looks_of_two_platforms_stay_apart() -> None:
    packets = [raw_packet(MISSION, raw_dwell()), raw_packet(MISSION, raw_dwell()).replace(b"Ficti", b"Other")]
    assert [len(part) for part in assembled([decode(packet) for packet in packets])] == [0, 1, 1]


def test_a_look_that_never_ends_does_not_fill_the_memory() -> None:
    batch = decode(raw_packet(MISSION, *[raw_dwell(FULL, bytes(8 * 8000), 8000)] * 5))
    parts = assembled([batch] * 6)
    assert max(int(part.plot_count.max(initial=0)) for part in parts) == 80_000
    assert sum(len(part.plots) for part in parts) == 240_000


def test_flush_gives_the_piece_that_waits(dwells: Dwells) -> None:
    _, packets = split_dwell(dwells, 100)
    assembler = DwellAssembler(source="test")
    assembler.assemble(decode(b"".join(packets[:-1])))
    assert assembler.flush().plot_count.tolist() == [80]
    assert not len(assembler.flush())


def test_nothing_in_nothing_out() -> None:
    empty: Packets = decode(b"")
    assert encode(empty) == b""
    assert not len(DwellAssembler(source="x").assemble(empty))


def test_hostile_headers_do_not_fill_the_memory() -> None:
    assembler, decoder = DwellAssembler(source="x"), StreamDecoder()
    for number in range(2000):
        packet = raw_packet(MISSION, job(1), raw_dwell()).replace(b"Fictio", b"F%05d" % number)
        assembler.assemble(decoder.feed(packet))
    assert len(assembler.context._origins) == len(assembler.context._days) == len(assembler.context._jobs) == 256
    assert int(parse_utc("2024-02-29T00:00:00Z")) == 1_709_164_800_000_000_000
