"""From bytes to tracks, also over a stop in the middle."""

import numpy as np
import pytest

from sidelook.console.rows import Rows, join
from sidelook.formats.stanag4607 import WriterSettings, encode_dwells
from sidelook.mission.chain import Chain
from sidelook.mission.checkpoint import CheckpointError
from sidelook.mission.dwelling import Dwelling
from sidelook.mission.tracking import steps
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.timescale import parse_utc

SECOND = 1_000_000_000
REVISITS, VEHICLES, SPEED = 12, 3, 15.0
BEGIN = parse_utc("2026-11-22T12:00:00Z")
ORIGIN = Origin(source="x", classification=Classification.UNCLASSIFIED, nationality="XN", platform="T", simulated=True)


def make_flight() -> Dwells:
    """Three vehicles, 2 km apart, drive away from a radar that looks every 30 s."""
    seconds = np.arange(REVISITS) * 30.0
    count = REVISITS * VEHICLES

    def plot(value: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        return np.full(count, value, np.float32)

    plots = Plots.empty(
        count,
        dwell=np.repeat(np.arange(REVISITS, dtype=np.int32), VEHICLES),
        latitude=np.radians(30.0) + np.repeat(seconds, VEHICLES) * SPEED / 6_371_000.0,
        longitude=np.radians(-40.0) + np.tile(np.arange(VEHICLES), REVISITS) * 2_000.0 / 5_517_000.0,
        height=plot(0.0),
        radial_speed=plot(SPEED),
        target_class=np.full(count, 2, np.uint8),
        class_probability=plot(0.9),
        snr_db=plot(20.0),
        sigma_slant_range=plot(10.0),
        sigma_cross_range=plot(100.0),
        sigma_height=plot(50.0),
        sigma_radial_speed=plot(0.5),
    )

    def dwell(value: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return np.full(REVISITS, value)

    return Dwells.empty(
        REVISITS,
        time=BEGIN + (seconds * SECOND).astype(np.int64),
        revisit=np.arange(REVISITS, dtype=np.int32),
        last_of_revisit=np.ones(REVISITS, np.bool_),
        sensor_latitude=dwell(np.radians(29.1)),
        sensor_longitude=dwell(np.radians(-40.0)),
        sensor_height=dwell(10_000.0),
        area_latitude=dwell(np.radians(30.0)),
        area_longitude=dwell(np.radians(-40.0)),
        range_half_extent=dwell(20_000.0),
        angle_half_extent=dwell(np.radians(10.0)),
        minimum_detectable_speed=np.full(REVISITS, 1.5, np.float32),
        plot_count=np.full(REVISITS, VEHICLES, np.int32),
        plots=plots,
        origins=(ORIGIN,),
    )


@pytest.fixture(scope="module")
def packets() -> list[bytes]:
    """Encode the flight."""
    return encode_dwells(make_flight(), WriterSettings(max_datagram=256))  # so small that dwells come in pieces


def new_chain(*, datagrams: bool = False) -> Chain:
    """Make a chain for the flight."""
    return Chain(dwelling=Dwelling(source="flight", datagrams=datagrams))


def same_tracks(one: Rows, other: Rows) -> bool:
    """Compare identities and places of all rows."""
    pairs = ((one.tracks.track, other.tracks.track), (one.tracks.latitude, other.tracks.latitude))
    return all(np.array_equal(a, b) for a, b in pairs) and np.array_equal(one.looks.plot_track, other.looks.plot_track)


def test_bytes_become_one_track_a_vehicle_whatever_the_pieces(packets: list[bytes]) -> None:
    data = b"".join(packets)
    whole, pieces, datagrams = new_chain(), new_chain(), new_chain(datagrams=True)
    expected = join([whole.feed([data]), whole.cut()])
    assert set(expected.tracks.track.tolist()) == {1, 2, 3}
    assert (expected.looks.plot_track.reshape(REVISITS, VEHICLES) == [1, 2, 3]).all()
    assert expected.tracks.simulated.all()
    cut_anywhere = [pieces.feed([data[i : i + 77]]) for i in range(0, len(data), 77)]
    assert same_tracks(join([*cut_anywhere, pieces.cut()]), expected)
    one_by_one = [datagrams.feed([packet]) for packet in packets]
    assert same_tracks(join([*one_by_one, datagrams.cut()]), expected)


@pytest.mark.parametrize("paused", [False, True])
def test_tracks_go_on_after_a_restart(packets: list[bytes], paused: bool) -> None:  # noqa: FBT001 - a table
    expected = new_chain(datagrams=True)
    rows = join([expected.feed(packets), expected.cut()])
    half = len(packets) // 2
    before, after = new_chain(datagrams=True), new_chain(datagrams=True)
    first = join([before.feed(packets[:half]), *([before.pause()] if paused else [])])
    after.dwelling.feed(packets[:half])  # what was sealed is decoded for its context alone
    after.load(before.save())
    assert same_tracks(join([first, after.feed(packets[half:]), after.cut()]), rows)


def test_a_damaged_checkpoint_is_refused(packets: list[bytes]) -> None:
    chain = new_chain(datagrams=True)
    assert chain.save() == b""
    chain.load(b"")
    chain.feed(packets)
    saved = chain.save()
    for damaged in (b"PK", saved[: len(saved) // 2], saved[:200] + bytes(100) + saved[300:]):
        with pytest.raises(CheckpointError, match="cannot be read"):
            new_chain().load(damaged)


def test_dwells_of_one_second_go_together() -> None:
    dwells = make_flight()
    shifted = Dwells(
        **{name: getattr(dwells, name) for name in Dwells.DTYPES if name != "time"},
        time=BEGIN + (np.array([0, 0.5, 0.9, 1.0, 1.7, 9, 8.9, 9.5, 10, 20, 21, 21.5]) * SECOND).astype(np.int64),
        plots=dwells.plots,
        origins=dwells.origins,
    )
    assert [(part.start, part.stop) for part in steps(shifted)] == [(0, 3), (3, 5), (5, 8), (8, 9), (9, 10), (10, 12)]


def test_compiling_is_said_once(packets: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    chain = Chain(dwelling=Dwelling(source="flight", datagrams=True), tell=told.append)
    monkeypatch.setattr("sidelook.compiling.nothing_compiled", lambda: True)
    chain.feed(packets[: len(packets) // 2])
    chain.feed(packets[len(packets) // 2 :])
    assert told == ["compiling the tracker, once; about a minute"]
