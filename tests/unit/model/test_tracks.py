import numpy as np

from sidelook.model.origin import Origin
from sidelook.model.tracks import TrackTable, concatenate_tracks


def test_joining_keeps_rows_and_origins() -> None:
    a, b = Origin(source="a"), Origin(source="b")
    first = TrackTable.empty(2, track=np.array([1, 2]), origins=(a,))
    second = TrackTable.empty(1, track=np.array([9]), origins=(b,))
    joined = concatenate_tracks([first, second])
    np.testing.assert_array_equal(joined.track, [1, 2, 9])
    assert [joined.origins[i] for i in joined.origin] == [a, a, b]
    assert joined.position_covariance.shape == (3, 3)


def test_joining_nothing_gives_nothing() -> None:
    assert len(concatenate_tracks([])) == 0
