import numpy as np
import pytest
from numpy.testing import assert_allclose

from sidelook.geometry.frames import LocalFrame
from sidelook.simulation.schedule import Area, ImagingLimits, Job, JobKind, Setting, rectangle
from sidelook.simulation.schedule.load import allot, beams_of, demand

START = 1_777_876_200_000_000_000
FRAME = LocalFrame(latitude=0.66, longitude=-0.75)


def test_who_wants_little_gets_it() -> None:
    assert_allclose(allot([0.2, 0.3, 0.1], [1, 50, 99]), [0.2, 0.3, 0.1])


def test_where_all_want_all_they_get_one_over_their_priority() -> None:
    assert_allclose(allot([1.0, 1.0], [1, 10]), [10 / 11, 1 / 11])
    assert_allclose(allot([5.0, 5.0, 5.0], [1, 2, 4]), np.array([4, 2, 1]) / 7)


def test_what_the_content_leave_goes_to_the_others() -> None:
    """The low one is content with 5 % though its part is a tenth; then the middle one wants less than half."""
    assert_allclose(allot([1.0, 0.2, 0.05], [4, 2, 12]), [0.75, 0.2, 0.05])


def test_within_a_priority_all_are_cut_alike() -> None:
    assert_allclose(allot([1.0, 0.5, 0.1], [50, 50, 1]), [0.6, 0.3, 0.1])


def test_never_more_than_all_and_never_more_than_wanted() -> None:
    rng = np.random.default_rng(6)
    for _ in range(200):
        count = int(rng.integers(1, 12))
        wanted, priority = rng.exponential(0.3, count), rng.integers(1, 100, count)
        shares = allot(wanted, priority.tolist())
        assert (shares <= wanted + 1e-12).all()
        assert shares.sum() == pytest.approx(min(1.0, wanted.sum()))
        # Nobody who was cut has less, for its weight, than another has (max-min fairness).
        per_class = {p: shares[priority == p].sum() * p for p in set(priority.tolist())}
        cut = {p for p in per_class if (shares[priority == p] < wanted[priority == p] - 1e-9).any()}
        for one in cut:
            assert per_class[one] >= max(per_class.values()) - 1e-9


def test_no_jobs_and_no_wishes() -> None:
    assert len(allot([], [])) == 0
    assert_allclose(allot([0.0, 2.0], [1, 2]), [0.0, 1.0])


def test_jobs_want_beams_times_dwells_over_their_revisit(setting: Setting) -> None:
    wide = Job(number=1, toward=(0.66, -0.75))
    assert beams_of(setting, wide, START) == 457
    assert demand(setting, ImagingLimits(), wide, START) == pytest.approx(457 * 0.131 / 60.0)
    middle = START + 300_000_000_000
    area = rectangle(Area(frame=FRAME, west=-5e3, south=-5e3, east=5e3, north=5e3))
    sector = Job(number=2, kind=JobKind.SECTOR, area=area, revisit=5.0)
    # 10 km seen from 135 to 145 km abeam, in beams of 3.79 mrad.
    assert beams_of(setting, sector, middle) == pytest.approx(10.0 / 135.0 / 3.79e-3, abs=1.0)
    spot = Job(number=3, kind=JobKind.SPOT_IMAGE, area=area, revisit=100.0)
    assert demand(setting, ImagingLimits(), spot, middle) == pytest.approx(0.1, abs=0.003)


def test_what_is_not_in_view_wants_nothing(setting: Setting) -> None:
    area = rectangle(Area(frame=FRAME, west=-5e3, south=500e3, east=5e3, north=510e3))
    for kind in (JobKind.SECTOR, JobKind.SPOT_IMAGE):
        assert demand(setting, ImagingLimits(), Job(number=1, kind=kind, area=area), START) == 0.0
