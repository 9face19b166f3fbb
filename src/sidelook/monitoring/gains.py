"""What a site's stock gains in each stretch of time, by its own traffic and by what was seen of it.

In a stretch that nobody watched it gains what it usually does. Where crossings were counted, how likely these counts
are for each gain is what they make of in and out that are independent, over what that was before; it is weighed with
what is usual. So a cordon that is seen without fail conserves, and one that is not seen leaves the usual.
"""

import numpy as np
from scipy.fft import irfft, rfft

from sidelook.model.columns import Floats
from sidelook.model.stock import FlowObservation
from sidelook.monitoring.crossings import LARGE, Complexes, groups, shifted, steps, uncounted
from sidelook.monitoring.lattice import ring_angles
from sidelook.monitoring.pattern import SECOND, Pattern, learn_pattern
from sidelook.monitoring.settings import StockSettings
from sidelook.monitoring.timeline import Timeline

EXPOSURE_NODES = np.array([-1.0, 0.0, 1.0]) * np.sqrt(3.0)  # of Gauss and Hermite, with their weights
EXPOSURE_WEIGHTS = np.array([1.0, 4.0, 1.0]) / 6.0
LEAST_CHANCE = 1e-9  # of a gain by independent crossings, below which it is not told from rounding
ROUNDING = 1e-13  # what a transform leaves where nothing should be is below this
UNUSUAL = 1e-15  # chance of any gain, however unusual: who is seen to come has come


def gains_of(line: Timeline, largest: int, size: float, settings: StockSettings) -> tuple[list[Complexes], int]:
    """Give characteristic functions of what the stock gains in each stretch, and the length of the ring.

    Parameters
    ----------
    line : time of one site
    largest : number on the lattice
    size : mean of the smaller steps that no turnover explains, vehicles

    Returns
    -------
    gains : (T - 1) of arrays (1, B, X, L / 2 + 1): detection, balance, exposure, angle; axes that do not matter are one
    length : L
    """
    flow, pattern = line.flow, learn_pattern(line.flow, settings)
    mean, _ = pattern.expected(line.time[:-1], line.time[1:])
    of_span = pattern.expected(flow.start, flow.end)
    seen = np.diff(np.append(0, np.cumsum(flow.seen_in - flow.seen_out))[line.row])
    spread = 10.0 * np.sqrt(pattern.dispersion * mean.sum(axis=1).max(initial=1.0))
    spread = max(4.0 * LARGE * size, spread + np.abs(seen).max(initial=0))
    angle, length = ring_angles(largest, min(spread, 8.0 * (largest + 1)))  # what is wider is as good as even
    days = (line.time[1:] - line.time[:-1]) / (SECOND * settings.step_interval)
    share = np.array(settings.unbalanced)[None, :, None, None]
    gains: list[Complexes] = []
    for stretch, rows in enumerate(zip(line.row[:-1], line.row[1:], strict=True)):
        came, left = (share * mean[stretch, way] for way in range(2))
        usual = groups(angle, came, pattern.dispersion) * groups(-angle, left, pattern.dispersion)
        usual = usual * steps(angle, days[stretch], size)
        if rows[0] < rows[1]:
            counted = _counted(flow, range(*rows), (pattern, of_span), angle, settings)
            usual = _weighed(usual, counted, length)
        gains.append(usual)
    return gains, length


def _counted(
    flow: FlowObservation,
    rows: range,
    traffic: tuple[Pattern, tuple[Floats, Floats]],
    angle: Floats,
    settings: StockSettings,
) -> tuple[Complexes, Complexes]:
    """Give the gain (1, 1, X, L / 2 + 1) of watched spans after and before counting, were in and out independent."""
    pattern, (mean, weight) = traffic
    tilt = settings.exposure_error * EXPOSURE_NODES[None, None, :, None]
    shape = 1.0 / ((pattern.dispersion - 1.0) / mean + 1.0 / weight)
    after, before = np.ones((1, 1, 1, 1), np.complex128), np.ones((1, 1, 1, 1), np.complex128)
    for row in rows:
        ways = (
            (angle, int(flow.seen_in[row]), shifted(flow.exposure_in[row], tilt)),
            (-angle, int(flow.seen_out[row]), shifted(flow.exposure_out[row], -tilt)),
        )
        for way, (along, seen, exposure) in enumerate(ways):
            prior = {"shape": shape[row, way], "mean": mean[row, way]}
            rest = uncounted(along, counted=seen, exposure=exposure, **prior)
            after = after * np.exp(1j * along * seen) * rest
            before = before * uncounted(along, counted=0, exposure=np.zeros(1), **prior)
    return after, before


def _weighed(usual: Complexes, counted: tuple[Complexes, Complexes], length: int) -> Complexes:
    """Join what a stretch usually gains with how likely its counts are for each gain."""
    after, before = (np.maximum(irfft(part, length, axis=-1), 0.0) for part in counted)
    after[after < ROUNDING] = 0.0
    gain = after / np.maximum(before, LEAST_CHANCE) * np.maximum(irfft(usual, length, axis=-1), UNUSUAL)
    return np.asarray(rfft(gain / gain.sum(axis=-1, keepdims=True), axis=-1), np.complex128)
