"""Detection against the closed forms that its tables stand for: over signal, speed, blind speeds, masking, merging."""

from dataclasses import replace

import numpy as np
import pytest

from sidelook.model.plots import TargetClass
from sidelook.sensing.ambiguity import blind_speed, folded_speeds
from sidelook.sensing.clutter import LandClass
from sidelook.sensing.detection import found_in, steady, swerling_1
from sidelook.sensing.performance import detectable_speed, loss_db
from sidelook.sensing.radar_equation import ratio
from sidelook.simulation.detection.detecting import Detections, detect
from sidelook.simulation.detection.log import Looks
from sidelook.simulation.detection.scene import Surroundings, Weather

from .conftest import drive, make_radar, make_scene, outward, stare

COUNT = 8_000


def alone(looks: Looks) -> Looks:
    """Leave out who shares a cell with another."""
    key = looks.dwell.astype(np.int64) << 32
    shared = np.isin(key + looks.row, (key + looks.merged_into)[looks.merged_into >= 0])
    return looks.take((looks.merged_into < 0) & ~shared)


def agree(found: np.ndarray, expected: np.ndarray, bins: np.ndarray) -> None:
    """In every bin as many are found as expected, within 3 standard deviations (and 4 for the many bins' worst)."""
    spare = []
    for number in np.unique(bins):
        mine = bins == number
        sigma = np.sqrt(np.sum(expected[mine] * (1.0 - expected[mine]))) + 1e-9
        spare.append((found[mine].sum() - expected[mine].sum()) / sigma)
    assert np.abs(spare).max() < 4.0
    assert (np.abs(spare) < 3.0).mean() > 0.9


def test_detection_over_signal_is_that_of_swerling_1_behind_cell_averaging() -> None:
    radar = make_radar(rates=(2_300.0,), least_hits=1)
    mean, found, expected = [], [], []
    for power in (0.5, 3.0, 20.0):
        scene = make_scene(
            drive(*outward(COUNT, 10.0)), replace(radar, waveform=replace(radar.waveform, average_power=power))
        )
        looks = alone(detect(scene, stare()).looks)
        left = looks.snr_db + loss_db(scene.performance, looks.radial_speed, looks.clutter_db)
        mean.append(left)
        found.append(looks.detected)
        expected.append(swerling_1(ratio(left), 1e-6, 32))
    left, hits, law = np.concatenate(mean), np.concatenate(found), np.concatenate(expected)
    assert law.min() < 0.1
    assert law.max() > 0.9
    agree(hits, law, np.floor(left / 2.0))


def test_detection_over_speed_falls_in_the_notch_as_its_law_says() -> None:
    rng = np.random.default_rng(3)
    radar = make_radar(power=100.0, rates=(2_300.0,), least_hits=1)
    scene = make_scene(drive(*outward(COUNT, rng.uniform(-4.0, 4.0, COUNT))), radar)
    looks = alone(detect(scene, stare(3)).looks)
    left = looks.snr_db + loss_db(scene.performance, looks.radial_speed, looks.clutter_db)
    law = swerling_1(ratio(left), 1e-6, 32)
    agree(looks.detected, law, np.floor(np.abs(looks.radial_speed) / 0.25))
    slow, fast = np.abs(looks.radial_speed) < 0.1, np.abs(looks.radial_speed) > 3.0
    assert looks.detected[slow].mean() < 0.3
    assert looks.detected[fast].mean() > 0.85
    assert looks.in_notch[slow].all()
    assert not looks.in_notch[fast].any()


def test_wind_widens_the_notch() -> None:
    rng = np.random.default_rng(3)
    timetable = drive(*outward(COUNT, rng.uniform(0.3, 1.0, COUNT)))
    radar = make_radar()
    calm, gale = (
        make_scene(timetable, radar, surroundings=Surroundings(weather=Weather(wind=wind))) for wind in (0.5, 15.0)
    )
    hits = [detect(scene, stare()) for scene in (calm, gale)]
    assert hits[1].looks.in_notch.mean() > 1.5 * hits[0].looks.in_notch.mean()
    assert hits[1].looks.detected.mean() < 0.7 * hits[0].looks.detected.mean()
    assert hits[1].dwells.minimum_detectable_speed[0] > 1.3 * hits[0].dwells.minimum_detectable_speed[0]


def test_two_of_three_intervals_see_at_blind_speeds_where_one_does_not() -> None:
    rng = np.random.default_rng(3)
    timetable = drive(*outward(COUNT, rng.uniform(30.0, 42.0, COUNT)))
    one, three = make_radar(power=30.0, rates=(2_300.0,), least_hits=1), make_radar(power=90.0)
    single, set_of_three = (detect(make_scene(timetable, radar), stare()).looks for radar in (one, three))
    gap = float(blind_speed(2_300.0, one.waveform.wavelength))
    inside, outside = (
        np.abs(np.abs(single.radial_speed) - gap) < 0.25,
        np.abs(np.abs(single.radial_speed) - gap) > 3.0,
    )
    assert single.detected[inside].mean() < 0.4 * single.detected[outside].mean()
    assert (single.blind[inside] == 1).all()
    assert (single.blind[outside] == 0).all()
    assert set_of_three.detected[inside].mean() > 0.85 * set_of_three.detected[outside].mean()
    assert set_of_three.blind.max() == 1


def test_two_of_three_under_one_fluctuation() -> None:
    """All intervals of a dwell see the same power: the law is an average over it, taken here by a fine sum."""
    rng = np.random.default_rng(3)
    radar = make_radar(power=10.0)
    scene = make_scene(drive(*outward(COUNT, rng.uniform(0.3, 40.0, COUNT))), radar)
    looks = alone(detect(scene, stare()).looks)
    folded = folded_speeds(looks.radial_speed, radar.waveform.pulse_rates, radar.waveform.wavelength)
    left = ratio(looks.snr_db + loss_db(scene.performance, folded, looks.clutter_db))
    law = np.zeros(len(looks))
    for share in (np.arange(50) + 0.5) / 50:
        law += found_in(np.stack([steady(row * -np.log(share), 1e-6, 32) for row in left]), 2) / 50
    agree(looks.detected, law, np.floor(np.abs(looks.radial_speed) / 4.0))
    agree(looks.detected, law, np.floor(looks.snr_db / 2.0))


def test_rough_ground_hides_more_slow_ones() -> None:
    rng = np.random.default_rng(3)
    timetable = drive(*outward(COUNT, rng.uniform(0.4, 1.2, COUNT)))

    def land(east: np.ndarray, north: np.ndarray) -> np.ndarray:  # noqa: ARG001
        return np.where(east < 0.0, LandClass.FLAT, LandClass.MOUNTAINS)

    looks = detect(make_scene(timetable, make_radar(power=20.0), surroundings=Surroundings(land=land)), stare()).looks
    west = looks.east < 0.0
    assert looks.clutter_db[~west].mean() - looks.clutter_db[west].mean() == pytest.approx(20.0, abs=0.5)
    assert looks.detected[~west].mean() < 0.8 * looks.detected[west].mean()
    assert looks.in_notch[~west].mean() > 1.1 * looks.in_notch[west].mean()


def test_what_is_masked_is_not_found() -> None:
    def visible(sensors: np.ndarray, positions: np.ndarray) -> np.ndarray:
        assert sensors.shape == positions.shape
        assert np.abs(sensors - [0.0, 0.0, 10e3]).max() < 1.0
        return np.asarray(positions[:, 0] > 0.0)

    scene = make_scene(drive(*outward(2_000, 10.0)), surroundings=Surroundings(visible=visible))
    result = detect(scene, stare())
    looks = result.looks
    assert (looks.visible == (looks.east > 0.0)).all()
    assert not looks.detected[~looks.visible].any()
    assert looks.detected[looks.visible].mean() > 0.9
    assert set((result.dwells.plots.truth_entity - 1).tolist()) <= set(looks.row[looks.visible].tolist())


def test_nothing_is_seen_behind_the_horizon() -> None:
    """412 km from 10 km over a 4/3 earth."""
    timetable = drive(np.array([[0.0, 400e3], [0.0, 425e3]]), np.array([[0.0, 10.0], [0.0, 10.0]]))
    looks = detect(make_scene(timetable), stare(distance=415e3)).looks
    assert looks.visible.tolist() == [True, False]
    flying = drive(np.array([[0.0, 425e3]]), np.array([[0.0, 40.0]]), TargetClass.FIXED_WING, up=1_000.0)
    assert detect(make_scene(flying), stare(distance=415e3)).looks.visible.all()


def side_by_side(gap: float, count: int = 400) -> Detections:
    """Pairs that drive abreast toward the radar, so many metres one behind the other, with room between pairs."""
    distance = 125e3 + 100.0 * np.arange(count)
    place = np.stack([np.zeros(count), distance], axis=-1)
    both = np.concatenate([place, place + np.array([3.0, gap])])
    return detect(make_scene(drive(both, np.tile([0.0, -12.0], (2 * count, 1)))), stare())


def test_close_vehicles_are_one_plot_at_their_centroid() -> None:
    near, far = side_by_side(3.0), side_by_side(30.0)
    assert len(far.dwells.plots) > 1.9 * len(near.dwells.plots)
    assert (far.looks.merged_into < 0).all()
    looks = near.looks
    merged = looks.merged_into >= 0
    assert merged.sum() == 400
    assert (looks.detected[looks.row < 400] == looks.detected[looks.row >= 400]).all()
    assert (np.abs(looks.merged_into[merged] - looks.row[merged]) == 400).all()
    assert len(np.unique(near.dwells.plots.truth_entity % 400)) == len(near.dwells.plots)
    # Half of the time the farther is the stronger; the plots lie in between on average.
    assert (near.dwells.plots.truth_entity > 400).mean() == pytest.approx(0.5, abs=4.0 * 0.5 / 20.0)


def test_merging_keeps_every_watt() -> None:
    """The strength of a merged plot is the sum of its parts': its mean is twice that of one."""
    near, far = side_by_side(3.0), side_by_side(30.0)
    one, two = (ratio(result.dwells.plots.snr_db) for result in (far, near))
    assert two.mean() / one.mean() == pytest.approx(2.0, rel=4.0 / np.sqrt(400))


def test_a_hovering_helicopter_shows_its_rotor() -> None:
    place, still = outward(600, 0.0)
    hover = make_scene(drive(place, still, TargetClass.ROTARY_WING, up=200.0))
    parked = make_scene(drive(place, still, TargetClass.WHEELED))
    found, none = detect(hover, stare()), detect(parked, stare())
    assert none.looks.detected.mean() < 0.1
    assert found.looks.detected.mean() > 0.6
    assert found.looks.in_notch.all()
    plots = found.dwells.plots
    wrap = hover.radar.detector.wrap_speed
    assert np.abs(plots.radial_speed).max() <= wrap
    assert plots.radial_speed.std() == pytest.approx(wrap / np.sqrt(3.0), rel=0.15)
    assert np.median(plots.sigma_radial_speed) == pytest.approx(wrap / np.sqrt(3.0))
    assert (plots.target_class == TargetClass.ROTARY_WING).mean() > 0.3


def test_air_targets_fold_their_speeds() -> None:
    place, away = outward(500, 100.0)
    scene = make_scene(drive(place, away, TargetClass.FIXED_WING, up=1_500.0))
    result = detect(scene, stare())
    assert result.looks.detected.mean() > 0.7
    true = result.looks.radial_speed.mean()
    assert true == pytest.approx(100.0, abs=1.0)
    assert result.dwells.plots.radial_speed.mean() == pytest.approx(true - 80.0, abs=0.1)
    assert (result.dwells.plots.wrap_speed == 40.0).all()


def test_what_the_radar_says_of_slow_targets_is_so() -> None:
    """At the minimum detectable speed of a dwell half of the usual targets in its middle are found."""
    rng = np.random.default_rng(3)
    place, away = outward(6_000, rng.uniform(0.4, 2.5, 6_000), half_angle=0.05)
    scene = make_scene(drive(place, away), make_radar(power=100.0))
    result = detect(scene, stare())
    slowest = float(result.dwells.minimum_detectable_speed[0])
    assert 0.3 < slowest < 2.5
    looks = alone(result.looks)
    middle = (np.abs(looks.slant_range - 150e3) < 15e3) & (np.abs(looks.radial_speed - slowest) < 0.2)
    assert middle.sum() > 100
    assert looks.detected[middle].mean() == pytest.approx(0.5, abs=0.15)
    assert detectable_speed(scene.performance, 40.0) > 0.0
