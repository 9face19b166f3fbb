"""A site's own traffic by hour of the day or week, learned of the spans in which its cordon was watched.

Crossings of an hour are Poisson with a gamma distributed rate, as vehicles drive in groups; over spans their counts are
negative binomial. Each hour of the day takes over the site's mean traffic where it was watched little, and both
directions share that mean: what nobody saw is not taken for growth. An hour of the week takes over that of the day.
"""

from dataclasses import dataclass

import numpy as np

from sidelook.model.columns import Floats, Integers
from sidelook.model.stock import FlowObservation
from sidelook.monitoring.settings import HOUR, StockSettings

DAY_HOURS, WEEK_HOURS = 24, 168
SECOND = 1_000_000_000
MOST_DISPERSED = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What crosses a site's cordon in the mean.

    Attributes
    ----------
    rate : (H, 2) crossings a second by hour of the day, or of the week from Thursday on (UTC), in and out
    weight : (H, 2) number of vehicles that the rate rests on: one over its squared relative error
    dispersion : variance over mean of the number of crossings
    """

    rate: Floats
    weight: Floats
    dispersion: float

    def expected(self, start: Integers, end: Integers) -> tuple[Floats, Floats]:
        """Give the crossings (N, 2) to expect in spans, in and out, and the vehicles (N, 2) that this rests on.

        Parameters
        ----------
        start, end : (N,) ns UTC
        """
        by_hour = time_by_hour(start, end, len(self.rate))
        mean = by_hour @ self.rate
        error = by_hour @ (self.rate / np.sqrt(self.weight))  # as if all hours erred alike: no less than it is
        return mean, (mean / error) ** 2


def time_by_hour(start: Integers, end: Integers, hours: int) -> Floats:
    """Give the time (N, H) that spans have in each hour of a day or week of so many, s."""
    hour = np.arange(hours) * HOUR

    def until(time: Integers) -> Floats:
        day, rest = np.divmod(np.asarray(time, np.int64), hours * 3600 * SECOND)
        whole: Floats = day[:, None] * HOUR + np.clip(rest[:, None] / SECOND - hour, 0.0, HOUR)
        return whole

    return until(end) - until(start)


def learn_pattern(flow: FlowObservation, settings: StockSettings) -> Pattern:
    """Learn the traffic of one site by hour of the day; where it was not watched it is what the settings believe.

    Parameters
    ----------
    flow : of one site
    """
    seen, exposure = _by_way(flow)
    time, watched, by_hour = _watched(flow, DAY_HOURS)
    mean = (1.0 + seen.sum()) / (1.0 / settings.prior_rate + watched.sum())
    prior = settings.rate_weight
    plain = (prior + by_hour) / (prior / mean + watched)
    dispersion = _dispersion(seen, exposure, (time @ plain) * exposure, settings)
    weight = prior + by_hour / dispersion
    return Pattern(rate=weight / (prior / mean + watched / dispersion), weight=weight, dispersion=dispersion)


def learn_week(flow: FlowObservation, settings: StockSettings) -> Pattern:
    """Learn the traffic of one site by hour of the week, each leaning on that hour of the day.

    Parameters
    ----------
    flow : of one site
    """
    day = learn_pattern(flow, settings)
    usual = np.tile(day.rate, (WEEK_HOURS // DAY_HOURS, 1))
    _, watched, by_hour = _watched(flow, WEEK_HOURS)
    prior = settings.rate_weight
    weight = prior + by_hour / day.dispersion
    return Pattern(rate=weight / (prior / usual + watched / day.dispersion), weight=weight, dispersion=day.dispersion)


def _by_way(flow: FlowObservation) -> tuple[Floats, Floats]:
    """Give crossings counted, and exposures, (N, 2) each: in and out."""
    seen = np.stack([flow.seen_in, flow.seen_out], axis=1).astype(np.float64)
    return seen, np.stack([flow.exposure_in, flow.exposure_out], axis=1)


def _watched(flow: FlowObservation, hours: int) -> tuple[Floats, Floats, Floats]:
    """Give the time (N, H) of spans in each hour; and by hour and way (H, 2) the time watched and what was counted."""
    seen, exposure = _by_way(flow)
    time = time_by_hour(flow.start, flow.end, hours)
    share = time / np.maximum(time.sum(axis=1, keepdims=True), 1e-9)
    return time, np.einsum("nh,nd->hd", time, exposure), np.einsum("nh,nd->hd", share, seen)


def _dispersion(seen: Floats, exposure: Floats, expected: Floats, settings: StockSettings) -> float:
    """Estimate variance over mean of all crossings from those counted (Pearson's statistic), with a prior's weight.

    Of crossings counted with the chance p it is 1 + p (c - 1).
    """
    counted = exposure > 0.0
    excess = (seen[counted] - expected[counted]) ** 2 / np.maximum(expected[counted], 0.1) - 1.0
    total = settings.dispersion_weight * (settings.dispersion - 1.0) + excess.sum()
    weight = settings.dispersion_weight + exposure[counted].sum()
    return float(np.clip(1.0 + total / weight, 1.0, MOST_DISPERSED))
