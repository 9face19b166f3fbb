"""Settings of stock and change: what is believed of a site before anything is seen of it."""

from dataclasses import dataclass
from math import isfinite

from sidelook.errors import UsageError

HOUR = 3600.0
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSettings:
    """What is believed of sites, of counts at their cordons and of images of them.

    Attributes
    ----------
    largest : most vehicles a site is asked about
    confidence : that the interval of a stock holds
    prior_rate : crossings a second each way, where a site's own traffic is not known
    rate_weight : vehicles that an hour of the day takes over from the site's mean traffic
    dispersion, dispersion_weight : variance over mean of crossings, since vehicles drive in groups, and the number of
        spans of time that this belief is worth
    unbalanced : shares of the turnover out of sight that may not be balanced by its opposite, each as likely as the
        others: a small one where rotations leave what there was
    step_interval, step_share : mean time between steps out of sight that no turnover explains, s, and the mean size of
        the smaller ones as a share of the stock
    exposure_error : standard deviation, of the log-odds, of what the chances of counting a crossing are wrong by all
        campaign long, in and out apart: a mask or a notch lies on one road more than on another
    common_error : share of the variance of a probability of detection that is common to all images of a site
    same_missed : correlation of what two images within a day miss: who stands under a roof stays there
    patchiness : correlation of vehicles in whether the part of a site that an image shows holds them
    false_alarm_spread : standard deviation of the mean number of false alarms, as a share of it
    bad_image : chance that an image's count says nothing
    fresh : how near in time an image must be for a stock to be called resting on it, s
    """

    largest: int = 1000
    confidence: float = 0.9
    prior_rate: float = 1.0 / HOUR
    rate_weight: float = 2.0
    dispersion: float = 2.0
    dispersion_weight: float = 10.0
    unbalanced: tuple[float, ...] = (0.03, 0.2, 1.0)
    step_interval: float = 4.0 * DAY
    step_share: float = 0.1
    exposure_error: float = 0.3
    common_error: float = 0.7
    same_missed: float = 0.4
    patchiness: float = 0.04
    false_alarm_spread: float = 0.5
    bad_image: float = 0.002
    fresh: float = DAY

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        positive = (self.prior_rate, self.rate_weight, self.dispersion_weight, self.step_interval, self.step_share)
        shares = (self.common_error, self.same_missed, self.patchiness)
        sound = (
            all(isfinite(value) and value > 0.0 for value in positive)
            and all(0.0 <= share <= 1.0 for share in shares)
            and self.largest >= 1
            and self.dispersion >= 1.0
            and 0.0 < self.confidence < 1.0
            and 0.0 < self.bad_image < 1.0
            and min(self.exposure_error, self.false_alarm_spread, self.fresh) >= 0.0
            and len(self.unbalanced) > 0
            and all(0.0 < share <= 1.0 for share in self.unbalanced)
        )
        if not sound:
            message = (
                "stock: rates, weights and steps must be above 0, shares and chances from 0 to 1 (confidence, bad_image"
                " and unbalanced above 0), largest and dispersion 1 or more, errors 0 or more"
            )
            raise UsageError(message)
