"""Shapes of groups: middle, length without the errors, and lay-out."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.formations.settings import FormationSettings
from sidelook.formations.shape import Shapes, shapes_of
from sidelook.formations.snapshot import take_snapshot
from sidelook.geometry.frames import LocalFrame
from sidelook.model.formation import FormationKind
from sidelook.model.tracks import TrackTable

MakeTracks = Callable[..., TrackTable]
SETTINGS = FormationSettings()


@pytest.fixture
def shape(tracks_at: MakeTracks, frame: LocalFrame) -> Callable[..., Shapes]:
    """Give the shape of one group of tracks."""

    def of(place: np.ndarray, velocity: list[float], sigma: float = 1.0) -> Shapes:
        tracks = tracks_at(0.0, place, np.array(velocity), sigma=(sigma, 1.0))
        return shapes_of(take_snapshot(tracks, 0, frame, 100.0), np.zeros(len(place), np.int32), 1, SETTINGS)

    return of


def test_a_column_has_its_length_and_goes_along_it(shape: Callable[..., Shapes]) -> None:
    place = np.column_stack([80.0 * np.arange(11), 60.0 * np.arange(11)])
    column = shape(place, [8.0, 6.0])
    assert column.length[0] == pytest.approx(1000.0, rel=0.01)
    assert column.width[0] < 10.0
    assert column.kind[0] == FormationKind.COLUMN
    np.testing.assert_allclose(column.middle[0], [400.0, 300.0], atol=0.1)


def test_errors_of_the_tracks_are_not_length(shape: Callable[..., Shapes]) -> None:
    rng = np.random.default_rng(2)
    place = np.column_stack([50.0 * np.arange(12), np.zeros(12)])
    variance = []
    for _ in range(300):
        noisy = shape(place + rng.normal(0.0, 60.0, place.shape), [10.0, 0.0], 60.0)
        variance.append(noisy.extent[0, 0, 0])
    assert np.mean(variance) == pytest.approx(50.0**2 * (12**2 - 1) / 12.0, rel=0.05)


@pytest.mark.parametrize(
    ("velocity", "kind"), [([0.0, 12.0], FormationKind.ON_LINE), ([0.5, 0.5], FormationKind.STANDING)]
)
def test_who_drives_side_by_side_is_on_line(
    shape: Callable[..., Shapes], velocity: list[float], kind: FormationKind
) -> None:
    place = np.column_stack([80.0 * np.arange(8), np.zeros(8)])
    assert shape(place, velocity).kind[0] == kind
