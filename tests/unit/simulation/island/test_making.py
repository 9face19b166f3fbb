import numpy as np

from sidelook.simulation.island.drawing import island_map
from sidelook.simulation.island.making import IslandSettings, make_island


def test_the_same_seed_gives_the_same_island_and_map(tiny: IslandSettings) -> None:
    first, again = (make_island(tiny) for _ in range(2))
    for name in ("latitude", "longitude", "edge_start", "edge_end", "edge_class"):
        assert getattr(first.roads, name).tobytes() == getattr(again.roads, name).tobytes(), name
    assert first.relief.height.tobytes() == again.relief.height.tobytes()
    assert first.cover.tobytes() == again.cover.tobytes()
    assert island_map(first) == island_map(again)


def test_another_seed_gives_another_island(tiny: IslandSettings) -> None:
    other = IslandSettings(seed=tiny.seed + 1, relief=tiny.relief, towns=tiny.towns, river=tiny.river)
    assert not np.array_equal(make_island(tiny).relief.height, make_island(other).relief.height)
