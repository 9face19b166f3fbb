import numpy as np
import pytest

from sidelook.formats.truth.gathering import Batch, Gatherer, ImportSettings, convoy_name, sorting
from sidelook.model.plots import TargetClass


def batch(names: list[str], time: list[int], kind: TargetClass = TargetClass.UNKNOWN) -> Batch:
    words = sorted(set(names), reverse=True)
    count = len(names)
    return Batch(
        name=np.array([words.index(name) for name in names], np.int32),
        time=np.array(time),
        latitude=np.arange(count) * 1e-3,
        longitude=np.zeros(count),
        height=np.zeros(count),
        target_class=np.full(count, kind, np.uint8),
        formation=np.full(count, -1, np.int32),
        names=["never seen", *words][1:],
    )


def test_entities_keep_the_order_in_which_they_appear_over_batches() -> None:
    gatherer = Gatherer(ImportSettings())
    gatherer.add(batch(["m", "z", "m"], [0, 0, 1]))
    gatherer.add(batch(["a", "m"], [2, 2], TargetClass.WHEELED))
    made = gatherer.samples()
    assert made.entities.names == ("m", "z", "a")
    assert made.row.tolist() == [0, 0, 0, 1, 2]
    # What was not known of m at first is known later.
    assert made.entities.target_class.tolist() == [TargetClass.WHEELED, TargetClass.UNKNOWN, TargetClass.WHEELED]


def test_convoys_are_formations_when_asked_for() -> None:
    for asked, formations in ((True, [0, 0, -1, 1]), (False, [-1] * 4)):
        gatherer = Gatherer(ImportSettings(convoys=asked))
        gatherer.add(batch(["convoy_A2_east_00", "convoy_A2_east_01", "v1", "convoy_b.7"], [0] * 4))
        assert gatherer.samples().entities.formation.tolist() == formations


@pytest.mark.parametrize(
    ("name", "convoy"),
    [("convoy_A2_east_07", "A2_east"), ("convoy_b.12", "b"), ("convoy_red", "red"), ("v1", ""), ("convoy_", "")],
)
def test_names_of_convoys(name: str, convoy: str) -> None:
    assert convoy_name(name) == convoy


def test_what_is_sorted_is_left_alone() -> None:
    assert sorting(np.array([0, 0, 1], np.int32), np.array([1, 2, 1])) is None
    order = sorting(np.array([1, 0, 0, 1], np.int32), np.array([5, 2, 1, 5]))
    assert order is not None
    assert order.tolist() == [2, 1, 3]
