"""What changed: called where it was seen, left open where it could not be."""

import numpy as np
import pytest

from sidelook.errors import UsageError
from sidelook.monitoring.change import Question, Verdict, compare, draw_change, trend
from sidelook.monitoring.errors import NothingSeenError
from sidelook.monitoring.settings import StockSettings
from sidelook.monitoring.stock import SiteStock, follow_site

from .observed import hours, make_flow, make_images

DAYS = 24.0 * np.arange(8) + 12.0
ASKED = hours(*DAYS)
TEN = Question(least=10)


def stock_of(counts: list[int], chance: float = 0.9, error: float = 0.03) -> SiteStock:
    """Give a site imaged four times a day, so many counted on each."""
    rows = [(day + part, count) for day, count in zip(DAYS, counts, strict=False) for part in (-2.0, -1.0, 0.0, 1.0)]
    return follow_site(0, make_flow([]), make_images(rows, chance=chance, error=error), ASKED, StockSettings())


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_a_large_rise_a_fall_and_nothing_are_called(rng: np.random.Generator) -> None:
    rise, fall = [60] * 4 + [90] * 4, [90] * 4 + [60] * 4
    assert compare(stock_of(rise), ASKED[:4], ASKED[4:], TEN, rng).verdict is Verdict.GROWING
    assert compare(stock_of(fall), ASKED[:4], ASKED[4:], TEN, rng).verdict is Verdict.SHRINKING
    same = compare(stock_of([90] * 8), ASKED[:4], ASKED[4:], TEN, rng)
    assert same.verdict is Verdict.UNCHANGED
    assert -10 < same.low < 0 < same.high < 10
    assert same.smaller > 0.95
    assert "less than the 10 asked about" in same.reason


def test_what_the_interval_cannot_decide_is_undetermined_and_says_what_it_could(rng: np.random.Generator) -> None:
    change = compare(stock_of([50] * 4 + [54] * 4, chance=0.55, error=0.1), ASKED[3], ASKED[5], TEN, rng)
    assert change.verdict is Verdict.UNDETERMINED
    assert change.low < 0
    assert change.high > 10
    assert change.detectable > 10
    assert "no change and one of 10 alike" in change.reason


def test_where_nothing_was_seen_near_a_time_the_answer_is_open_and_says_when(rng: np.random.Generator) -> None:
    images = make_images([(DAYS[0], 90), (DAYS[1], 90)], chance=0.99, error=0.0)
    stock = follow_site(0, make_flow([]), images, ASKED, StockSettings())
    change = compare(stock, ASKED[0], ASKED[6], TEN, rng)
    assert change.verdict is Verdict.UNDETERMINED
    assert "1970-01-07T12:00:00Z neither an image nor a crossing" in change.reason


def test_a_rise_within_sight_is_known_without_an_image(rng: np.random.Generator) -> None:
    flow = make_flow([(hour, hour + 1.0, 4, 0) for hour in range(8, 16)], exposure=0.95)
    stock = follow_site(0, flow, make_images([]), hours(8, 16), StockSettings())
    change = compare(stock, hours(8), hours(16), TEN, rng)
    assert change.verdict is Verdict.GROWING
    assert change.mean == pytest.approx(33.0, abs=4.0)
    assert change.per_day == pytest.approx(3.0 * change.mean)


def test_the_trend_is_that_of_the_first_against_the_last(rng: np.random.Generator) -> None:
    change = trend(stock_of([50, 56, 62, 68, 74, 80, 86, 92]), TEN, rng)
    assert change.verdict is Verdict.GROWING
    assert change.before == (int(ASKED[0]), int(ASKED[1]))
    assert change.after == (int(ASKED[6]), int(ASKED[7]))
    assert change.per_day == pytest.approx(6.0 / 0.9, rel=0.15)


def test_one_mission_has_no_trend(rng: np.random.Generator) -> None:
    stock = follow_site(0, make_flow([]), make_images([(12.0, 50)]), hours(12), StockSettings())
    with pytest.raises(NothingSeenError, match="two missions"):
        trend(stock, TEN, rng)


def test_the_probabilities_are_of_one_distribution(rng: np.random.Generator) -> None:
    change = compare(stock_of([85] * 4 + [88] * 4), ASKED[3], ASKED[4], TEN, rng)
    assert change.growing + change.shrinking <= 1.0
    assert change.low <= change.mean <= change.high
    gain = draw_change(stock_of([85] * 8), np.array([3]), np.array([4]), rng)
    assert (gain == np.round(gain)).all()


def test_times_not_asked_for_and_periods_in_the_wrong_order_are_refused(rng: np.random.Generator) -> None:
    stock = stock_of([90] * 8)
    with pytest.raises(NothingSeenError, match="at all times"):
        compare(stock, ASKED[0] + 1, ASKED[1], TEN, rng)
    with pytest.raises(NothingSeenError, match="must end before"):
        compare(stock, ASKED[3:5], ASKED[4:], TEN, rng)
    with pytest.raises(NothingSeenError):
        compare(stock, [], ASKED[4:], TEN, rng)
    within = follow_site(0, make_flow([(8, 12, 9, 0)]), make_images([]), hours(8.5, 9.5), StockSettings())
    with pytest.raises(NothingSeenError, match="within one watched span"):
        compare(within, hours(8.5), hours(9.5), TEN, rng)


@pytest.mark.parametrize(
    "wrong", [{"least": 0.0}, {"least": np.nan}, {"false_call_rate": 0.0}, {"false_call_rate": 1.0}]
)
def test_questions_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        Question(**({"least": 10.0} | wrong))
