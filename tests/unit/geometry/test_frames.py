import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.geometry.frames import (
    LocalFrame,
    antenna_to_body,
    attitude_matrix,
    body_to_antenna,
    body_to_enu,
    ecef_to_enu,
    enu_to_body,
    enu_to_ecef,
    enu_to_geodetic,
    geodetic_to_enu,
    local_axes,
    rotate_ecef_to_enu,
    rotate_enu_to_ecef,
)

FORWARD, RIGHT, DOWN = np.eye(3)
FRAME = LocalFrame(latitude=0.66, longitude=-0.75, height=80.0)


def test_local_frame_points_east_north_up() -> None:
    step = 1e-6
    origin = (FRAME.latitude, FRAME.longitude, FRAME.height)
    for axis, shift in enumerate([(0, step, 0), (step, 0, 0), (0, 0, 1.0)]):
        moved = geodetic_to_enu(*(np.array(origin) + shift), FRAME)
        assert_allclose(moved / np.linalg.norm(moved), np.eye(3)[axis], atol=2e-6)


def test_conversions_undo_each_other() -> None:
    points = np.random.default_rng(2).normal(0.0, 1e5, (6, 5, 3))
    assert_allclose(ecef_to_enu(enu_to_ecef(points, FRAME), FRAME), points, atol=1e-8)
    assert_allclose(rotate_ecef_to_enu(rotate_enu_to_ecef(points, FRAME), FRAME), points, atol=1e-9)
    assert_allclose(geodetic_to_enu(*enu_to_geodetic(points, FRAME), FRAME), points, atol=1e-7)


def test_local_axes_are_right_handed_and_stack() -> None:
    axes = local_axes(np.linspace(-1.5, 1.5, 7), np.linspace(-3, 3, 7))
    assert axes.shape == (7, 3, 3)
    assert_allclose(np.cross(axes[:, 0], axes[:, 1]), axes[:, 2], atol=1e-15)


def test_frames_compare_by_their_point() -> None:
    assert LocalFrame(latitude=0.66, longitude=-0.75, height=80.0) == FRAME
    assert hash(LocalFrame(latitude=0.66, longitude=-0.75, height=80.0)) == hash(FRAME)
    with pytest.raises(ValueError, match="read-only"):
        FRAME.origin[0] = 0.0


def test_body_axes_of_a_plane_that_flies_east() -> None:
    east = np.pi / 2
    assert_allclose(body_to_enu(FORWARD, east, 0, 0), [1, 0, 0], atol=1e-15)
    assert_allclose(body_to_enu(RIGHT, east, 0, 0), [0, -1, 0], atol=1e-15)
    assert_allclose(body_to_enu(DOWN, east, 0, 0), [0, 0, -1], atol=1e-15)


def test_pitch_lifts_the_nose_and_roll_lowers_the_right_wing() -> None:
    assert body_to_enu(FORWARD, 0.3, 0.1, 0.0)[2] == pytest.approx(np.sin(0.1))
    assert body_to_enu(RIGHT, 0.3, 0.0, 0.1)[2] == pytest.approx(-np.sin(0.1))


def test_heading_turns_first() -> None:
    """With the nose up by a quarter turn, roll is about the vertical: order heading, pitch, roll."""
    assert_allclose(body_to_enu(DOWN, 0.0, np.pi / 2, 0.0), [0, 1, 0], atol=1e-15)
    assert_allclose(body_to_enu(RIGHT, 0.4, np.pi / 2, 0.4), body_to_enu(RIGHT, 0, np.pi / 2, 0), atol=1e-15)


def test_side_looking_antenna_looks_right_of_the_nose() -> None:
    boresight = antenna_to_body(FORWARD, np.pi / 2, -0.1, 0.0)
    assert_allclose(boresight, [0, np.cos(0.1), np.sin(0.1)], atol=1e-15)
    assert_allclose(body_to_enu(boresight, 0.0, 0.0, 0.0), [np.cos(0.1), 0, -np.sin(0.1)], atol=1e-15)


def test_attitudes_are_undone_and_stack() -> None:
    rng = np.random.default_rng(3)
    vectors, angles = rng.normal(size=(9, 3)), rng.uniform(-1, 1, (3, 9))
    assert_allclose(enu_to_body(body_to_enu(vectors, *angles), *angles), vectors, atol=1e-14)
    assert_allclose(body_to_antenna(antenna_to_body(vectors, *angles), *angles), vectors, atol=1e-14)
    assert_allclose(np.linalg.det(attitude_matrix(*angles)), 1.0)
