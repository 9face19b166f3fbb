import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.model.plots import TargetClass
from sidelook.simulation.detection.naming import REPORTED, chances, name, naming_by_formula
from sidelook.simulation.detection.signatures import Kind

NAMING = naming_by_formula()


def shares(kind: Kind, snr_db: float, dwell_time: float, count: int = 40_000) -> dict[int, float]:
    number = (np.arange(count) + 0.5) / count
    classes, _ = name(NAMING, np.full(count, kind), np.full(count, snr_db), np.full(count, dwell_time), number)
    return {int(said): float((classes == said).mean()) for said in REPORTED}


def test_rows_of_the_table_are_chances() -> None:
    assert_allclose(NAMING.chance.sum(axis=-1), 1.0)
    assert (NAMING.chance >= 0.0).all()


def test_what_is_said_comes_as_often_as_the_table_has_it() -> None:
    for kind in Kind:
        for snr_db, dwell_time in ((13.0, 0.131), (22.3, 0.131), (30.0, 0.03)):
            row = chances(NAMING, np.array([snr_db]), np.array([dwell_time]), np.array([kind]), slice(None))[0]
            assert_allclose(list(shares(kind, snr_db, dwell_time).values()), row, atol=1e-4)


def test_weak_and_short_is_unknown_and_strong_and_long_mostly_right() -> None:
    assert shares(Kind.TRACKED, 10.0, 0.131)[TargetClass.UNKNOWN] > 0.97
    assert shares(Kind.TRACKED, 30.0, 0.01)[TargetClass.UNKNOWN] > 0.85
    strong = shares(Kind.TRACKED, 32.0, 0.131)
    assert 0.85 < strong[TargetClass.TRACKED] < 0.95
    assert strong[TargetClass.WHEELED] > 0.05


def test_rotors_show_themselves_before_wheels() -> None:
    assert shares(Kind.ROTARY_WING, 17.0, 0.131)[TargetClass.ROTARY_WING] > 0.5
    assert shares(Kind.WHEELED, 17.0, 0.131)[TargetClass.UNKNOWN] > 0.5


def test_persons_are_never_named() -> None:
    assert shares(Kind.PERSON, 40.0, 1.0)[TargetClass.UNKNOWN] == 1.0


def test_the_probability_given_is_how_often_it_is_right() -> None:
    """Of kinds that come as often as the radar thinks."""
    rng = np.random.default_rng(3)
    count = 200_000
    kind = rng.choice(len(Kind), count, p=NAMING.prior / NAMING.prior.sum())
    classes, probability = name(
        NAMING, kind, rng.uniform(15.0, 30.0, count), np.full(count, 0.131), rng.uniform(size=count)
    )
    own = np.array([*REPORTED[:-1], 255, 255], np.uint8)
    for said in REPORTED[:3]:
        mine = classes == said
        assert (own[kind[mine]] == said).mean() == pytest.approx(
            probability[mine].mean(), abs=4.0 * 0.5 / np.sqrt(mine.sum())
        )
    assert (probability[classes == TargetClass.UNKNOWN] == 0.0).all()
