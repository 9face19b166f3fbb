"""The timeline against what can be said of it in closed form, and against itself in other steps."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.errors import UsageError
from sidelook.geometry.frames import LocalFrame, antenna_to_body, body_to_enu, enu_to_geodetic
from sidelook.model.collection import CollectionObstacle, CollectionOutcome, Collections
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, concatenate_dwells
from sidelook.model.radar import Antenna, Radar
from sidelook.sensing.coverage import covers
from sidelook.sensing.location import bearing_and_distance
from sidelook.simulation.antenna import Mount, beam_lattice, off_broadside, swath
from sidelook.simulation.orbit import CircularOrbit, Waypoints, fly
from sidelook.simulation.schedule import (
    Area,
    Job,
    JobKind,
    Setting,
    Timeline,
    TimelineState,
    add_job,
    rectangle,
    remove_job,
)
from sidelook.simulation.schedule.load import allot, beams_of, demand
from sidelook.timescale import NANOSECONDS_PER_SECOND as SECOND

START = 1_777_876_200_000_000_000
FRAME = LocalFrame(latitude=0.66, longitude=-0.75)
NORTH = (FRAME.latitude, FRAME.longitude)
LEG, TURN = 600.0, 144.0


def box(half: float, east: float = 0.0, north: float = 0.0) -> Area:
    return Area(frame=FRAME, west=east - half, south=north - half, east=east + half, north=north + half)


WIDE = Job(number=1, toward=NORTH, priority=50)
SECTOR = Job(number=2, kind=JobKind.SECTOR, area=rectangle(box(3e3)), priority=5, revisit=10.0)
SPOT = Job(number=3, kind=JobKind.SPOT_IMAGE, area=rectangle(box(1e3)), priority=3, revisit=120.0)
AIR = Job(number=4, kind=JobKind.AIR_SEARCH, toward=NORTH, priority=20, revisit=60.0, dwell_time=0.02)
ALL = (WIDE, SECTOR, SPOT, AIR)


def lay(timeline: Timeline, jobs: tuple[Job, ...], seconds: float, start: int = START) -> tuple[Dwells, Collections]:
    _, dwells, collections = timeline.step(timeline.init(jobs, start), start + round(seconds * SECOND))
    return dwells, collections


def of_job(dwells: Dwells, number: int) -> Dwells:
    job = np.array([origin.job for origin in dwells.origins])
    return dwells.take(job[dwells.origin] == number)


def test_a_wide_area_revisit_is_457_beams_from_forward_to_aft(timeline: Timeline) -> None:
    dwells, _ = lay(timeline, (WIDE,), 59.8)
    lattice = beam_lattice(timeline.setting.radar)
    assert len(dwells) == len(lattice) == 457
    assert dwells.dwell.tolist() == list(range(457))
    assert (dwells.revisit == 0).all()
    assert dwells.last_of_revisit.tolist() == [False] * 456 + [True]
    assert set(np.diff(dwells.time)) == {131_000_000}
    bearing, _ = bearing_and_distance(
        dwells.sensor_latitude, dwells.sensor_longitude, dwells.area_latitude, dwells.area_longitude
    )
    flank, angle = off_broadside(dwells.track, bearing)
    assert (flank == -1).all()
    assert_allclose(angle, lattice.angle, atol=2e-6)
    assert_allclose(dwells.angle_half_extent, lattice.half_width, rtol=1e-3)


def test_footprints_reach_from_the_nearest_to_the_farthest_range(timeline: Timeline) -> None:
    dwells, _ = lay(timeline, (WIDE,), 10.0)
    near, far = swath(timeline.setting.radar, 12_000.0)
    _, middle = bearing_and_distance(
        dwells.sensor_latitude, dwells.sensor_longitude, dwells.area_latitude, dwells.area_longitude
    )
    assert_allclose(middle - dwells.range_half_extent, near, rtol=1e-4)
    assert_allclose(middle + dwells.range_half_extent, far, rtol=1e-4)


def test_every_dwell_has_the_platform_of_its_moment_and_the_number_of_its_job(timeline: Timeline) -> None:
    dwells, _ = lay(timeline, ALL, 120.0)
    platform = fly(timeline.setting.path, dwells.time)
    assert_allclose(dwells.sensor_latitude, platform.latitude)
    assert_allclose(dwells.track, platform.track)
    assert [origin.job for origin in dwells.origins] == [1, 2, 3, 4]
    assert set(dwells.origin.tolist()) == {0, 1, 3}
    assert dwells.simulated.all()
    assert (np.diff(dwells.time) > 0).all()


def test_the_boresight_points_at_the_footprint(timeline: Timeline) -> None:
    """From antenna to body to the earth: attitudes multiplied out, against the bearing of the area."""
    dwells, _ = lay(timeline, ALL, 60.0)
    in_body = antenna_to_body([1.0, 0.0, 0.0], dwells.sensor_heading, dwells.sensor_pitch, dwells.sensor_roll)
    line = body_to_enu(in_body, dwells.heading, dwells.pitch, dwells.roll)
    bearing, _ = bearing_and_distance(
        dwells.sensor_latitude, dwells.sensor_longitude, dwells.area_latitude, dwells.area_longitude
    )
    assert_allclose(np.angle(np.exp(1j * (np.arctan2(line[:, 0], line[:, 1]) - bearing))), 0.0, atol=1e-5)
    assert (line[:, 2] < 0.0).all()


def test_dwells_and_images_never_overlap(timeline: Timeline) -> None:
    dwells, collections = lay(timeline, ALL, 1_200.0)
    length = np.array([0.131, 0.131, 0.0, 0.02])[dwells.origin]
    taken = collections.take(collections.outcome == CollectionOutcome.TAKEN)
    assert len(taken) >= 6
    begin = np.concatenate([dwells.time - np.rint(length * SECOND / 2).astype(np.int64), taken.time])
    end = begin + np.rint(np.concatenate([length, taken.duration]) * SECOND).astype(np.int64)
    order = np.argsort(begin)
    assert (begin[order][1:] >= end[order][:-1]).all()


def test_alone_a_job_has_the_revisit_it_wants(timeline: Timeline) -> None:
    for job in (WIDE, SECTOR, AIR):
        dwells, _ = lay(timeline, (job,), 550.0)
        begun = dwells.time[dwells.dwell == 0]
        assert_allclose(np.diff(begun) / SECOND, job.revisit, atol=1e-6)


def test_under_load_shares_are_those_of_the_closed_form(timeline: Timeline) -> None:
    """Time of each job over 580 s of a leg, against weighted max-min fairness of what they want halfway."""
    jobs = (
        WIDE,
        replace(SECTOR, revisit=4.0, area=rectangle(box(15e3))),
        replace(AIR, dwell_time=0.1),
        replace(SPOT, revisit=60.0),
    )
    dwells, collections = lay(timeline, jobs, 580.0)
    middle = START + 290 * SECOND
    wanted = [demand(timeline.setting, timeline.limits, job, middle) for job in jobs]
    granted = allot(wanted, [job.priority for job in jobs])
    assert sum(wanted) > 2.0
    spent = np.bincount(dwells.origin, minlength=4) * np.array([0.131, 0.131, 0.1, 0.0])
    spent[3] = collections.duration.sum()
    # The number of beams of an area, and the length of an aperture, change by some percent along the leg.
    assert_allclose(spent / 580.0, granted, atol=0.02)
    assert granted[0] < 0.2 < granted[1]


def test_the_revisit_of_the_wide_area_stretches_by_what_others_take(timeline: Timeline) -> None:
    dwells, _ = lay(timeline, (WIDE, SECTOR), 590.0)
    beams = beams_of(timeline.setting, SECTOR, START + 300 * SECOND)
    share = beams * 0.131 / 10.0
    begun = of_job(dwells, 1).time[of_job(dwells, 1).dwell == 0]
    assert 0.05 < share < 0.3
    assert np.diff(begun).mean() / SECOND == pytest.approx(457 * 0.131 / (1.0 - share), rel=0.02)
    sector = of_job(dwells, 2)
    assert np.diff(sector.time[sector.dwell == 0]).mean() / SECOND == pytest.approx(10.0, rel=0.01)


def test_within_a_priority_what_is_due_first_comes_first(timeline: Timeline) -> None:
    early = replace(SECTOR, number=7, revisit=5.0, priority=9)
    late = replace(SECTOR, number=8, revisit=50.0, priority=9, area=rectangle(box(20e3)))
    dwells, _ = lay(timeline, (late, early), 4.0)
    dwells = dwells.take(dwells.revisit == 0)
    beams = np.array([beams_of(timeline.setting, job, START) for job in (late, early)])[dwells.origin]
    due = np.array([50.0, 5.0])[dwells.origin] * dwells.dwell / beams
    assert set(dwells.origin.tolist()) == {0, 1}
    assert (np.diff(due) >= -1e-6).all()


@pytest.mark.parametrize("step", [7.0, 60.0, 433.3])
def test_it_does_not_matter_in_which_steps_it_is_followed(timeline: Timeline, step: float) -> None:
    """Over a leg, a turn and the next leg, with images that are put off: the same dwells to the last bit."""
    away = replace(SPOT, number=5, area=rectangle(box(1e3, east=120e3)), end=START + 700 * SECOND)
    jobs = (*ALL, away)
    end = START + 1_000 * SECOND
    whole, images = lay(timeline, jobs, 1_000.0)
    parts = list(timeline.follow(timeline.init(jobs, START), end, step))
    stepped = concatenate_dwells([dwells for _, dwells, _ in parts])
    assert len(stepped) == len(whole)
    for name in Dwells.DTYPES:
        if name != "origin":
            assert np.array_equal(getattr(stepped, name), getattr(whole, name)), name
    job = [np.array([o.job for o in d.origins])[d.origin] for d in (stepped, whole)]
    assert np.array_equal(*job)
    for name in Collections.DTYPES:
        column = np.concatenate([getattr(collections, name) for _, _, collections in parts])
        assert np.array_equal(column, getattr(images, name)), name


def test_what_a_turn_blinds_is_not_looked_at(timeline: Timeline) -> None:
    dwells, _ = lay(timeline, ALL, LEG + TURN + 200.0)
    assert np.abs(fly(timeline.setting.path, dwells.time).roll).max() <= timeline.setting.mount.roll_limit
    second = (dwells.time - START) / SECOND
    assert not ((second > LEG + 5.0) & (second < LEG + TURN - 3.0)).any()
    assert ((second > LEG - 30.0) & (second < LEG)).any()
    assert (second > LEG + TURN + 5.0).any()


def test_after_a_turn_a_revisit_goes_on_over_the_same_ground(timeline: Timeline) -> None:
    """One that is half done when the turn begins is finished after it, on the other flank, without a second look."""
    start = START + round((LEG - 30.0) * SECOND)
    wide = replace(WIDE, area=rectangle(box(40e3)), toward=None, revisit=1_000.0, dwell_time=0.6)
    dwells, _ = lay(timeline, (wide,), 400.0, start)
    flank = np.sign(np.angle(np.exp(1j * dwells.sensor_heading.astype(float))))
    assert dwells.last_of_revisit.sum() == 1
    assert set(flank) == {-1.0, 1.0}
    east, north = (axis.ravel() for axis in np.meshgrid(np.linspace(-30e3, 30e3, 25), np.linspace(-30e3, 30e3, 25)))
    latitude, longitude, _ = enu_to_geodetic(np.stack([east, north, 0.0 * east], axis=-1), FRAME)
    looks = covers(dwells, latitude, longitude).sum(axis=0)
    assert (looks > 0).mean() > 0.9
    assert looks.mean() < 1.2


def test_a_gentle_turn_does_not_blind(setting: Setting) -> None:
    """A circle of 60 km at 220 m/s takes 4.7 degrees of bank: 457 beams a minute all the way round."""
    orbit = CircularOrbit(frame=FRAME, east=0.0, north=0.0, radius=60e3, speed=220.0, start=START)
    timeline = Timeline(setting=replace(setting, path=orbit), origin=Origin(source="test", simulated=True))
    dwells, _ = lay(timeline, (replace(WIDE, toward=None),), 600.0)
    assert len(dwells) == 4_570
    stiff = replace(timeline, setting=replace(timeline.setting, mount=Mount(roll_limit=np.radians(4.0))))
    assert len(lay(stiff, (replace(WIDE, toward=None),), 600.0)[0]) == 0


def test_a_sector_is_covered_in_each_of_its_revisits(timeline: Timeline) -> None:
    job = replace(SECTOR, area=rectangle(box(10e3, east=20e3, north=15e3)))
    dwells, _ = lay(timeline, (job, WIDE), 300.0)
    east, north = (axis.ravel() for axis in np.meshgrid(np.linspace(11e3, 29e3, 31), np.linspace(6e3, 24e3, 31)))
    latitude, longitude, _ = enu_to_geodetic(np.stack([east, north, 0.0 * east], axis=-1), FRAME)
    mine = of_job(dwells, 2)
    for revisit in (0, 9, 20):
        looks = covers(mine.take(mine.revisit == revisit), latitude, longitude).sum(axis=0)
        assert (looks > 0).mean() > 0.98


def test_an_area_beside_the_field_of_view_waits_until_it_comes_into_it(timeline: Timeline) -> None:
    ahead = replace(SECTOR, area=rectangle(box(3e3, east=200e3, north=-60e3)))
    dwells, _ = lay(timeline, (ahead,), 580.0)
    assert (dwells.time[0] - START) / SECOND > 100.0
    flank, angle = off_broadside(
        dwells.track,
        bearing_and_distance(
            dwells.sensor_latitude, dwells.sensor_longitude, dwells.area_latitude, dwells.area_longitude
        )[0],
    )
    assert (flank == -1).all()
    assert angle.max() <= np.radians(60.0) + 1e-3
    assert angle.max() > np.radians(58.0)


def test_where_nothing_can_be_seen_nothing_is_laid(setting: Setting) -> None:
    far = replace(SECTOR, area=rectangle(box(3e3, north=500e3)))
    one_eyed = replace(setting, radar=Radar(antenna=Antenna(left=False)))
    for seen, job in ((setting, far), (one_eyed, SECTOR)):
        timeline = Timeline(setting=seen, origin=Origin(source="test", simulated=True))
        dwells, collections = lay(timeline, (job,), 500.0)
        assert len(dwells) == len(collections) == 0
    assert len(lay(timeline, (), 500.0)[0]) == 0


def test_images_take_the_time_of_their_aperture_and_leave_no_time_for_dwells(timeline: Timeline) -> None:
    """By lam R / (2 v rho cos theta): 0.0312 x 140.5 km / 440 is 10.0 s abeam, more from farther fore or aft."""
    _, collections = lay(timeline, (SPOT, WIDE), 580.0)
    assert len(collections) == 5
    assert (collections.outcome == CollectionOutcome.TAKEN).all()
    expected = (
        timeline.setting.radar.waveform.wavelength
        * collections.slant_range
        / (2.0 * 220.0 * np.cos(collections.squint))
    )
    assert_allclose(collections.duration, expected, rtol=1e-3)
    assert collections.duration.min() == pytest.approx(10.0, abs=0.1)
    assert collections.number.tolist() == [0, 1, 2, 3, 4]
    assert_allclose(collections.latitude, FRAME.latitude, atol=1e-6)
    assert (np.diff(np.sign(collections.squint)) <= 0).all()


def test_at_half_the_resolution_an_image_takes_twice_the_time(timeline: Timeline) -> None:
    _, fine = lay(timeline, (replace(SPOT, resolution=0.5),), 20.0)
    _, coarse = lay(timeline, (SPOT,), 20.0)
    assert fine.duration[0] == pytest.approx(2.0 * coarse.duration[0])


def test_an_image_too_far_forward_is_put_off_until_it_is_abeam_enough(timeline: Timeline) -> None:
    ahead = replace(SPOT, area=rectangle(box(1e3, east=100e3, north=-40e3)), revisit=np.inf)
    _, collections = lay(timeline, (ahead,), 580.0)
    assert collections.outcome.tolist() == [CollectionOutcome.POSTPONED, CollectionOutcome.TAKEN]
    assert collections.obstacle.tolist() == [CollectionObstacle.SQUINT, CollectionObstacle.NONE]
    assert collections.time[0] == START
    # It is tried every five seconds; the aircraft comes abeam by a twentieth of a degree a second.
    assert np.degrees(collections.squint[1]) == pytest.approx(45.0, abs=0.5)


@pytest.mark.parametrize(
    ("area", "obstacle"),
    [
        (box(1e3, north=200e3), CollectionObstacle.RANGE),
        (box(1e3, east=-60e3, north=-130e3), CollectionObstacle.RANGE),
        (box(1e3, east=100e3, north=-100e3), CollectionObstacle.SQUINT),
    ],
)
def test_an_image_that_is_never_possible_is_given_up_with_its_reason(
    timeline: Timeline, area: Area, obstacle: CollectionObstacle
) -> None:
    end = START + 100 * SECOND
    _, collections = lay(timeline, (replace(SPOT, area=rectangle(area), end=end), WIDE), 200.0)
    assert collections.outcome.tolist() == [CollectionOutcome.POSTPONED, CollectionOutcome.DENIED]
    assert collections.obstacle.tolist() == [obstacle, obstacle]
    assert collections.duration.tolist() == [0.0, 0.0]
    assert end <= collections.time[1] < end + SECOND


def test_an_image_is_not_begun_shortly_before_a_turn(timeline: Timeline) -> None:
    start = START + round((LEG - 5.0) * SECOND)
    area = rectangle(box(1e3, east=70e3))
    _, collections = lay(timeline, (replace(SPOT, area=area, revisit=np.inf),), 300.0, start)
    assert collections.outcome.tolist() == [CollectionOutcome.POSTPONED, CollectionOutcome.TAKEN]
    assert collections.obstacle[0] == CollectionObstacle.TURNING
    assert collections.time[1] > START + round((LEG + TURN) * SECOND)


def test_apertures_that_take_for_ever_are_refused(timeline: Timeline) -> None:
    _, collections = lay(timeline, (replace(SPOT, resolution=0.01),), 20.0)
    assert collections.obstacle.tolist() == [CollectionObstacle.APERTURE_TOO_LONG]


def test_jobs_begin_and_end_when_they_are_to(timeline: Timeline) -> None:
    job = replace(SECTOR, begin=START + 100 * SECOND, end=START + 200 * SECOND)
    state, dwells, _ = timeline.step(timeline.init((job, WIDE), START), START + 300 * SECOND)
    mine = of_job(dwells, 2)
    assert mine.time[0] >= job.begin
    assert mine.time[0] < job.begin + SECOND
    assert START + 180 * SECOND < mine.time[-1] < START + 200 * SECOND
    assert [left.job.number for left in state.jobs] == [1]


def test_jobs_come_and_go_between_steps(timeline: Timeline) -> None:
    state, first, _ = timeline.step(timeline.init((WIDE,), START), START + 100 * SECOND)
    state, second, _ = timeline.step(add_job(state, SECTOR), START + 200 * SECOND)
    state, third, _ = timeline.step(remove_job(state, 2), START + 300 * SECOND)
    counts = [len(of_job(dwells, 2)) for dwells in (first, second, third)]
    assert counts[0] == counts[2] == 0 < counts[1]
    # The wide area goes on with its revisit where it was.
    wide = concatenate_dwells([of_job(dwells, 1) for dwells in (first, second, third)])
    assert (np.diff(wide.revisit.astype(int) * 457 + wide.dwell) == 1).all()
    assert state.highest_number == 2


def test_once_only_is_once(timeline: Timeline) -> None:
    dwells, collections = lay(timeline, (replace(SECTOR, revisit=np.inf), replace(SPOT, revisit=np.inf)), 100.0)
    assert (dwells.revisit == 0).all()
    assert dwells.last_of_revisit.sum() == 1
    assert len(collections) == 1


def test_no_time_is_no_dwells_and_time_does_not_run_back(timeline: Timeline) -> None:
    state = timeline.init(ALL, START)
    again, dwells, collections = timeline.step(state, START - SECOND)
    assert again == state
    assert len(dwells) == len(collections) == 0


def test_what_cannot_be_is_refused(timeline: Timeline, setting: Setting) -> None:
    with pytest.raises(UsageError, match="number 1"):
        timeline.init((WIDE, WIDE), START)
    with pytest.raises(UsageError, match="simulated=True"):
        Timeline(setting=setting, origin=Origin(source="test"))
    with pytest.raises(UsageError, match="six hours"):
        timeline.step(TimelineState(time=START), START + 7 * 3_600 * SECOND)
    with pytest.raises(UsageError, match="near to a farther"):
        Timeline(setting=replace(setting, radar=Radar(nearest=1e6)), origin=Origin(source="test", simulated=True))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": 0}, "number above zero"),
        ({"priority": 0}, "priority"),
        ({"priority": 100}, "priority"),
        ({"revisit": 0.0}, "revisit"),
        ({"revisit": np.nan}, "revisit"),
        ({"dwell_time": 0.0}, "dwell time"),
        ({"resolution": 0.0}, "resolution"),
        ({"begin": 5, "end": 5}, "end after"),
        ({"kind": JobKind.SPOT_IMAGE}, "for its image"),
    ],
)
def test_jobs_that_cannot_be_say_why(changes: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        replace(WIDE, **changes)  # type: ignore[arg-type]


def test_over_waypoints_the_wide_area_changes_flank_with_the_place_it_looks_toward(setting: Setting) -> None:
    path = Waypoints(frame=FRAME, places=((-60e3, -150e3), (0.0, -150e3), (0.0, -250e3)), speed=220.0, start=START)
    timeline = Timeline(setting=replace(setting, path=path), origin=Origin(source="test", simulated=True))
    beside_the_second_leg = (FRAME.latitude - 0.035, FRAME.longitude + 0.02)
    dwells, _ = lay(timeline, (replace(WIDE, toward=beside_the_second_leg),), 600.0)
    flank = np.sign(np.angle(np.exp(1j * dwells.sensor_heading.astype(float))))
    assert (flank[0], flank[-1]) == (1.0, -1.0)
    assert (np.diff(flank) != 0.0).sum() == 1


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_jobs_the_timeline_keeps_its_promises(setting: Setting, seed: int) -> None:
    """Random jobs on random paths: order, field of view, steadiness, revisits complete and in order, steps."""
    rng = np.random.default_rng(seed)
    paths = (
        setting.path,
        CircularOrbit(frame=FRAME, east=0.0, north=-100e3, radius=50e3, speed=200.0, start=START),
        Waypoints(frame=FRAME, places=((-90e3, -150e3), (30e3, -140e3), (40e3, -60e3)), speed=230.0, start=START),
    )
    timeline = Timeline(setting=replace(setting, path=paths[seed % 3]), origin=Origin(source="test", simulated=True))
    jobs = tuple(random_job(rng, number) for number in range(1, 9))
    end = START + 900 * SECOND
    _, dwells, collections = timeline.step(timeline.init(jobs, START), end)
    stepped = list(timeline.follow(timeline.init(jobs, START), end, float(rng.uniform(3.0, 90.0))))
    again = concatenate_dwells([part for _, part, _ in stepped])
    assert np.array_equal(again.time, dwells.time)
    assert np.array_equal(again.area_latitude, dwells.area_latitude)
    assert np.array_equal(np.concatenate([part.time for _, _, part in stepped]), collections.time)
    assert (np.diff(dwells.time) > 0).all()
    flown = fly(timeline.setting.path, dwells.time)
    assert (np.abs(flown.roll) <= timeline.setting.mount.roll_limit).all()
    bearing, distance = bearing_and_distance(
        dwells.sensor_latitude, dwells.sensor_longitude, dwells.area_latitude, dwells.area_longitude
    )
    near, far = swath(timeline.setting.radar, 12_000.0)
    assert (np.abs(off_broadside(flown.track, bearing)[1]) <= np.radians(60.1)).all()
    assert (distance + dwells.range_half_extent <= far * 1.001).all()
    assert (distance - dwells.range_half_extent >= near * 0.999).all()
    for job in jobs:
        mine = of_job(dwells, job.number)
        begins = np.flatnonzero(mine.dwell == 0)
        assert mine.dwell.tolist() == [k for n in np.diff(np.append(begins, len(mine))) for k in range(n)]
        assert mine.revisit[begins].tolist() == list(range(len(begins)))
        assert np.array_equal(np.flatnonzero(mine.last_of_revisit)[: len(begins) - 1], begins[1:] - 1)


def random_job(rng: np.random.Generator, number: int) -> Job:
    kind = list(JobKind)[int(rng.integers(4))]
    area = rectangle(box(float(rng.uniform(1e3, 40e3)), *rng.uniform(-120e3, 60e3, 2).tolist()))
    whole = kind in (JobKind.WIDE_AREA, JobKind.AIR_SEARCH)
    begin = START + int(rng.integers(0, 300)) * SECOND
    return Job(
        number=number,
        kind=kind,
        area=None if whole else area,
        toward=NORTH if whole else None,
        priority=int(rng.integers(1, 100)),
        revisit=float(rng.uniform(5.0, 120.0)) if rng.random() < 0.9 else np.inf,
        dwell_time=float(rng.uniform(0.02, 0.3)),
        begin=begin,
        end=begin + int(rng.integers(1, 600)) * SECOND if rng.random() < 0.5 else None,
    )
