import numpy as np
from numpy.testing import assert_allclose

from sidelook.model.plots import TargetClass
from sidelook.simulation.detection.signatures import Kind, aspects, cross_sections_dbsm, kinds


def section(kind: Kind, aspect_deg: float, length: float = np.nan) -> float:
    return float(cross_sections_dbsm(np.array([kind]), np.radians([aspect_deg]), np.array([length]))[0])


def test_every_class_has_a_kind() -> None:
    assert kinds(np.array([TargetClass.TRACKED, TargetClass.PERSON, TargetClass.UNKNOWN], np.uint8)).tolist() == [
        Kind.TRACKED,
        Kind.PERSON,
        Kind.WHEELED,
    ]


def test_aspect_is_from_the_nose() -> None:
    radial = np.array([-10.0, 0.0, 10.0, 5.0])
    assert_allclose(aspects(radial, np.full(4, 10.0)), np.radians([0.0, 90.0, 180.0, 120.0]))
    assert np.isfinite(aspects(np.zeros(1), np.zeros(1))).all()


def test_sides_are_larger_than_noses_and_trucks_than_persons() -> None:
    for kind in (Kind.WHEELED, Kind.TRACKED, Kind.ROTARY_WING, Kind.FIXED_WING):
        assert section(kind, 90.0) >= section(kind, 0.0) + 6.0
        assert section(kind, 180.0) < section(kind, 90.0)
    assert section(Kind.TRACKED, 0.0) > section(Kind.WHEELED, 0.0) > section(Kind.PERSON, 0.0)


def test_length_counts_within_bounds() -> None:
    assert section(Kind.WHEELED, 0.0, 14.0) - section(Kind.WHEELED, 0.0, 7.0) > 5.9
    assert section(Kind.WHEELED, 0.0, 1_000.0) == section(Kind.WHEELED, 0.0) + 6.0
    assert section(Kind.MARITIME, 0.0, 100.0) == section(Kind.MARITIME, 0.0)
