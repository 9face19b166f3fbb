import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.errors import UsageError
from sidelook.geometry.viewing import slant_range
from sidelook.model.radar import Antenna, Radar
from sidelook.simulation.antenna import (
    Flank,
    Mount,
    beam_lattice,
    beam_width,
    bearing_of,
    can_look,
    flanks,
    off_broadside,
    steady,
    swath,
)

RADAR = Radar()


@pytest.mark.parametrize(("length", "milliradians"), [(7.3, 3.79), (4.8, 5.76), (1.5, 18.4)])
def test_beams_are_as_wide_as_published_apertures_make_them(length: float, milliradians: float) -> None:
    """0.886 wavelengths over the length at 9.6 GHz: the generic X-band design table."""
    radar = Radar(antenna=Antenna(length=length))
    assert 1e3 * float(beam_width(radar, 0.0)) == pytest.approx(milliradians, rel=3e-3)
    # At 60 degrees from broadside the aperture looks half as long.
    assert float(beam_width(radar, np.radians(60.0)) / beam_width(radar, 0.0)) == pytest.approx(2.0)


def test_120_degrees_take_457_beams() -> None:
    """2 sin(60 degrees) over 0.886 lam / L, rounded up; without broadening it would be 553."""
    lattice = beam_lattice(RADAR)
    assert len(lattice) == 457
    assert np.ceil(np.radians(120.0) / float(beam_width(RADAR, 0.0))) == 553


def test_beams_of_the_lattice_touch_and_fill_the_field_of_view() -> None:
    lattice = beam_lattice(RADAR)
    upper, lower = lattice.angle + lattice.half_width, lattice.angle - lattice.half_width
    assert_allclose(lower[:-1], upper[1:], atol=1e-12)
    assert_allclose([upper[0], lower[-1]], np.radians([60.0, -60.0]))
    # The step is the width of a beam there: 457 of them are 1e-4 more than needed.
    assert_allclose(2.0 * lattice.half_width, beam_width(RADAR, lattice.angle), rtol=1e-3)
    assert (2.0 * lattice.half_width <= beam_width(RADAR, lattice.angle) * (1.0 + 1e-5)).all()


def test_angles_from_broadside_are_forward_above_zero_on_both_flanks() -> None:
    flank, angle = off_broadside(np.radians(30.0), np.radians([120.0, -60.0, 90.0, 0.0, 150.0, 240.0]))
    assert flank.tolist() == [1, -1, 1, -1, 1, -1]
    assert_allclose(np.degrees(angle), [0.0, 0.0, 30.0, 60.0, -30.0, -60.0], atol=1e-9)


def test_bearing_and_angle_are_inverse() -> None:
    rng = np.random.default_rng(2)
    track, bearing = rng.uniform(0.0, 2.0 * np.pi, 200), rng.uniform(-np.pi, np.pi, 200)
    again = bearing_of(track, *off_broadside(track, bearing))
    assert_allclose(np.angle(np.exp(1j * (again - bearing))), 0.0, atol=1e-12)


def test_it_looks_120_degrees_on_each_flank_and_nowhere_else() -> None:
    bearing = np.radians(np.arange(0.5, 360.0))
    seen = can_look(RADAR.antenna, Mount(), 0.0, 0.0, bearing)
    assert seen.sum() == 240
    assert not seen[:30].any()
    assert seen[30:150].all()
    assert not seen[150:210].any()


def test_one_flank_is_half() -> None:
    bearing = np.radians(np.arange(0.5, 360.0))
    left = Antenna(right=False)
    assert flanks(left) == (Flank.LEFT,)
    seen = can_look(left, Mount(), 0.0, 0.0, bearing)
    assert seen.sum() == 120
    assert seen[210:330].all()


def test_what_a_turn_blinds_is_blind() -> None:
    """The bank of 22 degrees of a 10 km turn at 200 m/s is beyond the limit, either way."""
    roll = np.radians([0.0, 11.9, -11.9, 12.1, -22.0])
    assert steady(Mount(), roll).tolist() == [True, True, True, False, False]
    assert can_look(RADAR.antenna, Mount(), 0.0, roll, np.pi / 2.0).tolist() == [True, True, True, False, False]


def test_the_swath_is_that_of_the_slant_ranges() -> None:
    """On a sphere; 50 and 250 km from 12 km are 48.5 and 249.5 km on the ground."""
    near, far = swath(RADAR, 12_000.0)
    assert_allclose(slant_range(12_000.0, [near, far], 6_371_000.0), [50e3, 250e3])
    assert_allclose([near, far], [48.5e3, 249.5e3], rtol=2e-3)


def test_the_swath_ends_at_the_horizon_and_begins_below_the_aircraft() -> None:
    near, far = swath(Radar(nearest=1_000.0, farthest=900e3), 10_000.0)
    assert float(near) == pytest.approx(0.0, abs=1.0)
    # 412 km of slant range from 10 km over a 4/3 earth.
    assert float(far) == pytest.approx(412e3, rel=2e-3)


@pytest.mark.parametrize("view", [0.0, np.pi / 2.0, np.nan])
def test_impossible_arrays_say_so(view: float) -> None:
    with pytest.raises(UsageError, match="field of view"):
        beam_lattice(Radar(antenna=Antenna(field_of_view=view)))
    with pytest.raises(UsageError, match="flank"):
        beam_lattice(Radar(antenna=Antenna(left=False, right=False)))
    with pytest.raises(UsageError, match="near to a farther"):
        swath(Radar(nearest=9e4, farthest=8e4), 1e4)
