import numpy as np
import pytest

from sidelook.tracking.metrics import gospa, truth_report


def test_gospa_of_a_known_case() -> None:
    """One pair 30 m apart, one truth missed, two false: sqrt(900 + 3 c^2 / 2)."""
    found = gospa(np.array([[0.0, 0.0], [5e3, 0.0]]), np.array([[0.0, 30.0], [9e3, 0.0], [9e3, 9e3]]), 100.0)
    assert (found.missed, found.false) == (1, 2)
    assert found.localisation == pytest.approx(900.0)
    assert found.distance == pytest.approx(np.sqrt(900.0 + 1.5 * 100.0**2))


def test_gospa_of_nothing() -> None:
    nothing, one = np.zeros((0, 2)), np.zeros((1, 2))
    assert gospa(nothing, nothing, 100.0).distance == 0.0
    assert gospa(one, nothing, 100.0).distance == pytest.approx(100.0 / np.sqrt(2))
    assert gospa(nothing, one, 100.0).false == 1


def test_truth_report_of_a_known_case() -> None:
    truth = np.array([7, 7, 7, 7, 9, 9, 9, -1])
    given = np.array([1, 1, 2, 1, 2, 2, 5, 2])
    report = truth_report(truth, given, np.array([1, 2, 4]))
    assert report.confirmed_tracks == 3
    assert report.vehicle.tolist() == [7, 9]
    assert report.main_track.tolist() == [1, 2]
    assert report.main_share == pytest.approx([3 / 4, 2 / 3])
    assert report.track_count.tolist() == [2, 1]
    assert report.purity == pytest.approx((3 + 2) / 7), "a false alarm belongs to nobody"
    assert report.identity_switches == 2


def test_truth_report_without_tracks() -> None:
    report = truth_report(np.array([3, 3]), np.array([0, 8]), np.zeros(0, np.int64))
    assert report.main_share.tolist() == [0.0]
    assert report.purity == 0.0
