"""Dwells to looks and tracks to tables, on the earth."""

from dataclasses import replace

import numpy as np
import pytest

from sidelook.errors import InputError
from sidelook.geometry.frames import LocalFrame, geodetic_to_enu, rotate_enu_to_ecef
from sidelook.geometry.ground import Ellipsoid
from sidelook.geometry.wgs84 import ecef_to_geodetic, geodetic_to_ecef
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots, TargetClass
from sidelook.model.tracks import TrackState, TrackTable
from sidelook.sensing.location import observe
from sidelook.tracking.bridge import look_from_dwells, mission_frame, track_table
from sidelook.tracking.look import Look
from sidelook.tracking.settings import TrackerSettings
from sidelook.tracking.state import TrackerState
from sidelook.tracking.tracker import Tracker

ORIGIN = Origin(source="test", classification=Classification.UNCLASSIFIED, simulated=True)
SETTINGS = TrackerSettings()
VELOCITY = np.array([8.0, 17.0])  # east, north in the horizon of the place
PLACES = {"mid-ocean": (0.7, -0.6), "antimeridian": (0.2, np.pi - 2e-5), "far north": (1.52, 1.0), "south": (-0.9, 2.0)}


def drive(latitude: float, longitude: float, seconds: float) -> tuple[float, float]:
    """Drive from a place with the velocity, held in its horizon."""
    frame = LocalFrame(latitude=latitude, longitude=longitude)
    at = geodetic_to_ecef(latitude, longitude, 0.0) + rotate_enu_to_ecef(np.array([*VELOCITY * seconds, 0.0]), frame)
    moved = ecef_to_geodetic(at)
    return float(moved[0]), float(moved[1])


def dwells_of(place: tuple[float, float], count: int = 8, **plots: np.ndarray) -> Dwells:
    """See one vehicle each 30 s from 120 km to the south and 12 km up."""
    path = np.array([drive(*place, 30.0 * k) for k in range(count)])
    south = LocalFrame(latitude=place[0], longitude=place[1])
    sensor = ecef_to_geodetic(south.origin + rotate_enu_to_ecef(np.array([5e3, -120e3, 12e3]), south))
    velocity = np.array(
        [rotate_enu_to_ecef(np.array([*VELOCITY, 0.0]), LocalFrame(latitude=a, longitude=b)) for a, b in path]
    )
    seen = observe(sensor, geodetic_to_ecef(path[:, 0], path[:, 1], 0.0), velocity)
    columns = {
        "dwell": np.arange(count, dtype=np.int32),
        "latitude": path[:, 0],
        "longitude": path[:, 1],
        "radial_speed": seen.radial_speed.astype(np.float32),
        "sigma_slant_range": np.full(count, 10.0, np.float32),
        "sigma_cross_range": np.full(count, 60.0, np.float32),
        "sigma_radial_speed": np.full(count, 0.7, np.float32),
        "truth_entity": np.full(count, 4711),
    }
    return Dwells.empty(
        count,
        time=np.arange(count, dtype=np.int64) * 30_000_000_000,
        revisit=np.arange(count, dtype=np.int32),
        sensor_latitude=np.full(count, sensor[0]),
        sensor_longitude=np.full(count, sensor[1]),
        sensor_height=np.full(count, sensor[2]),
        area_latitude=np.full(count, place[0]),
        area_longitude=np.full(count, place[1]),
        range_half_extent=np.full(count, 20e3),
        angle_half_extent=np.full(count, 0.2),
        minimum_detectable_speed=np.full(count, 1.0, np.float32),
        plot_count=np.ones(count, np.int32),
        plots=Plots.empty(count, **(columns | plots)),
        origins=(ORIGIN,),
    )


def tracked(dwells: Dwells) -> tuple[TrackerState, LocalFrame, Ellipsoid]:
    frame = mission_frame(dwells)
    ground = Ellipsoid(frame=frame)
    tracker = Tracker(settings=SETTINGS, ground=ground)
    state, _ = tracker.step(tracker.init(), look_from_dwells(dwells, frame, ground, SETTINGS))
    return state, frame, ground


def table_of(dwells: Dwells, **options: float) -> TrackTable:
    state, frame, ground = tracked(dwells)
    return track_table(state, state.rows, frame, ground, **options)


def show(dwells: Dwells) -> Look:
    frame = mission_frame(dwells)
    return look_from_dwells(dwells, frame, Ellipsoid(frame=frame), SETTINGS)


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_a_vehicle_is_tracked_where_it_is_and_as_it_goes(place: tuple[float, float]) -> None:
    table = table_of(dwells_of(place))
    latitude, longitude = drive(*place, 210.0)
    assert table.track.tolist() == [1]
    assert table.state.tolist() == [TrackState.CONFIRMED]
    apart = geodetic_to_ecef(table.latitude[0], table.longitude[0], table.height[0]) - geodetic_to_ecef(
        latitude, longitude, 0.0
    )
    assert np.linalg.norm(apart) < 1.0
    assert abs(table.longitude[0]) <= np.pi
    assert [table.velocity_east[0], table.velocity_north[0]] == pytest.approx(VELOCITY, abs=0.12)
    assert table.plot_count.tolist() == [8]
    assert table.time.tolist() == table.supported.tolist() == [210_000_000_000]
    assert table.simulated.tolist() == [True]


def test_covariances_turn_with_the_horizon() -> None:
    """Near the pole a frame's north is not the place's; seen from the (local) south, the error lies along its east."""
    covariance = table_of(dwells_of((1.55, 2.0))).position_covariance[0]
    assert covariance[0] > 5 * covariance[2]


def test_slant_range_and_radial_speed_are_those_of_the_earth() -> None:
    dwells = dwells_of(PLACES["mid-ocean"])
    look = show(dwells)
    sensor = (dwells.sensor_latitude, dwells.sensor_longitude, dwells.sensor_height)
    seen = observe(sensor, geodetic_to_ecef(dwells.plots.latitude, dwells.plots.longitude, 0.0), np.zeros((8, 3)))
    np.testing.assert_allclose(look.measured[:, 0], seen.slant_range, atol=1e-3)
    np.testing.assert_allclose(np.sqrt(look.variance[:, 1]) * look.measured[:, 0], 60.0)
    np.testing.assert_allclose(np.sqrt(look.variance[:, [0, 2]]), [[10.0, 0.7]] * 8, rtol=1e-6)


def test_footprint_is_the_sector_of_the_dwell() -> None:
    look = show(dwells_of(PLACES["mid-ocean"]))
    assert look.sector[0, 1] == 0.2
    assert look.sector[0, 2:] == pytest.approx([100.8e3, 140.6e3], abs=1e3)
    turn = np.arctan2(*(look.area[0] - look.sensor[0])[:2])
    assert look.sector[0, 0] == pytest.approx(turn)
    inside = (look.measured[:, 0] > look.sector[:, 2]) & (look.measured[:, 0] < look.sector[:, 3])
    assert inside.all()


def test_a_reported_height_lifts_the_plot() -> None:
    height = np.full(8, 900.0, np.float32)
    frame = mission_frame(dwells_of(PLACES["south"]))
    look = show(dwells_of(PLACES["south"], height=height))
    flat = show(dwells_of(PLACES["south"]))
    lifted = geodetic_to_enu(PLACES["south"][0], PLACES["south"][1], 900.0, frame)
    np.testing.assert_allclose(look.place[0], lifted, atol=1e-6)
    assert (look.place[:, 2] - flat.place[:, 2]) == pytest.approx(900.0, abs=0.1)


def test_truth_tags_do_not_reach_the_tracker() -> None:
    """By construction there is no column for them; so other tags, or none, give the same look."""
    assert not [name for name in Look.__slots__ if "truth" in name]
    tagged = dwells_of(PLACES["south"])
    other = dwells_of(PLACES["south"], truth_entity=np.arange(8), truth_application=np.full(8, 3, np.int32))
    for name in Look.__slots__:
        np.testing.assert_array_equal(getattr(show(tagged), name), getattr(show(other), name))


def test_persons_are_not_tracked() -> None:
    dwells = dwells_of(PLACES["south"], target_class=np.full(8, TargetClass.PERSON, np.uint8))
    state, _, _ = tracked(dwells)
    assert len(state.rows) == 0
    assert len(show(dwells).place) == 8, "plots keep their number"


def test_missing_sigmas_and_speeds_are_filled_from_the_settings() -> None:
    blank = np.full(8, np.nan, np.float32)
    dwells = dwells_of(PLACES["south"], sigma_slant_range=blank, sigma_cross_range=blank, sigma_radial_speed=blank)
    dwells = replace(dwells, minimum_detectable_speed=blank)
    look = show(dwells)
    errors = SETTINGS.errors
    np.testing.assert_allclose(
        look.variance, [np.square([errors.slant_range, errors.azimuth, errors.radial_speed])] * 8
    )
    assert look.minimum_detectable_speed.tolist() == [SETTINGS.detection.minimum_detectable_speed] * 8
    assert len(table_of(dwells).track) == 1


def test_a_recording_without_positions_or_footprints_breaks_nothing() -> None:
    dwells = dwells_of(PLACES["south"], latitude=np.full(8, np.nan))
    dwells = replace(dwells, range_half_extent=np.full(8, np.nan), angle_half_extent=np.full(8, np.nan))
    state, _, _ = tracked(dwells)
    assert len(state.rows) == 0


def test_a_track_never_confirmed_is_not_shown() -> None:
    assert len(table_of(dwells_of(PLACES["south"], count=1))) == 0


def test_nobody_is_extrapolated_far() -> None:
    """After the last plot the estimate may run on for a revisit and a half; then it stays, and its error grows."""
    dwells = dwells_of(PLACES["mid-ocean"], count=11)
    count = np.array([1] * 8 + [0] * 3, np.int32)
    dwells = replace(dwells, plot_count=count, plots=dwells.plots.take(np.arange(8)))
    state, frame, ground = tracked(dwells)
    free = track_table(state, state.rows, frame, ground, longest_prediction=1e9)
    held = track_table(state, state.rows, frame, ground)
    last = table_of(dwells_of(PLACES["mid-ocean"], count=8))
    assert held.time[0] - held.supported[0] == 90_000_000_000
    assert [held.latitude[0], held.longitude[0]] == pytest.approx([last.latitude[0], last.longitude[0]], abs=1e-9)
    assert abs(free.latitude[0] - last.latitude[0]) * 6.37e6 > 100.0
    assert held.position_covariance[0, 2] > free.position_covariance[0, 2]
    stopped = held.state == TrackState.STOPPED
    assert (held.velocity_north[stopped] == 0.0).all()


def test_the_frame_lies_amid_the_areas_across_the_antimeridian() -> None:
    dwells = replace(dwells_of((0.0, 0.0), count=2), area_longitude=np.array([np.pi - 0.01, -np.pi + 0.01]))
    frame = mission_frame(dwells)
    assert abs(frame.longitude) == pytest.approx(np.pi, abs=1e-4)


def test_a_frame_needs_an_area() -> None:
    dwells = dwells_of(PLACES["south"], count=2)
    half = replace(dwells, area_latitude=np.array([np.nan, -0.9]))
    assert mission_frame(half).latitude == pytest.approx(-0.9)
    for blank in (replace(dwells, area_latitude=np.full(2, np.nan)), dwells.take(slice(0, 0))):
        with pytest.raises(InputError, match="where its area is"):
            mission_frame(blank)
