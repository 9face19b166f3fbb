"""Time is cut where it must be, and clocks that disagree are refused."""

import numpy as np
import pytest

from sidelook.monitoring.errors import ClockError, ObservationError
from sidelook.monitoring.timeline import check_flow, check_images, lay_out

from .observed import HOUR, hours, make_flow, make_images


def test_moments_are_ends_of_watching_images_and_questions() -> None:
    flow = make_flow([(10, 11, 1, 2), (8, 9, 3, 4), (9, 10, 5, 6), (20, 21, 0, 0)], exposure=0.5)
    line = lay_out(flow, make_images([(9.25, 50), (15.0, 51)]), hours(10.75, 16.0))
    np.testing.assert_array_equal(line.time / HOUR, [8, 9, 11, 15, 16, 20, 21])
    np.testing.assert_array_equal(line.row, [0, 1, 3, 3, 3, 3, 4])
    np.testing.assert_array_equal(line.flow.seen_in, [3, 5, 1, 0])
    np.testing.assert_array_equal(line.image, [1, 3])
    np.testing.assert_allclose(line.ahead, [0.25, 0.0])
    assert line.span[0] == 1
    np.testing.assert_array_equal(line.asked, [2, 4])


def test_an_image_after_the_middle_of_a_span_counts_at_its_end() -> None:
    line = lay_out(make_flow([(8, 9, 3, 4)], exposure=0.5), make_images([(8.75, 50)]), hours(8.0))
    assert line.time[line.image[0]] == 9 * HOUR
    assert line.ahead[0] == pytest.approx(-0.25)


def test_a_span_in_which_nothing_could_be_seen_is_a_gap() -> None:
    line = lay_out(make_flow([(8, 9, 0, 0)], exposure=0.0), make_images([]), hours(8.5))
    np.testing.assert_array_equal(line.time, hours(8.5))
    assert len(line.flow) == 0


@pytest.mark.parametrize("rows", [[(9, 8, 0, 0)], [(8, 8, 0, 0)], [(8, 10, 0, 0), (9, 11, 0, 0)]])
def test_clocks_that_disagree_are_refused(rows: list[tuple[float, float, int, int]]) -> None:
    with pytest.raises(ClockError, match="clocks disagree"):
        lay_out(make_flow(rows), make_images([]), hours(1.0))


def test_a_time_centuries_away_is_refused() -> None:
    images = make_images([(8.0, 5)])
    far = np.array([np.iinfo(np.int64).max])
    with pytest.raises(ClockError, match="centuries"):
        lay_out(make_flow([]), images, far)


@pytest.mark.parametrize("exposure", [np.nan, -0.1, 1.1, np.inf])
def test_chances_that_cannot_be_are_refused_by_row(exposure: float) -> None:
    with pytest.raises(ObservationError, match="row 0"):
        check_flow(make_flow([(8, 9, 0, 0)], exposure=exposure))


def test_crossings_counted_blind_and_fewer_than_none_are_refused() -> None:
    with pytest.raises(ObservationError, match="nothing could be seen"):
        check_flow(make_flow([(8, 9, 0, 3)], exposure=(0.5, 0.0)))
    with pytest.raises(ObservationError, match="fewer"):
        check_flow(make_flow([(8, 9, -1, 3)]))
    with pytest.raises(ObservationError, match="more than 50000"):
        check_flow(make_flow([(8, 9, 0, 2_000_000_000)]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"chance": 0.0},
        {"chance": np.nan},
        {"chance": 1.0, "error": 0.1},
        {"error": np.nan},
        {"error": 0.5},
        {"share": 0.0},
        {"share": np.nan},
        {"false_alarms": -1.0},
        {"false_alarms": np.inf},
    ],
)
def test_images_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ObservationError, match="row 0"):
        check_images(make_images([(8, 5)], **wrong))
