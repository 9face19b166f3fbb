"""Compiled prediction and update of one track; the float64 reference stands in ``motion`` and ``measurement``."""

import math
from typing import TypeAlias

import numpy as np

from sidelook.compiling import kernel
from sidelook.model.columns import Floats
from sidelook.tracking.columns import Modes, Row, Table

LN2 = math.log(2.0)
LOG_2PI = math.log(2.0 * math.pi)
LookChances: TypeAlias = tuple[float, float, float]  # peak, inside, covered before
Plane: TypeAlias = tuple[float, float, float, float, float]  # of the ground: a point of it, its slopes
State: TypeAlias = tuple[float, float, float, float]
Point: TypeAlias = tuple[float, float, float]
View: TypeAlias = tuple[float, float, float, float, float, float, float, float, float]  # as ``observe`` gives it
Symmetric: TypeAlias = tuple[float, float, float, float, float, float]
PlotFields: TypeAlias = tuple[Point, Point, float, Plane]  # measured, variance, wrap speed, ground
TAIL_WIDTH = 3.0  # of an azimuth error that is larger than it should be, in what it should be
TAIL_FROM = 1.5  # sigmas of the residual; nearer, an error is hardly larger than it should be
LARGEST = 50.0  # log; keeps exp finite
UNLIKELY = 1e-6  # weight of a motion mode that passes nothing on to others
LEAST_LEARNT = 1e-3  # share of a miss that the notch explains, below which the state does not move
NEGLIGIBLE = 1e-9  # weight below which a motion mode is not worth propagating


@kernel
def transition(source: int, target: int, dt: float, constants: Row) -> tuple[float, float, float, float, float]:
    """Give position gain, velocity gain, noise density, stop spread and restart noise of one mode change."""
    if constants.mobile[source]:
        if constants.turning[target] and source != target:
            return 0.5 * dt, 0.0, 0.0, dt * dt / 12.0, constants.turn_speed**2
        if constants.mobile[target]:
            return dt, 1.0, constants.noise[target], 0.0, 0.0
        return 0.5 * dt, 1.0, 0.0, dt * dt / 12.0, 0.0
    if constants.mobile[target]:
        if constants.turning[target]:
            return 0.0, 0.0, 0.0, 0.0, constants.turn_speed**2
        share = constants.restart_share
        return 0.5 * share * dt, share, 0.0, (share * dt) ** 2 / 12.0, constants.restart_speed**2
    return 0.0, 1.0, 0.0, 0.0, 0.0


@kernel
def add_component(
    mean: Floats,
    covariance: Floats,
    origin: Floats,
    change: tuple[float, float, float, float, float],
    dt: float,
    share: float,
    total: tuple[Floats, Floats],
) -> None:
    """Add one moved component, weighted by ``share``, to first and second moments about ``origin``."""
    gain, keep, noise, stop_spread, restart = change
    shifted = (
        mean[0] - origin[0] + gain * mean[2],
        mean[1] - origin[1] + gain * mean[3],
        keep * mean[2],
        keep * mean[3],
    )
    position_noise = noise * dt**3 / 3.0 + restart * dt * dt / 3.0
    cross_noise = noise * dt * dt / 2.0 + restart * dt / 2.0
    velocity_noise = noise * dt + restart
    for a in range(2):
        total[0][a] += share * shifted[a]
        total[0][a + 2] += share * shifted[a + 2]
        for b in range(2):
            pp, pv, vp, vv = covariance[a, b], covariance[a, b + 2], covariance[a + 2, b], covariance[a + 2, b + 2]
            same = 1.0 if a == b else 0.0
            position = pp + gain * (pv + vp) + gain * gain * vv + same * position_noise
            position += stop_spread * mean[a + 2] * mean[b + 2]
            cross = keep * (pv + gain * vv) + same * cross_noise
            velocity = keep * keep * vv + same * velocity_noise
            total[1][a, b] += share * (position + shifted[a] * shifted[b])
            total[1][a, b + 2] += share * (cross + shifted[a] * shifted[b + 2])
            total[1][a + 2, b + 2] += share * (velocity + shifted[a + 2] * shifted[b + 2])


@kernel
def predict(mean: Floats, covariance: Floats, weight: Floats, dt: float, constants: Row, ahead: Modes) -> None:
    """Carry a hypothesis's modes ``dt`` seconds on, with changes of mode; ``ahead`` takes mean, covariance, weight."""
    mean_ahead, covariance_ahead, weight_ahead = ahead
    if dt <= 0.0:
        copy_modes((mean, covariance, weight), ahead)
        return
    modes = weight.shape[0]
    origin = mean[0]
    for target in range(modes):
        total = 0.0
        mean_ahead[target] = 0.0
        covariance_ahead[target] = 0.0
        for source in range(modes):
            if weight[source] < UNLIKELY and source != target:
                continue
            stay = math.exp(-dt / constants.sojourn[source])
            chance = stay if source == target else (1.0 - stay) * constants.share[source, target]
            share = weight[source] * chance
            if share < NEGLIGIBLE and source != target:
                continue
            share = max(share, NEGLIGIBLE * NEGLIGIBLE)
            change = transition(source, target, dt, constants)
            moments = (mean_ahead[target], covariance_ahead[target])
            add_component(mean[source], covariance[source], origin, change, dt, share, moments)
            total += share
        weight_ahead[target] = total
        centre_moments(mean_ahead[target], covariance_ahead[target], total, origin)
    weight_ahead *= weight.sum() / weight_ahead.sum()


@kernel
def copy_modes(source: Modes, target: Modes) -> None:
    """Copy mean, covariance and weight of all modes; loops are faster here than slices."""
    for mode in range(source[2].shape[0]):
        target[2][mode] = source[2][mode]
        for a in range(4):
            target[0][mode, a] = source[0][mode, a]
            for b in range(4):
                target[1][mode, a, b] = source[1][mode, a, b]


@kernel
def centre_moments(mean: Floats, second: Floats, total: float, origin: Floats) -> None:
    """Turn summed moments about ``origin`` into mean and covariance, in place."""
    for a in range(4):
        mean[a] /= total
    for a in range(4):
        for b in range(a, 4):
            value = second[a, b] / total - mean[a] * mean[b]
            second[a, b] = value
            second[b, a] = value
    mean[0] += origin[0]
    mean[1] += origin[1]


@kernel
def merge(modes: Modes, estimate: Floats) -> tuple[float, float, float]:
    """Write the mean over the modes to ``estimate``; return variance east, covariance, variance north of position."""
    mean, covariance, weight = modes
    estimate[:] = 0.0
    for mode in range(weight.shape[0]):
        for a in range(4):
            estimate[a] += weight[mode] * mean[mode, a]
    ee = en = nn = 0.0
    for mode in range(weight.shape[0]):
        east, north = mean[mode, 0] - estimate[0], mean[mode, 1] - estimate[1]
        ee += weight[mode] * (covariance[mode, 0, 0] + east * east)
        en += weight[mode] * (covariance[mode, 0, 1] + east * north)
        nn += weight[mode] * (covariance[mode, 1, 1] + north * north)
    return ee, en, nn


@kernel
def merge_drift(modes: Modes, estimate: Floats, drift: Floats) -> None:
    """Fill ``drift`` (3, 3), as ``TrackColumns`` has it, about the mean over the modes."""
    mean, covariance, weight = modes
    drift[:] = 0.0
    apart = np.empty(4)
    for mode in range(weight.shape[0]):
        for a in range(4):
            apart[a] = mean[mode, a] - estimate[a]
        for k in range(3):
            a, b = k // 2, (k + 1) // 2  # east-east, east-north, north-north
            share = weight[mode]
            drift[0, k] += share * (covariance[mode, a, b] + apart[a] * apart[b])
            drift[1, k] += share * (covariance[mode, a, b + 2] + apart[a] * apart[b + 2])
            drift[1, k] += share * (covariance[mode, a + 2, b] + apart[a + 2] * apart[b])
            drift[2, k] += share * (covariance[mode, a + 2, b + 2] + apart[a + 2] * apart[b + 2])


@kernel
def observe(state: Floats | State, mobile: int, sensor: Point, ground: Plane) -> View:
    """Give what the sensor would measure of a state, and how that changes with it.

    Returns slant range, azimuth, radial speed, then the derivatives of range over east, north (those of radial speed
    over velocity are the same), of azimuth over east, north, and of radial speed over east, north.
    """
    slope_east, slope_north = ground[3], ground[4]
    up = ground[2] + slope_east * (state[0] - ground[0]) + slope_north * (state[1] - ground[1])
    east, north, below = state[0] - sensor[0], state[1] - sensor[1], up - sensor[2]
    flat = max(east * east + north * north, 1.0)
    slant = math.sqrt(flat + below * below)
    range_east = (east + below * slope_east) / slant
    range_north = (north + below * slope_north) / slant
    if not mobile:
        return slant, math.atan2(east, north), 0.0, range_east, range_north, north / flat, -east / flat, 0.0, 0.0
    climb = slope_east * state[2] + slope_north * state[3]
    speed = (east * state[2] + north * state[3] + below * climb) / slant
    speed_east = (state[2] + climb * slope_east - speed * range_east) / slant
    speed_north = (state[3] + climb * slope_north - speed * range_north) / slant
    azimuth = math.atan2(east, north)
    return slant, azimuth, speed, range_east, range_north, north / flat, -east / flat, speed_east, speed_north


@kernel
def wrap_angle(angle: float) -> float:
    """Bring an angle to -pi..pi."""
    return angle - 2.0 * math.pi * math.floor((angle + math.pi) / (2.0 * math.pi))


@kernel
def point_of(row: Floats) -> Point:
    """Take three values out of a table; numbers in registers cost less to hand on than views."""
    return row[0], row[1], row[2]


@kernel
def plane_of(row: Floats) -> Plane:
    """Take a plane out of a table."""
    return row[0], row[1], row[2], row[3], row[4]


@kernel
def fields_of(plots: Table, plot: int) -> PlotFields:
    """Take out of a table what a state is compared with."""
    item = plots[plot]
    return point_of(item.measured), point_of(item.variance), item.wrap_speed, plane_of(item.ground)


@kernel
def residual_of(plot: PlotFields, slant: float, azimuth: float, speed: float) -> Point:
    """Give what was measured less what was expected; NaN of a radial speed that is not reported."""
    measured, _, wrap_speed, _ = plot
    apart = measured[2] - speed
    if wrap_speed > 0.0:
        apart -= 2.0 * wrap_speed * round(apart / (2.0 * wrap_speed))
    return measured[0] - slant, wrap_angle(measured[1] - azimuth), apart


@kernel
def nearest_alias(residual: Point, spread: tuple[float, float, float, float, float], wrap_speed: float) -> float:
    """Choose the alias of a radial speed that fits best with where the plot lies, not with the prediction alone.

    A vehicle that turns out to be farther on than it was thought is faster, too: the residual that its place makes
    likely is ``S_vp S_pp^-1 r_p``, of the residual's covariance ``spread``: s00, s01, s02, s11, s12.
    """
    if not wrap_speed > 0.0:
        return residual[2]
    s00, s01, s02, s11, s12 = spread
    determinant = s00 * s11 - s01 * s01
    along = (s11 * residual[0] - s01 * residual[1]) / determinant
    across = (s00 * residual[1] - s01 * residual[0]) / determinant
    expected = s02 * along + s12 * across
    return residual[2] - 2.0 * wrap_speed * round((residual[2] - expected) / (2.0 * wrap_speed))


@kernel
def innovate(
    state: Floats, covariance: Floats, mobile: int, sensor: Point, plot: PlotFields, tail: float, work: Floats
) -> tuple[float, float]:
    """Compare a plot with one mode: fill ``work`` and return squared distance and log-likelihood.

    ``tail`` is the share of plots whose azimuth is off by more than it should be, as ``weigh_tailed`` has it.

    ``work`` is (6, 4): three rows of covariance times Jacobian, then the inverse of the residual's covariance with,
    in its last column, that inverse times the residual.
    """
    view = observe(state, mobile, sensor, plot[3])
    s00, s01, s02, s11, s12, s22 = spread_of(covariance, mobile, view, plot[1], work)
    residual = residual_of(plot, view[0], view[1], view[2])
    if math.isnan(residual[2]):
        work[2] = 0.0
    else:
        residual = (residual[0], residual[1], nearest_alias(residual, (s00, s01, s02, s11, s12), plot[2]))
    inverse, turned, distance, likelihood = weigh_tailed(residual, (s00, s01, s02, s11, s12, s22), plot[1][1], tail)
    for a in range(3):
        work[3 + a, 3] = turned[a]
    work[3, 0], work[3, 1], work[3, 2], work[4, 1], work[4, 2], work[5, 2] = inverse
    work[4, 0], work[5, 0], work[5, 1] = inverse[1], inverse[2], inverse[4]
    return distance, likelihood


@kernel
def spread_of(covariance: Floats, mobile: int, view: View, variance: Point, work: Floats) -> Symmetric:
    """Give the covariance of the residual of a plot, of what ``observe`` gave; fill the first rows of ``work``."""
    _, _, _, re, rn, ae, an, se, sn = view
    moving = 1.0 if mobile else 0.0
    for a in range(4):
        work[0, a] = covariance[a, 0] * re + covariance[a, 1] * rn
        work[1, a] = covariance[a, 0] * ae + covariance[a, 1] * an
        work[2, a] = covariance[a, 0] * se + covariance[a, 1] * sn
        work[2, a] += moving * (covariance[a, 2] * re + covariance[a, 3] * rn)
    s00 = re * work[0, 0] + rn * work[0, 1] + variance[0]
    s01 = ae * work[0, 0] + an * work[0, 1]
    s11 = ae * work[1, 0] + an * work[1, 1] + variance[1]
    s02 = re * work[2, 0] + rn * work[2, 1]
    s12 = ae * work[2, 0] + an * work[2, 1]
    s22 = se * work[2, 0] + sn * work[2, 1] + moving * (re * work[2, 2] + rn * work[2, 3]) + variance[2]
    return s00, s01, s02, s11, s12, s22


@kernel
def weigh(residual: Point, spread: Symmetric) -> tuple[Symmetric, Point, float, float]:
    """Weigh a residual against its covariance: the inverse of that, it times the residual, distance, log-likelihood.

    Symmetric matrices are given as 00, 01, 02, 11, 12, 22. Where no radial speed is reported the third component says
    nothing: it is taken for zero, of density 1.
    """
    first, second, third = residual
    s00, s01, s02, s11, s12, s22 = spread
    if math.isnan(third):
        third, s02, s12, s22 = 0.0, 0.0, 0.0, 0.5 / math.pi
    c00, c01, c02 = s11 * s22 - s12 * s12, s02 * s12 - s01 * s22, s01 * s12 - s02 * s11
    c11, c12, c22 = s00 * s22 - s02 * s02, s01 * s02 - s00 * s12, s00 * s11 - s01 * s01
    determinant = s00 * c00 + s01 * c01 + s02 * c02
    scale = 1.0 / determinant
    i00, i01, i02, i11, i12, i22 = c00 * scale, c01 * scale, c02 * scale, c11 * scale, c12 * scale, c22 * scale
    turned = (
        i00 * first + i01 * second + i02 * third,
        i01 * first + i11 * second + i12 * third,
        i02 * first + i12 * second + i22 * third,
    )
    distance = first * turned[0] + second * turned[1] + third * turned[2]
    likelihood = -0.5 * (distance + math.log(determinant) + 3.0 * LOG_2PI)
    return (i00, i01, i02, i11, i12, i22), turned, distance, likelihood


@kernel
def weigh_tailed(
    residual: Point, spread: Symmetric, variance: float, tail: float
) -> tuple[Symmetric, Point, float, float]:
    """Weigh a residual as ``weigh`` does, where a share of azimuths errs more than its ``variance`` says.

    The error of azimuth is a mixture of the normal one and one ``TAIL_WIDTH`` times as wide. Given the residual, the
    expected inverse of its variance is taken for the inverse of its variance, as the variational filters do that take
    errors for Student's (Agamennoni, Nieto and Nebot, IEEE Trans. SP 60(10), 2012).
    """
    if residual[1] * residual[1] < TAIL_FROM * TAIL_FROM * spread[3] or tail <= 0.0:
        return weigh(residual, spread)
    s00, s01, s02, s11, s12, s22 = spread
    _, _, _, usual = weigh(residual, spread)
    _, _, _, wide = weigh(residual, (s00, s01, s02, s11 + (TAIL_WIDTH**2 - 1.0) * variance, s12, s22))
    usual, wide = usual + math.log(1.0 - tail), wide + math.log(tail)
    share = 1.0 / (1.0 + math.exp(min(usual - wide, LARGEST)))
    more = variance / (1.0 - share * (1.0 - 1.0 / TAIL_WIDTH**2)) - variance
    inverse, turned, distance, _ = weigh(residual, (s00, s01, s02, s11 + more, s12, s22))
    return inverse, turned, distance, max(usual, wide) + math.log1p(math.exp(-abs(usual - wide)))


@kernel
def correct(state: Floats, covariance: Floats, work: Floats) -> None:
    """Update one mode in place with what ``innovate`` left in ``work``."""
    for a in range(4):
        state[a] += work[0, a] * work[3, 3] + work[1, a] * work[4, 3] + work[2, a] * work[5, 3]
    for a in range(4):
        k0 = work[0, a] * work[3, 0] + work[1, a] * work[4, 0] + work[2, a] * work[5, 0]
        k1 = work[0, a] * work[3, 1] + work[1, a] * work[4, 1] + work[2, a] * work[5, 1]
        k2 = work[0, a] * work[3, 2] + work[1, a] * work[4, 2] + work[2, a] * work[5, 2]
        for b in range(a, 4):
            covariance[a, b] -= k0 * work[0, b] + k1 * work[1, b] + k2 * work[2, b]
            covariance[b, a] = covariance[a, b]


@kernel
def miss_probability(
    state: Floats, covariance: Floats, sensor: Point, ground: Plane, notch: float, look: LookChances
) -> float:
    """Probability of no plot from a moving mode, as ``miss`` has it, leaving the state alone."""
    hidden = hide(state, covariance, sensor, ground, notch, np.empty(4))[0]
    return 1.0 - detection_chance(hidden, look) * (1.0 - hidden)


@kernel
def detection_chance(hidden: float, look: LookChances) -> float:
    """Probability of a plot from outside the notch, given that the revisit's earlier dwells gave none.

    ``look`` is the peak probability of detection, the chance to be in the footprint, and that to have been in one of
    the footprints before. Footprints side by side share one chance of detection among them; taken as independent looks
    they would together charge a miss too little.
    """
    peak, inside, covered = look
    inside = min(inside, 1.0 - covered)
    return peak * inside / (1.0 - peak * (1.0 - hidden) * covered)


@kernel
def hide(
    state: Floats, covariance: Floats, sensor: Point, ground: Plane, notch: float, gain: Floats
) -> tuple[float, float, float]:
    """Probability to be hidden by the notch, the mode's radial speed, and its variance with the notch's width.

    ``gain`` (4,) is filled with the covariance of the state with radial speed.
    """
    _, _, speed, re, rn, _, _, se, sn = observe(state, 1, sensor, ground)
    for a in range(4):
        gain[a] = covariance[a, 0] * se + covariance[a, 1] * sn + covariance[a, 2] * re + covariance[a, 3] * rn
    total = notch_variance(notch) + se * gain[0] + sn * gain[1] + re * gain[2] + rn * gain[3]
    return hidden_by_notch(speed, notch, total), speed, total


@kernel
def notch_variance(notch: float) -> float:
    """Variance of the Gaussian that the notch exp(-ln2 (v / MDV)^2) is, m2/s2."""
    return notch * notch / (2.0 * LN2)


@kernel
def hidden_by_notch(speed: float, notch: float, total: float) -> float:
    """Probability that the notch hides a radial speed of this mean; ``total`` is its variance with the notch's."""
    return math.sqrt(notch_variance(notch) / total) * math.exp(-0.5 * speed * speed / total)


@kernel
def learn_from_miss(hidden: float, speed: float, total: float, look: LookChances) -> tuple[float, float, float]:
    """Give a miss's probability, and by how much of its gain the mean and the covariance of a state shrink.

    Seen through the notch 1 - exp(-ln2 (v / MDV)^2), a miss is a mixture: nothing learnt, or a radial speed of zero
    measured with variance MDV^2 / (2 ln2) (Koch and Klemm 2001); the mixture is merged by its moments.
    """
    chance = detection_chance(hidden, look)
    probability = 1.0 - chance + chance * hidden
    share = chance * hidden / probability
    if share < LEAST_LEARNT:
        return probability, 0.0, 0.0
    return probability, share * speed / total, share / total - share * (1.0 - share) * (speed / total) ** 2


@kernel
def miss(state: Floats, covariance: Floats, sensor: Point, ground: Plane, notch: float, look: LookChances) -> float:
    """Update one moving mode in place with a miss, and return the miss's probability."""
    gain = np.empty(4)
    hidden, speed, total = hide(state, covariance, sensor, ground, notch, gain)
    probability, step, shrink = learn_from_miss(hidden, speed, total, look)
    if shrink != 0.0:
        for a in range(4):
            state[a] -= step * gain[a]
            for b in range(4):
                covariance[a, b] -= shrink * gain[a] * gain[b]
    return probability
