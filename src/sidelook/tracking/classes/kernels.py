"""Compiled classes of a track: heard of plot by plot, asked for whether a plot fits, and whether it flies.

A track holds the logarithm of the weight of each class. A report that says class r with probability p makes class r
likelier by p against (1 - p) / (K - 1) for each of the others: after one report from nothing the probability is the
one reported. Reports of one vehicle err together (its aspect is what it is), so each counts for less than a whole one.
The reference stands in ``bayes``.
"""

import math

import numpy as np

from sidelook.compiling import kernel
from sidelook.model.columns import Singles
from sidelook.tracking.columns import CLASSES, NONE, Row

TRUST = 0.7  # of a report after the first: how much of an independent one it is worth
SUREST_REPORT = 0.99  # no report is certain
ROTARY_WING, FIXED_WING, LOW_SLOW_FLYER = 3, 4, 18
OTHER, OTHER_SLOT = 126, CLASSES - 1
TAKES_OFF, LANDS = 0.6, 0.4  # probability of flying above which a track does, and below which it no longer does
FASTEST_GROUND, SURELY_FLIES = 60.0, 4.0  # m/s; log-odds that what is faster flies


@kernel
def slot_of(code: int) -> int:
    """Give the place of a class among those that are told apart; ``NONE`` for unknown, and for no statement."""
    if 0 < code < OTHER_SLOT:
        return code
    return OTHER_SLOT if code == OTHER else NONE


@kernel
def code_of(slot: int) -> int:
    """Give the class at a place."""
    return OTHER if slot == OTHER_SLOT else slot


@kernel
def evidence(probability: float) -> float:
    """Give the log-odds of the class that is reported with a probability, against each of the others."""
    p = min(max(probability, 1.0 / CLASSES), SUREST_REPORT)
    return math.log(p * (CLASSES - 1) / (1.0 - p))


@kernel
def hear(weights: Singles, plot: Row, first: bool) -> bool:  # noqa: FBT001 - kernels take no keywords
    """Learn from what a plot says of the class, and from a radial speed that nothing on the ground has.

    Tells whether there was something to learn.
    """
    slot, heard = slot_of(plot.target_class), False
    if slot != NONE and plot.class_probability > 0.0:
        weights[slot] += evidence(plot.class_probability) * (1.0 if first else TRUST)
        heard = True
    if abs(plot.measured[2]) > FASTEST_GROUND:
        for code in (ROTARY_WING, FIXED_WING, LOW_SLOW_FLYER):
            weights[code] += SURELY_FLIES * (1.0 if first else TRUST)
        heard = True
    return heard


@kernel
def fit(weights: Singles, plot: Row) -> float:
    """Give the log-likelihood of what a plot says of the class, for a track against for any vehicle."""
    slot = slot_of(plot.target_class)
    if slot == NONE or not plot.class_probability > 0.0:
        return 0.0
    highest, total = np.float64(weights[0]), 0.0
    for k in range(1, CLASSES):
        highest = max(highest, weights[k])
    for k in range(CLASSES):
        total += math.exp(weights[k] - highest)
    share = math.exp(weights[slot] - highest) / total
    p = min(max(plot.class_probability, 1.0 / CLASSES), SUREST_REPORT)
    other = (1.0 - p) / (CLASSES - 1)
    return TRUST * math.log((share * p + (1.0 - share) * other) * CLASSES)


@kernel
def flies(weights: Singles, before: bool) -> bool:  # noqa: FBT001 - kernels take no keywords
    """Tell whether a track is of something in the air; it changes only where that is clear."""
    highest, total = np.float64(weights[0]), 0.0
    for k in range(1, CLASSES):
        highest = max(highest, weights[k])
    for k in range(CLASSES):
        total += math.exp(weights[k] - highest)
    air = 0.0
    for code in (ROTARY_WING, FIXED_WING, LOW_SLOW_FLYER):
        air += math.exp(weights[code] - highest)
    return air > (LANDS if before else TAKES_OFF) * total
