import gzip
import io
from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.formats.truth.dis import StateClock, gather_states, read_dis
from sidelook.formats.truth.errors import TooMuchTruthError, TruncatedPduError, TruthError
from sidelook.formats.truth.gathering import ImportSettings
from sidelook.formats.truth.pdus import EntityStateDecoder
from sidelook.geometry.wgs84 import geodetic_to_ecef
from sidelook.model.plots import TargetClass

Maker = Callable[..., bytes]

HOUR = 3_600_000_000_000
START = 1_767_225_600_000_000_000 + 12 * HOUR  # 2026-01-01T12:00:00Z


def units(seconds: float) -> int:
    return round(seconds % 3_600.0 * (2**31 - 1) / 3_600.0)


def test_platforms_become_truth(make_state: Maker) -> None:
    place = tuple(geodetic_to_ecef(np.radians(47.0), np.radians(9.0), 500.0).tolist())
    higher = tuple(geodetic_to_ecef(np.radians(47.0), np.radians(9.0), 1_500.0).tolist())
    stream = b"".join(
        [
            make_state(entity=1, units=units(10.0), position=place),
            make_state(entity=2, units=units(10.5), position=higher, kind=(1, 2, 21)),
            make_state(entity=3, units=units(11.0), position=place, kind=(2, 2, 1)),  # a munition
            make_state(entity=4, units=units(11.0), position=place, kind=(3, 1, 1)),  # a person
            make_state(entity=5, units=units(11.0), position=(0.0, 0.0, 0.0)),
            make_state(entity=6, units=units(11.0), position=(np.nan, 0.0, np.inf)),
            make_state(entity=1, units=units(15.0), position=place),
        ]
    )
    for source in (stream, io.BytesIO(stream), gzip.compress(stream)):
        made = read_dis(source, ImportSettings(start=START))
        assert made.samples.entities.names == ("10:2:1", "10:2:2")
        assert made.samples.entities.target_class.tolist() == [TargetClass.WHEELED, TargetClass.ROTARY_WING]
        assert_allclose((made.samples.time - START) / 1e9, [10.0, 15.0, 10.5], atol=2e-6)
        assert_allclose(np.degrees(made.samples.latitude), 47.0, atol=1e-9)
        assert_allclose(np.degrees(made.samples.longitude), 9.0, atol=1e-9)
        assert_allclose(made.samples.height, [500.0, 500.0, 1_500.0], atol=1e-6)
        assert (made.passed_over, made.misplaced, made.counts.states) == (2, 2, 7)


def test_hours_are_counted(make_state: Maker) -> None:
    seconds = np.arange(0.0, 10_000.0, 100.0)
    stream = b"".join(make_state(units=units(3_000.0 + s)) for s in seconds)
    made = read_dis(stream, ImportSettings(start=START + 3_000_000_000_000))
    assert_allclose((made.samples.time - START) / 1e9, 3_000.0 + seconds, atol=2e-6)


@pytest.mark.parametrize(("start", "first"), [(3_590.0, 5.0), (5.0, 3_590.0)])
def test_the_first_pdu_is_in_the_nearest_hour(make_state: Maker, start: float, first: float) -> None:
    made = read_dis(make_state(units=units(first)), ImportSettings(start=START + int(start * 1e9)))
    away = (made.samples.time[0] - START) / 1e9 - start
    assert away == pytest.approx(15.0 if start > first else -15.0, abs=1e-5)


def test_a_relative_clock_begins_where_the_stream_is(make_state: Maker) -> None:
    stream = [
        make_state(application=1, units=units(100.0), absolute=False),
        make_state(application=1, units=units(130.0), absolute=False),
        make_state(application=2, units=units(3_599.0), absolute=False),
        make_state(application=2, units=units(4.0), absolute=False),
    ]
    for pieces in ([b"".join(stream)], stream):
        made = gather_states(pieces, ImportSettings(start=START))
        assert made.samples.entities.names == ("10:1:1", "10:2:1")
        assert_allclose((made.samples.time - START) / 1e9, [0.0, 30.0, 30.0, 35.0], atol=2e-6)


def test_times_do_not_depend_on_where_the_stream_is_cut(make_state: Maker) -> None:
    rng = np.random.default_rng(5)
    sent = [
        make_state(
            application=int(rng.integers(5)), entity=i, units=units(i * 20.0 + rng.normal()), absolute=bool(i % 3)
        )
        for i in range(200)
    ]
    whole = gather_states([b"".join(sent)], ImportSettings(start=START)).samples
    apart = gather_states(sent, ImportSettings(start=START), datagrams=True).samples
    assert whole.entities.names == apart.entities.names
    assert whole.time.tolist() == apart.time.tolist()


def test_times_that_lead_nowhere_are_refused(make_state: Maker) -> None:
    stream = b"".join(make_state(units=units(i * 1_700.0)) for i in range(40_000))
    with pytest.raises(TruthError, match="more than a year"):
        StateClock(start=START).times(EntityStateDecoder().feed(stream))


def test_damage_is_counted_or_refused(make_state: Maker) -> None:
    stream = make_state() + make_state()[:100]
    made = read_dis(stream, ImportSettings(start=START))
    assert (len(made.samples), made.counts.truncated) == (1, 1)
    with pytest.raises(TruncatedPduError):
        read_dis(stream, ImportSettings(start=START), strict=True)
    with pytest.raises(TruthError, match="damaged or cut off"):
        read_dis(gzip.compress(make_state())[:-9])
    with pytest.raises(TooMuchTruthError):
        read_dis(make_state() * 3, ImportSettings(most_samples=2))


def test_nothing_is_an_empty_answer() -> None:
    made = read_dis(b"")
    assert (len(made.samples), made.counts.states, made.counts.truncated) == (0, 0, 0)
