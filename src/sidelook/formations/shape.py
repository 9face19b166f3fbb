"""Where a formation is, where it goes, and how it is laid out, from the tracks that are in it."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from sidelook.formations.settings import FormationSettings
from sidelook.formations.snapshot import Snapshot
from sidelook.model.columns import Floats, Indices
from sidelook.model.formation import FormationKind

LEAST_ERROR = 1.0  # m, of the middle
LONG = 2.0  # times as long as wide


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """Shapes of formations, in the frame of the snapshot.

    Attributes
    ----------
    middle, velocity : (G, 2) m, m/s; ``middle_error``, ``velocity_error`` : (G, 2, 2)
    extent : (G, 2, 2) spread of the vehicles, without their errors, m2
    length, width : (G,) along and across the longer axis, from the first vehicle to the last, m
    kind : (G,) ``FormationKind``
    members : (G,)
    """

    middle: Floats
    velocity: Floats
    middle_error: Floats
    velocity_error: Floats
    extent: Floats
    length: Floats
    width: Floats
    kind: Indices
    members: Indices

    def take(self, row: int) -> Self:
        """Give one of them."""
        return type(self)(**{item.name: getattr(self, item.name)[row : row + 1] for item in fields(self)})

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """Put shapes one after another."""
        names = [item.name for item in fields(cls)]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def shapes_of(snapshot: Snapshot, label: Indices, groups: int, settings: FormationSettings) -> Shapes:
    """Describe groups of tracks.

    Parameters
    ----------
    snapshot : the tracks
    label : (K,) group of each, -1 none; each of the ``groups`` has a member
    """
    rows = np.flatnonzero(label >= 0)
    of = label[rows]
    members = np.bincount(of, minlength=groups).astype(np.int32)
    share = 1.0 / members
    middle = sums(snapshot.place[rows], of, groups) * share[:, None]
    velocity = sums(snapshot.velocity[rows], of, groups) * share[:, None]
    noise = sums(snapshot.place_error[rows], of, groups) * share[:, None, None]
    apart = snapshot.place[rows] - middle[of]
    scatter = sums(apart[:, :, None] * apart[:, None, :], of, groups) * share[:, None, None]
    # The scatter about their own mean holds (n - 1) / n of the errors' variance.
    extent = positive(scatter - ((members - 1) * share)[:, None, None] * noise)
    drift = sums(snapshot.velocity_error[rows], of, groups) * share[:, None, None] ** 2
    variance, axes = np.linalg.eigh(extent)
    length, width = (evenly(variance[:, k], members) for k in (1, 0))
    return Shapes(
        middle=middle,
        velocity=velocity,
        middle_error=(noise + extent / members[:, None, None]) * share[:, None, None] + LEAST_ERROR**2 * np.eye(2),
        velocity_error=drift + settings.speed_spread**2 * share[:, None, None] * np.eye(2),
        extent=extent,
        length=length,
        width=width,
        kind=kinds(velocity, axes[:, :, 1], length, width, settings),
        members=members,
    )


def sums(values: Floats, of: Indices, groups: int) -> Floats:
    """Sum values (N, ...) by group."""
    total = np.zeros((groups, *values.shape[1:]))
    np.add.at(total, of, values)
    return total


def positive(matrices: Floats) -> Floats:
    """Give symmetric matrices (G, 2, 2) without negative eigenvalues."""
    values, axes = np.linalg.eigh(matrices)
    result: Floats = np.einsum("gij,gj,gkj->gik", axes, np.maximum(values, 0.0), axes)
    return result


def evenly(variance: Floats, members: Indices) -> Floats:
    """Length over which so many vehicles at even distances have this variance: s2 (n2 - 1) / 12, length s (n - 1)."""
    n = np.maximum(members, 2)
    length: Floats = np.sqrt(12.0 * np.maximum(variance, 0.0) * (n - 1) / (n + 1))
    return length


def kinds(velocity: Floats, axis: Floats, length: Floats, width: Floats, settings: FormationSettings) -> Indices:
    """Name the lay-out: a column goes along its longer axis, a line across it."""
    speed = np.hypot(velocity[:, 0], velocity[:, 1])
    along = np.abs((velocity * axis).sum(axis=1)) > np.sqrt(0.5) * speed
    shaped = np.where(along, FormationKind.COLUMN, FormationKind.ON_LINE)
    kind = np.where(length > LONG * width, shaped, FormationKind.GROUP)
    return np.where(speed < settings.standing, FormationKind.STANDING, kind).astype(np.int32)
