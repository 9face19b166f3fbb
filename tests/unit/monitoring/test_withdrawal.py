"""A withdrawal that was announced: seen, not seen, or open."""

import numpy as np
import pytest

from sidelook.errors import UsageError
from sidelook.monitoring.errors import NothingSeenError
from sidelook.monitoring.settings import StockSettings
from sidelook.monitoring.stock import SiteStock, follow_site
from sidelook.monitoring.withdrawal import Announcement, Answer, find_withdrawal

from .observed import HOUR, hours, make_flow, make_images

DAYS = 24.0 * np.arange(8) + 12.0
ASKED = hours(*DAYS)


def stock_of(counts: list[int], chance: float = 0.9, error: float = 0.03) -> SiteStock:
    """Give a site imaged four times a day, so many counted on each."""
    rows = [(day + part, count) for day, count in zip(DAYS, counts, strict=False) for part in (-2.0, -1.0, 0.0, 1.0)]
    return follow_site(0, make_flow([]), make_images(rows, chance=chance, error=error), ASKED, StockSettings())


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def announced(number: int, share: float = 0.8) -> Announcement:
    return Announcement(number=number, begin=int(ASKED[2] + HOUR), end=int(ASKED[5] - HOUR), share=share)


def test_a_withdrawal_is_seen_not_seen_or_open(rng: np.random.Generator) -> None:
    left = find_withdrawal(stock_of([90] * 3 + [60] * 5), announced(30), rng)
    assert left.answer is Answer.YES
    assert left.low < 33 < left.high
    stayed = find_withdrawal(stock_of([90] * 8), announced(30), rng)
    assert stayed.answer is Answer.NO
    assert stayed.probability < 0.05
    some = find_withdrawal(stock_of([90] * 3 + [66] * 5), announced(33), rng)
    assert some.answer is Answer.UNDETERMINED
    assert "less and more than" in some.reason


def test_more_than_stood_there_cannot_have_left(rng: np.random.Generator) -> None:
    answer = find_withdrawal(stock_of([30] * 3 + [0] * 5), announced(200), rng)
    assert answer.answer is Answer.NO
    assert "stood there before" in answer.reason


def test_a_withdrawal_after_which_nobody_looked_is_open(rng: np.random.Generator) -> None:
    images = make_images([(day, 90) for day in DAYS[:3]], chance=0.95, error=0.0)
    stock = follow_site(0, make_flow([]), images, ASKED, StockSettings())
    answer = find_withdrawal(stock, announced(30), rng)
    assert answer.answer is Answer.UNDETERMINED
    assert "neither an image nor a crossing" in answer.reason


def test_a_withdrawal_needs_a_time_before_and_one_after(rng: np.random.Generator) -> None:
    late = Announcement(number=30, begin=int(ASKED[6]), end=int(ASKED[7] + HOUR))
    with pytest.raises(NothingSeenError, match="one after"):
        find_withdrawal(stock_of([90] * 8), late, rng)


@pytest.mark.parametrize("wrong", [{"number": 0}, {"share": 0.0}, {"share": 1.5}, {"end": 5}, {"share": np.nan}])
def test_withdrawals_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        Announcement(**({"number": 10, "begin": 5, "end": 9} | wrong))  # type: ignore[arg-type]
