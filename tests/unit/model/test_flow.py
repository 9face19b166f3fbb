"""Crossings and flow as records."""

import numpy as np

from sidelook.model.flow import Crossings, FlowTable, Reason, concatenate_crossings
from sidelook.model.origin import Origin

ONE, OTHER = Origin(source="one"), Origin(source="other", simulated=True)


def crossings(place: list[int], time: list[int], origin: Origin) -> Crossings:
    """Make crossings."""
    return Crossings.empty(len(place), place=np.array(place, np.int32), time=np.array(time), origins=(origin,))


def test_crossings_are_joined_by_place_then_time_and_keep_their_origins() -> None:
    joined = concatenate_crossings([crossings([1, 0], [5, 9], ONE), crossings([0, 1], [3, 4], OTHER)])
    assert joined.place.tolist() == [0, 0, 1, 1]
    assert joined.time.tolist() == [3, 9, 4, 5]
    assert [joined.origins[row].source for row in joined.origin] == ["other", "one", "other", "one"]
    assert len(concatenate_crossings([])) == 0


def test_what_has_a_reason_is_not_determined() -> None:
    table = FlowTable.empty(2, reason=np.array([Reason.NONE, Reason.HIDDEN], np.uint8), origins=())
    assert table.determined.tolist() == [True, False]
