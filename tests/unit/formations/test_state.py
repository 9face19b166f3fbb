"""What is known of formations can be written down and gone on from."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.errors import InputError
from sidelook.formations.group_tracker import FormationTracker
from sidelook.formations.state import known_from_arrays, known_to_arrays
from sidelook.geometry.frames import LocalFrame
from sidelook.model.origin import Origin
from sidelook.model.tracks import TrackTable

MakeTracks = Callable[..., TrackTable]
EAST = np.array([15.0, 0.0])


@pytest.mark.parametrize("cut", [0, 1, 2, 4])
def test_going_on_from_a_saved_state_gives_the_same_formations(
    cut: int, tracks_at: MakeTracks, frame: LocalFrame
) -> None:
    tracker, place = FormationTracker(frame=frame), np.column_stack([-80.0 * np.arange(6.0), np.zeros(6)])
    known = tracker.init()
    for k in range(1, 7):
        tracks = tracks_at(30.0 * k, place + 30.0 * k * EAST, EAST)
        known = tracker.take(known, tracks)
        if k == cut + 1:  # rows that no look has taken in are saved too
            origins = (Origin(source="other"), *tracks.origins)
            other = known_from_arrays(known_to_arrays(known, origins), origins)
            known_there, there = tracker.look(other, round(30e9 * k))
        elif k > cut + 1:
            known_there, there = tracker.look(tracker.take(known_there, tracks), round(30e9 * k))
        known, here = tracker.look(known, round(30e9 * k))
    assert len(here.table) == 1
    for name in here.table.DTYPES:
        np.testing.assert_array_equal(getattr(there.table, name), getattr(here.table, name))
    assert there.table.origins == here.table.origins


def test_a_state_that_lacks_something_is_refused(frame: LocalFrame) -> None:
    arrays = known_to_arrays(FormationTracker(frame=frame).init(), ())
    del arrays["pairs_alike"]
    with pytest.raises(InputError, match="pairs_alike"):
        known_from_arrays(arrays, ())
