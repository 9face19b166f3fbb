"""The recording that is shipped is what its seeds give."""

from importlib.resources import files
from itertools import islice

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.formats.stanag4607 import decode_dwells
from sidelook.mission.scenario import bring_country, find_scenario, read_scenario
from sidelook.model.origin import Classification
from sidelook.model.plots import Dwells, Plots, TargetClass, concatenate_dwells
from sidelook.simulation.scenario.playing import play
from sidelook.simulation.scenario.world import make_world

# What the fields of the format can resolve, and a little for the last bits of other processors.
RESOLUTION = {
    "height": 0.51,
    "radial_speed": 0.006,
    "snr_db": 0.51,
    "rcs_dbsm": 0.26,
    "class_probability": 0.0051,
    "sigma_slant_range": 0.0051,
    "sigma_cross_range": 0.06,
    "sigma_radial_speed": 0.0051,
}


@pytest.fixture(scope="module")
def shipped() -> Dwells:
    return decode_dwells((files("sidelook") / "data" / "island.4607").read_bytes(), source="island")


def test_it_is_some_megabytes_of_the_better_part_of_an_hour(shipped: Dwells) -> None:
    assert (files("sidelook") / "data" / "island.4607").stat().st_size < 4_500_000  # type: ignore[attr-defined]
    assert 55 * 60 < (shipped.time[-1] - shipped.time[0]) * 1e-9 < 60 * 60
    assert len(np.unique(shipped.plots.truth_entity)) > 1_000
    assert len(shipped.plots) > 30_000


def test_it_says_that_it_is_simulated_and_unclassified(shipped: Dwells) -> None:
    assert shipped.simulated.all()
    assert {(o.simulated, o.exercise, o.classification) for o in shipped.origins} == {
        (True, True, Classification.UNCLASSIFIED)
    }


def test_its_beginning_is_made_again_from_the_seed(shipped: Dwells) -> None:
    path = find_scenario("wide_area")
    scenario = read_scenario(path)
    made = concatenate_dwells(
        [s.dwells for s in islice(play(make_world(scenario, bring_country(scenario, path.parent))), 3)]
    )
    kept = shipped.take(shipped.time <= made.time[-1] + 500_000)
    for name in ("revisit", "dwell", "plot_count", "last_of_revisit"):
        assert (getattr(kept, name) == getattr(made, name)).all(), name
    assert np.abs(kept.time - made.time).max() <= 1_000_000  # D6 counts milliseconds
    # Edition 3 has no low, slow flyers.
    said = made.plots.target_class
    said[said == TargetClass.LOW_SLOW_FLYER] = TargetClass.FIXED_WING
    for name in ("dwell", "truth_entity", "target_class", "simulated"):
        assert (getattr(kept.plots, name) == getattr(made.plots, name)).all(), name
    for name in Plots.DTYPES:
        tolerance = RESOLUTION.get(name, 1e-6)
        assert_allclose(getattr(kept.plots, name), getattr(made.plots, name), rtol=0.0, atol=tolerance, err_msg=name)
    assert_allclose(kept.sensor_latitude, made.sensor_latitude, rtol=0.0, atol=1e-9)
