"""Flow: hours with numbers, and hours of which nothing can be said."""

from collections.abc import Callable

import numpy as np
import pytest

from sidelook.errors import UsageError
from sidelook.model.flow import EVERY_CLASS, Direction, Reason
from sidelook.model.origin import Classification, Origin
from sidelook.model.places import Places
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable
from sidelook.monitoring.flow import FlowMeter, FlowSettings, Watched

EASTWARD = [(-5_000.0, 0.0), (5_000.0, 0.0)]  # who drives north crosses it from its right to its left
HOUR = 3_600 * 10**9
MakePlaces, MakeTracks, MakeDwells = Callable[..., Places], Callable[..., TrackTable], Callable[..., Dwells]


def north(east: float, count: int = 11) -> np.ndarray:
    """Drive north past the middle in five minutes."""
    return np.stack([np.full(count, east), np.linspace(-2_000.0, 2_000.0, count)], axis=1)


@pytest.fixture
def meter(places: MakePlaces) -> FlowMeter:
    """Watch the line."""
    return FlowMeter.over(places(EASTWARD, line=True), FlowSettings(by_class=True))


@pytest.fixture
def watched(meter: FlowMeter, tracks: MakeTracks, dwells: MakeDwells) -> Watched:
    """Seven wheeled and three tracked vehicles drive north in the first of two hours that are looked at."""
    wheeled = tracks([north(100.0 * k) for k in range(7)])
    tracked = tracks([north(-200.0 * k) for k in range(1, 4)], first=20, kind=1)
    both = TrackTable(
        **{name: np.concatenate([getattr(wheeled, name), getattr(tracked, name)]) for name in TrackTable.DTYPES},
        origins=wheeled.origins,
    )
    return meter.watch(3, both, dwells(np.arange(0.0, 7_200.0, 30.0)))


def test_crossings_are_counted_by_hour_direction_and_class(meter: FlowMeter, watched: Watched, begin: int) -> None:
    flow = meter.count([watched])
    every = flow.take(flow.target_class == EVERY_CLASS)
    assert len(every) == 4  # two hours, two directions
    northward = every.take(every.direction == Direction.OUT)
    assert northward.seen.tolist() == [10, 0]
    assert northward.begin.tolist() == [begin, begin + HOUR]
    assert every.take(every.direction == Direction.IN).seen.tolist() == [0, 0]
    assert flow.determined.all()
    assert (flow.exposure > 0.8).all()
    assert 9.0 <= northward.low[0] <= 10.0 <= northward.high[0] <= 14.0
    by_class = flow.take((flow.direction == Direction.OUT) & (flow.begin == begin))
    assert dict(zip(by_class.target_class.tolist(), by_class.seen.tolist(), strict=True)) == {1: 3, 2: 7, 255: 10}
    assert flow.simulated.all()
    assert np.isnan(flow.visible).all()  # nobody knows what terrain hides


def test_an_hour_that_was_not_looked_at_is_undetermined_not_empty(
    meter: FlowMeter, watched: Watched, begin: int
) -> None:
    flow = meter.count([watched], (begin, begin + 4 * HOUR))
    later = flow.take(flow.begin >= begin + 2 * HOUR)
    assert set(later.reason.tolist()) == {Reason.NOT_LOOKED_AT}
    assert np.isnan([*later.low, *later.mean, *later.high]).all()
    assert not later.determined.any()


def test_what_crosses_along_the_notch_is_undetermined(
    places: MakePlaces, tracks: MakeTracks, dwells: MakeDwells
) -> None:
    meter = FlowMeter.over(places([(0.0, -500.0), (0.0, 500.0)], line=True, speed=6.0), FlowSettings())
    looks = dwells(np.arange(0.0, 3_600.0, 30.0), speed=8.0)
    flow = meter.count([meter.watch(1, tracks([north(5.0)]), looks)])
    assert set(flow.reason.tolist()) == {Reason.ALONG_THE_NOTCH}


def test_a_mission_apart_adds_and_one_at_the_same_time_is_refused(
    meter: FlowMeter, watched: Watched, dwells: MakeDwells, begin: int
) -> None:
    none = TrackTable.empty(origins=())
    later = meter.watch(4, none, dwells(np.arange(4 * 3_600.0, 5 * 3_600.0, 30.0)))
    flow = meter.count([watched, later])
    assert np.unique((flow.begin - begin) // HOUR).tolist() == [0, 1, 4]  # the hours between are not asked about
    with pytest.raises(UsageError, match="missions 3 and 4 overlap in time"):
        meter.count([watched, meter.watch(4, none, dwells(np.array([600.0, 630.0])))])


def test_an_hour_of_two_missions_has_the_marking_of_the_more_protected(
    meter: FlowMeter, dwells: MakeDwells, begin: int
) -> None:
    none = TrackTable.empty(origins=())

    def secret(looks: Dwells) -> Dwells:
        origin = Origin(source="secret", classification=Classification.SECRET)
        return Dwells(**{name: getattr(looks, name) for name in Dwells.DTYPES}, plots=looks.plots, origins=(origin,))

    first = meter.watch(1, none, dwells(np.arange(0.0, 4_000.0, 30.0)))
    second = meter.watch(2, none, secret(dwells(np.arange(5_000.0, 9_000.0, 30.0))))
    flow = meter.count([first, second])
    levels = {
        int((flow.begin[row] - begin) // HOUR): flow.origins[flow.origin[row]].classification
        for row in range(len(flow))
    }
    assert levels == {0: Classification.UNCLASSIFIED, 1: Classification.SECRET, 2: Classification.SECRET}
    shared = flow.take(flow.begin == begin + HOUR)
    assert shared.simulated.all()  # one of the two is, and that sticks


def test_nothing_watched_is_no_row(meter: FlowMeter) -> None:
    assert len(meter.count([])) == 0
