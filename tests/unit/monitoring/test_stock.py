"""The stock of a site: what is certain stays certain, what was not seen widens it, and bad input is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidelook.model.columns import stack
from sidelook.model.origin import Classification, Origin
from sidelook.model.stock import FlowObservation, ImageCount, StockBasis
from sidelook.monitoring.errors import ContradictionError, NothingSeenError, ObservationError, StockTooLargeError
from sidelook.monitoring.settings import StockSettings
from sidelook.monitoring.stock import as_table, estimate_stock, follow_site, interval

from .observed import hours, make_flow, make_images

NO_FLOW, NO_IMAGE = make_flow([]), make_images([])
MISSION = [(8.0 + k, 9.0 + k, 3, 2) for k in range(8)]


def test_what_is_seen_without_fail_is_conserved() -> None:
    """A perfect image and a cordon where nobody is missed: before + in - out, exactly."""
    image = make_images([(8.0, 40)], chance=1.0, error=0.0)
    table = estimate_stock(make_flow(MISSION), image, hours(8, 10, 12, 16), StockSettings(bad_image=1e-9))
    np.testing.assert_array_equal(table.low, [40, 42, 44, 48])
    np.testing.assert_array_equal(table.high, table.low)
    np.testing.assert_allclose(table.mean, table.low, atol=1e-4)


def test_an_image_alone_gives_the_posterior_of_royle() -> None:
    """One image, a known chance, prior 1 / (n + 1): written out."""
    image = make_images([(8.0, 60)], chance=0.8, error=0.0)
    table = estimate_stock(NO_FLOW, image, hours(8), StockSettings(bad_image=1e-9))
    from scipy.stats import binom  # noqa: PLC0415 - the oracle of this test alone

    n = np.arange(400)
    posterior = binom.pmf(60, n, 0.8) / (n + 1.0)
    posterior /= posterior.sum()
    below = posterior.cumsum()
    assert table.mean[0] == pytest.approx(n @ posterior, abs=0.05)
    assert table.low[0] == np.flatnonzero(below > 0.05)[0]
    assert table.high[0] == np.flatnonzero(below >= 0.95)[0]


def test_out_of_sight_the_interval_widens_and_an_image_narrows_it() -> None:
    images = make_images([(8.0, 85), (104.0, 85)])
    table = estimate_stock(make_flow(MISSION, exposure=0.7), images, hours(8, 20, 40, 60, 104), None)
    width = table.high - table.low
    assert width[0] < width[1] <= width[2] <= width[3]
    assert width[4] < width[3]
    np.testing.assert_array_equal(
        table.basis, [StockBasis.BOTH, StockBasis.IMAGE, StockBasis.NOTHING, StockBasis.NOTHING, StockBasis.IMAGE]
    )


def test_asking_for_more_times_changes_no_answer() -> None:
    flow, images = make_flow(MISSION, exposure=0.7), make_images([(8.0, 85), (32.0, 80)])
    few = estimate_stock(flow, images, hours(20), None)
    many = estimate_stock(flow, images, hours(17, 18, 20, 26, 31), None)
    assert many.mean[2] == pytest.approx(few.mean[0], abs=1e-3)  # a Laplace tail meets itself on the ring


def test_the_order_of_rows_does_not_matter() -> None:
    flow, images = make_flow(MISSION, exposure=0.7), make_images([(8.0, 85), (12.0, 80), (32.0, 88)])
    turned = estimate_stock(flow.take(slice(None, None, -1)), images.take(np.array([2, 0, 1])), hours(12, 32))
    straight = estimate_stock(flow, images, hours(32, 12))
    np.testing.assert_allclose(turned.mean, straight.mean, atol=1e-9)
    assert (np.diff(straight.time) > 0).all()


def test_an_image_within_a_span_does_not_know_who_had_crossed() -> None:
    """Taken in the middle of twenty arrivals a perfect image leaves the number at either end open by a few."""
    settings = StockSettings(bad_image=1e-9)
    flow = make_flow([(8.0, 9.0, 20, 0), (9.0, 10.0, 0, 0)])
    table = estimate_stock(flow, make_images([(8.5, 50)], chance=1.0, error=0.0), hours(8, 9), settings)
    assert table.mean == pytest.approx([40.0, 60.0], abs=1.5)
    assert (table.high - table.low >= 4).all()


def test_one_bad_image_among_good_ones_is_outvoted() -> None:
    good = [(8.0 + 24.0 * day, 85) for day in range(6)]
    table = estimate_stock(NO_FLOW, make_images([*good[:3], (70.0, 3), *good[3:]]), hours(70), None)
    assert table.low[0] > 70


def test_without_an_image_only_change_is_known() -> None:
    table = estimate_stock(make_flow(MISSION), NO_IMAGE, hours(8, 16), None)
    assert (table.high - table.low > 50).all()
    assert table.mean[1] - table.mean[0] == pytest.approx(8.0, abs=3.0)
    assert (table.basis == StockBasis.FLOW).all()


def test_each_site_is_its_own_and_bears_its_origin() -> None:
    secret = Origin(source="other", classification=Classification.SECRET)
    near, far = make_images([(8.0, 20)]), make_images([(8.0, 80)], site=7, origin=secret)
    images = ImageCount(
        **(stack([near, far], ImageCount.DTYPES) | {"origin": np.array([0, 1], np.int32)}),
        origins=(*near.origins, *far.origins),
    )
    table = estimate_stock(make_flow(MISSION, exposure=0.7, site=7), images, hours(8), None)
    np.testing.assert_array_equal(table.site, [0, 7])
    assert table.mean[0] < 40 < table.mean[1]
    assert table.origins[table.origin[0]].simulated
    marked = table.origins[table.origin[1]]
    assert marked.classification == Classification.SECRET
    assert marked.simulated  # the flow was


def test_nothing_given_is_nothing_told() -> None:
    assert len(estimate_stock(NO_FLOW, NO_IMAGE, hours(8), None)) == 0
    with pytest.raises(NothingSeenError, match="nothing was observed"):
        follow_site(3, make_flow(MISSION), NO_IMAGE, hours(8), StockSettings())


def test_a_site_that_could_hold_more_than_is_asked_about_is_refused() -> None:
    with pytest.raises(StockTooLargeError, match="raise `largest`"):
        estimate_stock(NO_FLOW, make_images([(8.0, 900)]), hours(8), None)
    assert len(estimate_stock(NO_FLOW, make_images([(8.0, 900)]), hours(8), StockSettings(largest=2000))) == 1


def test_more_coming_than_is_asked_about_is_refused_and_decades_without_sight_are_not() -> None:
    with pytest.raises(StockTooLargeError):
        estimate_stock(make_flow([(8.0, 9.0, 40_000, 0)], exposure=0.9), NO_IMAGE, hours(9))
    busy = make_flow([(8.0, 9.0, 40_000, 40_000)], exposure=0.9)
    table = estimate_stock(busy, make_images([(8.5, 50)]), hours(8.5, 24 * 365 * 40))
    assert table.high[0] < 100 < table.high[1]


def test_a_column_larger_than_anything_usual_is_still_counted() -> None:
    images = make_images([(8.0, 20)], chance=1.0, error=0.0)
    table = estimate_stock(make_flow([(8.0, 9.0, 700, 0)]), images, hours(8, 9), StockSettings(largest=2000))
    assert table.low[1] == table.high[1] == 720


def test_certainties_that_contradict_one_another_are_refused() -> None:
    images = make_images([(8.0, 20), (9.0, 20)], chance=1.0, error=0.0)
    with pytest.raises(ContradictionError, match="fits no number of vehicles"):
        estimate_stock(make_flow([(8.0, 9.0, 5, 0)]), images, hours(9), StockSettings(bad_image=1e-16, same_missed=0.0))


def test_only_blind_rows_and_no_question_is_an_empty_answer() -> None:
    blind = make_flow([(8.0, 9.0, 0, 0)], exposure=0.0)
    assert len(estimate_stock(blind, NO_IMAGE, hours())) == 0
    table = estimate_stock(blind, NO_IMAGE, hours(8.5))
    assert table.basis[0] == StockBasis.NOTHING
    assert table.high[0] > 100


def test_nan_is_refused() -> None:
    flow = make_flow(MISSION, exposure=0.5)
    with pytest.raises(ObservationError):
        estimate_stock(replace(flow, exposure_out=np.full(8, np.nan)), NO_IMAGE, hours(8), None)


SPANS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=5)


@settings(max_examples=15, deadline=None)
@given(SPANS, st.floats(0.05, 1.0), st.integers(0, 40), st.floats(0.3, 1.0))
def test_intervals_are_in_order_and_hold_no_fewer_than_none(
    spans: list[tuple[int, int]], exposure: float, counted: int, chance: float
) -> None:
    flow = make_flow([(8.0 + k, 9.0 + k, came, left) for k, (came, left) in enumerate(spans)], exposure=exposure)
    images = make_images([(8.0, counted), (30.0, counted)], chance=chance, error=0.02 if chance < 0.98 else 0.0)
    stock = follow_site(0, flow, images, hours(8, 9, 20, 30, 31), StockSettings())
    table = as_table(stock, 0.9)
    probability = stock.probability()
    assert np.isfinite(probability).all()
    np.testing.assert_allclose(probability.sum(axis=1), 1.0, atol=1e-9)
    assert (table.low >= 0).all()
    assert (table.low <= table.high).all()
    assert ((table.low - 1 <= table.mean) & (table.mean <= table.high + 1)).all()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30))
def test_a_cordon_that_is_seen_better_leaves_a_narrower_interval(came: int, left: int) -> None:
    """The same true crossings at a rising exposure, counts to match."""
    widths = []
    for exposure in (0.25, 0.5, 1.0):
        rows = [(8.0, 12.0, round(came * exposure), round(left * exposure))]
        flow = make_flow(rows, exposure=exposure)
        settings_of_turnover = StockSettings(unbalanced=(1.0,), prior_rate=1.0 / 900.0, bad_image=1e-9)
        stock = follow_site(
            0, flow, make_images([(8.0, 90)], chance=1.0, error=0.0), hours(8, 12), settings_of_turnover
        )
        probability = stock.probability()[1]
        number = np.arange(len(probability))
        widths.append(np.sqrt(number**2 @ probability - (number @ probability) ** 2))
    assert widths[0] + 0.2 >= widths[1] >= widths[2] - 0.2


def test_the_interval_is_equal_tailed() -> None:
    low, high = interval(np.array([[0.04, 0.02, 0.5, 0.38, 0.04, 0.02], [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]]), 0.9)
    np.testing.assert_array_equal(low, [1, 0])
    np.testing.assert_array_equal(high, [4, 0])


def test_ninety_in_a_hundred_intervals_hold_the_stock_where_the_model_is_true() -> None:
    """Drawn from the model itself: turnover out of sight unbalanced, each image with its own chance."""
    rng = np.random.default_rng(5)
    told = StockSettings(
        unbalanced=(1.0,), step_interval=1e9, exposure_error=0.0, same_missed=0.0, dispersion_weight=1e6
    )
    held = []
    for _ in range(60):
        number, rows, pictures, truth = int(rng.integers(40, 120)), [], [], []
        chance = rng.normal(0.85, 0.04 * np.sqrt(0.7))
        for day in range(4):
            for span in range(4):
                flow = rng.negative_binomial(2.0, 0.5, 2)
                seen = rng.binomial(flow, 0.7)
                rows.append((24.0 * day + 6 * span, 24.0 * day + 6 * span + 6, *seen))
                number = max(number + int(flow[0] - flow[1]), 0)
            shown = np.clip(rng.normal(chance, 0.04 * np.sqrt(0.3)), 0.0, 1.0)
            pictures.append((24.0 * (day + 1), rng.binomial(number, shown)))
            truth.append(number)
        times = hours(24, 48, 72, 96)
        table = as_table(follow_site(0, make_flow(rows, exposure=0.7), make_images(pictures), times, told), 0.9)
        held.append((table.low <= truth) & (truth <= table.high))
    assert 0.84 < np.mean(held) < 0.97


def test_records_hold_what_they_say() -> None:
    with pytest.raises(ValueError, match="exposure_in"):
        replace(make_flow(MISSION), exposure_in=np.zeros(3))
    assert len(FlowObservation.empty(2, origins=())) == 2
