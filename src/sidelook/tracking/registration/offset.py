"""What a platform's plots are off by together: what to expect of it, what is known of it, and the float64 reference.

A platform that is not quite where and how it believes to be shifts and turns all its plots as one. Four numbers say
how: its place east and north, its heading, and its slant ranges. Plots beside their tracks show it only as far as the
tracks do not share it: what was left in the plots they were made of is in them too. So both are estimated together,

    x = (offset now, offset of the tracks),   x' = F x + u,   F = [[k, 0], [l, 1 - l]],

where k is what an offset keeps and l what tracks take on of their last plots (u: what was taken off those), and a plot
beside its track shows H (1, -1) x, a plot beside its road H (1, 0) x. What nobody can see, an offset that all tracks
have and no road tells, keeps its variance and is not chased. How large offsets are is not known either: three filters
assume a scale each, and the offset is their mean, weighed by how well each foretold what came (Magill, IEEE Trans. AC
10(4), 1965).
"""

from dataclasses import dataclass

import numpy as np

from sidelook.model.columns import Floats
from sidelook.tracking.columns import OFFSETS, SCALE, Table
from sidelook.tracking.registration.kernels import DRIFT, HUBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What to expect at most of the errors of a platform's navigation and ranging, which all its plots have in common.

    A quarter and a sixteenth of it are considered as well. All at zero, nothing is estimated.

    Attributes
    ----------
    offset_position : standard deviation of its place, east and north, m
    offset_heading : of its heading, rad
    offset_range : of its slant ranges, m
    offset_time : in which they forget themselves, s
    offset_memory : in which tracks forget what their plots were off by, s
    """

    offset_position: float = 30.0
    offset_heading: float = 1.0e-3
    offset_range: float = 30.0
    offset_time: float = 300.0
    offset_memory: float = 15.0


def known_offset(platforms: Table) -> tuple[Floats, Floats]:
    """Say what is known of the offsets of platforms.

    Parameters
    ----------
    platforms : (K,) of a tracker's state, ``state.book.platforms``; rows without dwells know nothing

    Returns
    -------
    mean : (K, 4) place east, north, m, heading, rad, clockwise, slant range, m: what is reported less what is true
    covariance : (K, 4, 4) of them
    """
    belief = np.exp(platforms["belief"] - platforms["belief"].max(axis=1, keepdims=True))
    belief /= belief.sum(axis=1, keepdims=True)
    means = platforms["mean"][..., :OFFSETS]
    mean: Floats = np.einsum("ks,ksa->ka", belief, means)
    apart = means - mean[:, None]
    spread = platforms["covariance"][..., :OFFSETS, :OFFSETS] + apart[..., :, None] * apart[..., None, :]
    return mean, np.einsum("ks,ksab->kab", belief, spread)


def first_guess(settings: Registration, scale: int) -> tuple[Floats, Floats]:
    """Give mean (8,) and covariance (8, 8) before the first dwell: tracks will be off by what the plots are."""
    covariance = np.asarray(np.kron(np.ones((2, 2)), variances(settings, scale)), np.float64)
    return np.zeros(2 * OFFSETS), covariance


def variances(settings: Registration, scale: int) -> Floats:
    """Give the covariance (4, 4) of an offset of which nothing is known, at the ``scale``-th scale."""
    sigmas = [settings.offset_position, settings.offset_position, settings.offset_heading, settings.offset_range]
    return np.diag(np.square(sigmas)) * SCALE ** (2 * scale)


def wander(
    state: tuple[Floats, Floats], taken: Floats, dt: float, prior: Floats, times: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Carry mean (8,) and covariance (8, 8) ``dt`` seconds on (reference of the compiled pass).

    Parameters
    ----------
    state : mean and covariance
    taken : (4,) offset taken off the last plots
    dt : s
    prior : (4, 4) as ``variances``
    times : ``offset_time`` and ``offset_memory``, s
    """
    keep, learn = np.exp(-dt / times[0]), 1.0 - np.exp(-dt / times[1])
    transition = np.kron(np.array([[keep, 0.0], [learn, 1.0 - learn]]), np.eye(OFFSETS))
    noise = np.kron(np.diag([1.0 - keep**2, DRIFT * learn]), prior)
    shift = np.concatenate([np.zeros(OFFSETS), learn * taken])
    return transition @ state[0] - shift, transition @ state[1] @ transition.T + noise


def hear(
    state: tuple[Floats, Floats], taken: Floats, said: tuple[Floats, float, float], *, tracked: bool, crowd: int
) -> tuple[Floats, Floats, float]:
    """Take in one number (reference of the compiled pass): mean, covariance and the number's log-likelihood.

    Parameters
    ----------
    state : mean (8,) and covariance (8, 8)
    taken : (4,) offset that was taken off
    said : how the number depends on an offset (4,), the number, its variance
    tracked : it lies beside a track, whose own offset it shares, not beside a road
    crowd : how many such stand for one
    """
    mean, covariance = state
    sight, value, variance = said
    row = np.concatenate([sight, -sight if tracked else np.zeros(OFFSETS)])
    residual = value + sight @ taken - row @ mean
    spread = row @ covariance @ row
    excess = abs(residual) / np.sqrt(spread + variance)
    spread += variance * crowd * max(excess / HUBER, 1.0)
    gain = covariance @ row / spread
    return (
        mean + gain * residual,
        covariance - spread * np.outer(gain, gain),
        float(-0.5 * (residual**2 / spread + np.log(spread))),
    )
