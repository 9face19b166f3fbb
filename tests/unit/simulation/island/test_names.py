import numpy as np

from sidelook.simulation.island.names import INLAND, SHORE, name_lakes, name_rivers, name_towns


def test_known_names_go_first_and_none_twice() -> None:
    names = name_towns(np.random.default_rng(1), [True, False] * 180)
    assert names[:2] == (SHORE[0], INLAND[0])
    assert all(names)
    assert len(set(names)) == len(names)


def test_where_names_run_out_there_are_none() -> None:
    assert name_towns(np.random.default_rng(1), [True] * 5_000)[-1] == ""
    assert name_towns(np.random.default_rng(1), []) == ()
    assert name_rivers(1_000)[-1] == name_lakes(1_000)[-1] == ""
    assert len(set(name_rivers(40))) == 40
