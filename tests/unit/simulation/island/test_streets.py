import numpy as np

from sidelook.geography.roads import in_frame
from sidelook.simulation.island.making import Island


def test_a_city_has_streets_and_a_hamlet_has_none(island: Island) -> None:
    roads, local = island.roads, in_frame(island.roads, island.frame)
    middle = np.array([local.points[roads.line(e), :2].mean(axis=0) for e in range(len(roads))])
    places = island.relief.place(island.towns.row, island.towns.column)
    near = [(np.linalg.norm(middle - place, axis=-1) < 1_200.0).sum() for place in places]
    named = np.array([bool(name) for name in island.towns.names])
    assert near[0] > 25
    assert np.mean(np.array(near)[named]) > 2.0 * np.mean(np.array(near)[~named])


def test_streets_are_short(island: Island) -> None:
    length = in_frame(island.roads, island.frame).length
    assert np.quantile(length, 0.3) < 700.0
    assert length.min() > 1.0
