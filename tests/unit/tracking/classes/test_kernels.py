"""Classes of a track: the compiled pass against Bayes' rule, and what it must do at its ends."""

import numpy as np
import pytest

from sidelook.model.plots import TargetClass
from sidelook.tracking.classes import kernels
from sidelook.tracking.classes.bayes import AIR, CODES, LIKELY, after_report, class_probabilities, named
from sidelook.tracking.columns import CLASSES, PLOT_COLUMNS


def plot(code: int, probability: float, speed: float = np.nan) -> np.void:
    row = np.zeros(1, PLOT_COLUMNS)
    row["target_class"], row["class_probability"], row["measured"][0, 2] = code, probability, speed
    return row[0]


def heard(*reports: tuple[int, float]) -> np.ndarray:
    weights = np.zeros(CLASSES, np.float32)
    for number, (code, probability) in enumerate(reports):
        kernels.hear(weights, plot(code, probability), number == 0)
    return weights


def flying(weights: np.ndarray, *, before: bool = False) -> bool:
    return bool(kernels.flies(weights, before))


def told(weights: np.ndarray, report: np.void, *, first: bool = True) -> bool:
    return bool(kernels.hear(weights, report, first))


def test_after_one_report_the_probability_is_the_one_reported() -> None:
    chance = class_probabilities(heard((TargetClass.TRACKED, 0.7)))
    assert chance[TargetClass.TRACKED] == pytest.approx(0.7, abs=1e-6)
    assert chance.sum() == pytest.approx(1.0)


def test_many_reports_are_bayes_rule() -> None:
    rng = np.random.default_rng(4)
    reports = [(int(rng.choice(CODES)), float(rng.uniform(0.0, 1.0))) for _ in range(60)]
    reports += [(TargetClass.UNKNOWN, 0.9), (TargetClass.NO_INFORMATION, 0.9), (TargetClass.WHEELED, 0.0), (200, 0.9)]
    expected = np.full(CLASSES, 1.0 / CLASSES)
    for number, (code, probability) in enumerate(reports):
        expected = after_report(expected, code, probability, first=number == 0)
    np.testing.assert_allclose(class_probabilities(heard(*reports)), expected, rtol=2e-4, atol=1e-9)


def test_reports_of_a_class_that_is_rarely_right_add_up() -> None:
    """A radar calls tracked vehicles tracked with 0.48 (they are rare), wheeled ones wheeled with 0.95."""
    tracked = heard(*[(TargetClass.TRACKED, 0.48)] * 8, (TargetClass.WHEELED, 0.95))
    target_class, probability = named(tracked[None])
    assert target_class.tolist() == [TargetClass.TRACKED]
    assert probability[0] > 0.9


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ([], TargetClass.NO_INFORMATION),
        ([(TargetClass.UNKNOWN, 0.9)], TargetClass.NO_INFORMATION),
        ([(TargetClass.WHEELED, 0.4)], TargetClass.UNKNOWN),
        ([(TargetClass.WHEELED, 0.6)], TargetClass.WHEELED),
        ([(TargetClass.OTHER, 0.9)], TargetClass.OTHER),
        ([(TargetClass.LOW_SLOW_FLYER, 0.9)], TargetClass.LOW_SLOW_FLYER),
    ],
)
def test_unknown_is_an_answer(reports: list[tuple[int, float]], expected: TargetClass) -> None:
    target_class, probability = named(heard(*reports)[None])
    assert target_class.tolist() == [expected]
    assert (probability[0] >= LIKELY) == (expected not in {TargetClass.UNKNOWN, TargetClass.NO_INFORMATION})


def test_no_report_is_certain() -> None:
    weights = heard(*[(TargetClass.WHEELED, 1.0)] * 2, *[(TargetClass.TRACKED, 0.9)] * 6)
    assert named(weights[None])[0].tolist() == [TargetClass.TRACKED]


def test_a_plot_fits_the_better_the_likelier_its_class() -> None:
    wheeled = heard((TargetClass.WHEELED, 0.9))
    same, other, silent = (
        kernels.fit(wheeled, plot(code, 0.9))
        for code in (TargetClass.WHEELED, TargetClass.TRACKED, TargetClass.UNKNOWN)
    )
    assert same > 0.0 > other
    assert silent == 0.0
    chance = class_probabilities(wheeled)
    likelihood = np.where(CODES == TargetClass.WHEELED, 0.9, 0.1 / (CLASSES - 1))
    assert same == pytest.approx(kernels.TRUST * np.log((chance * likelihood).sum() * CLASSES), rel=1e-6)
    assert kernels.fit(np.zeros(CLASSES, np.float32), plot(TargetClass.WHEELED, 0.9)) == pytest.approx(0.0, abs=1e-6)


def test_what_flies_is_told_by_its_reports_or_its_speed_and_not_by_one_slip() -> None:
    assert not flying(np.zeros(CLASSES, np.float32))
    assert flying(heard((TargetClass.ROTARY_WING, 0.7)))
    assert not flying(heard((TargetClass.ROTARY_WING, 0.5)))
    assert flying(heard((TargetClass.ROTARY_WING, 0.5)), before=True), "what was taken to fly still is"
    split = heard((TargetClass.ROTARY_WING, 0.5), (TargetClass.FIXED_WING, 0.6))
    assert flying(split), "whichever it is, it flies"
    vehicle = heard(*[(TargetClass.WHEELED, 0.95)] * 3, (TargetClass.FIXED_WING, 0.75))
    assert not flying(vehicle)
    fast = np.zeros(CLASSES, np.float32)
    assert told(fast, plot(TargetClass.UNKNOWN, 0.0, 70.0))
    assert flying(fast)
    assert class_probabilities(fast)[AIR].sum() > 0.9


def test_a_plot_that_says_nothing_teaches_nothing() -> None:
    weights = np.zeros(CLASSES, np.float32)
    assert not told(weights, plot(TargetClass.UNKNOWN, 0.0, 20.0))
    assert not weights.any()
