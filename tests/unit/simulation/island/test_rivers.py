import numpy as np

from sidelook.simulation.island.making import Island


def test_rivers_run_downhill_to_the_sea_or_into_one_another(island: Island) -> None:
    height, wet = island.relief.height.ravel(), set()
    assert len(island.rivers) > 20
    for river in island.rivers:
        assert (np.diff(height[river.cells]) <= 0.0).all()
        mouth = int(river.cells[-1])
        assert height[mouth] <= 0.0 or mouth in wet
        wet.update(river.cells.tolist())


def test_rivers_grow_on_their_way(island: Island) -> None:
    for river in island.rivers:
        assert (np.diff(river.drained) >= 0.0).all()
        assert len(river.cells) == len(river.course) == len(river.drained)


def test_the_course_follows_the_bed(island: Island) -> None:
    relief = island.relief
    for river in island.rivers:
        bed = relief.place(*np.divmod(river.cells, relief.height.shape[1]))
        assert np.linalg.norm(river.course - bed, axis=-1).max() < 1.5 * relief.spacing
        assert (river.course[[0, -1]] == bed[[0, -1]]).all()


def test_the_longest_bear_names_each_its_own(island: Island) -> None:
    names = [river.name for river in island.rivers if river.name]
    assert len(names) == len(set(names)) > 20
    assert all(river.name for river in island.rivers[: len(names)])
