"""Coverage of a revisit by the map, against the closed form of the annular sector."""

from dataclasses import replace

import numpy as np
import pytest

from sidelook.errors import UsageError
from sidelook.geometry.frames import LocalFrame
from sidelook.model.columns import Flags, Floats
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells
from sidelook.model.radar import Radar
from sidelook.sensing.location import Place, bearing_and_distance
from sidelook.simulation.coverage import contention, dwells_of, map_of, scan_km2, sector_km2
from sidelook.simulation.orbit import Racetrack
from sidelook.simulation.schedule import Area, Job, JobKind, Setting, Timeline, rectangle

START = 1_777_876_200_000_000_000
SECOND = 1_000_000_000
FRAME = LocalFrame(latitude=0.66, longitude=-0.75)
PATH = Racetrack(frame=FRAME, east=0.0, north=-150e3, heading=np.pi / 2, leg=132e3, speed=220.0, start=START)
TIMELINE = Timeline(setting=Setting(path=PATH, radar=Radar()), origin=Origin(source="test", simulated=True))
WIDE = Job(number=1, toward=(FRAME.latitude, FRAME.longitude), priority=50)


def boxed(half: float) -> Area:
    return Area(frame=FRAME, west=-half, south=-half, east=half, north=half)


SECTOR = Job(number=2, kind=JobKind.SECTOR, area=rectangle(boxed(6e3)), priority=5, revisit=10.0)
SPOT = Job(number=3, kind=JobKind.SPOT_IMAGE, area=rectangle(boxed(1e3)), priority=5, revisit=60.0)
AIR = Job(
    number=4,
    kind=JobKind.AIR_SEARCH,
    toward=(FRAME.latitude, FRAME.longitude),
    priority=30,
    revisit=60.0,
    dwell_time=0.02,
)


@pytest.fixture(scope="module")
def revisit() -> Dwells:
    """One revisit of 60 s, a minute after the beginning of a leg."""
    _, dwells, _ = TIMELINE.step(TIMELINE.init([WIDE], START), START + 180 * SECOND)
    return dwells_of(dwells, 1, 1)


def test_the_field_of_view_is_that_of_the_closed_form() -> None:
    """62,832 km2 lie between 50 and 250 km over 120 degrees; slant ranges from 12 km reach a little less far."""
    flat = np.pi / 3.0 * (250.0**2 - 50.0**2)
    assert flat == pytest.approx(62_832.0, abs=1.0)
    # Slant ranges shrink both squares by h^2 alike; the earth's curve takes what 200 km below the horizon costs.
    assert sector_km2(TIMELINE.setting) == pytest.approx(flat, rel=3e-3)
    low = replace(TIMELINE.setting, path=replace(PATH, height=1_000.0))
    assert sector_km2(low) < 0.3 * flat


def test_one_revisit_of_60_seconds_covers_more_than_50_000_km2(revisit: Dwells) -> None:
    """By the map, in cells of 1 km; less the 3.6 % by which the scan closes up as the aircraft flies on."""
    assert (revisit.time[-1] - revisit.time[0]) / SECOND < 60.0
    found = map_of(revisit)
    assert found.scanned_km2 >= 50_000.0
    assert found.scanned_km2 == pytest.approx(scan_km2(TIMELINE.setting, 457 * 0.131), rel=2e-3)
    assert found.scanned_km2 == pytest.approx(0.964 * sector_km2(TIMELINE.setting), rel=2e-3)
    assert found.visible_km2 == found.scanned_km2
    # No gaps: the second looks are where the scan closes up.
    assert (found.looks == 2).sum() / (found.looks > 0).sum() == pytest.approx(0.037, abs=0.004)
    assert found.looks.max() == 2


def test_50_000_km2_take_less_than_a_revisit() -> None:
    """From forward on, 2 sin(60) n / 457 in the sine of the angle; the closed form of the angles swept, by the map."""
    for seconds, least in ((48.0, 45_000.0), (53.0, 50_000.0)):
        _, dwells, _ = TIMELINE.step(TIMELINE.init([WIDE], START), START + round(seconds * SECOND))
        edge = np.sin(np.radians(60.0))
        swept = np.radians(60.0) - np.arcsin(edge - 2.0 * edge * len(dwells) / 457)
        closing = sector_km2(TIMELINE.setting) - scan_km2(TIMELINE.setting, seconds)
        expected = sector_km2(TIMELINE.setting) * swept / np.radians(120.0) - closing
        found = map_of(dwells, 2_000.0).scanned_km2
        assert found == pytest.approx(expected, rel=0.01)
        assert found > least


def test_scanning_aft_leaves_no_gaps_on_either_flank(revisit: Dwells) -> None:
    south = replace(WIDE, toward=(FRAME.latitude - 0.1, FRAME.longitude))
    _, dwells, _ = TIMELINE.step(TIMELINE.init([south], START), START + 60 * SECOND)
    right = map_of(dwells_of(dwells, 1, 0), 2_000.0)
    left = map_of(revisit, 2_000.0)
    assert right.scanned_km2 == pytest.approx(left.scanned_km2, rel=5e-3)


def test_what_is_masked_was_scanned_but_not_visible(revisit: Dwells) -> None:
    """A wall at 150 km around the aircraft hides all beyond: an annular sector again."""

    def before_the_wall(latitude: Floats, longitude: Floats, sensor: Place) -> Flags:
        return bearing_and_distance(sensor[0], sensor[1], latitude, longitude)[1] < 150e3

    found = map_of(revisit, visible=before_the_wall)
    inner = replace(TIMELINE.setting, radar=Radar(farthest=150e3))
    assert found.visible_km2 == pytest.approx(scan_km2(inner, 457 * 0.131), rel=0.01)
    assert found.scanned_km2 > 2.5 * found.visible_km2


def test_others_take_their_share_as_in_closed_form() -> None:
    """Nine minutes of a leg; shares within a hundredth, revisit and area within some percent."""
    mixes = {
        "alone": (),
        "spot images": (SPOT,),
        "sector": (SECTOR,),
        "air": (AIR,),
        "all": (SPOT, SECTOR, AIR),
    }
    table = contention(TIMELINE, WIDE, mixes, (START + 10 * SECOND, START + 590 * SECOND), 4_000.0)
    assert [row.name for row in table] == list(mixes)
    for row in table[:-1]:
        assert row.share == pytest.approx(row.share_expected, abs=0.01), row
        assert row.revisit == pytest.approx(row.revisit_expected, rel=0.03), row
        assert row.scanned_km2 == pytest.approx(row.scanned_km2_expected, rel=0.03), row
    # Images delay revisits of the sector, which are not made up: that much more is left.
    assert table[-1].share_expected < table[-1].share < table[-1].share_expected + 0.03
    assert table[-1].scanned_km2 == pytest.approx(table[-1].scanned_km2_expected, rel=0.08)
    alone, spot, sector, air, everything = table
    assert alone.revisit == pytest.approx(60.0)
    assert spot.share == pytest.approx(1.0 - 11.0 / 60.0, abs=0.02)
    assert air.share == pytest.approx(1.0 - 457 * 0.02 / 60.0, abs=0.01)
    assert everything.share < min(spot.share, sector.share, air.share)
    assert everything.scanned_km2 < 0.75 * alone.scanned_km2
    assert [row.images for row in table] == [0, 10, 0, 0, 10]


def test_contention_of_an_area_or_of_too_short_a_time_is_refused() -> None:
    for job, seconds in ((SECTOR, 100), (WIDE, 30)):
        with pytest.raises(UsageError, match="whole field of view"):
            contention(TIMELINE, job, {"alone": ()}, (START, START + seconds * SECOND))
