"""Traffic recorded or simulated elsewhere, as truth for our radar."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import InputError, UsageError
from sidelook.geometry.frames import LocalFrame, geodetic_to_enu
from sidelook.geometry.ground import Ground
from sidelook.model.columns import Flags, Floats
from sidelook.model.truth import Entities, TruthSamples
from sidelook.simulation.trajectories import Trajectories

# Up is nearly along the ellipsoid's normal: each turn leaves a thousandth of the error at 300 km from the origin.
_TURNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaks:
    """Where an identity ends and another of the same vehicle begins.

    Attributes
    ----------
    jumped : (N,) True at a sample that the vehicle cannot have reached from the one before
    gone : (N,) True at a sample before which the vehicle was gone for too long
    """

    jumped: Flags
    gone: Flags


def trajectories_from_samples(
    samples: TruthSamples,
    frame: LocalFrame,
    *,
    ground: Ground | None = None,
    fastest: float = 70.0,
    longest_gap: float = 2.5,
) -> Trajectories:
    """Turn samples into trajectories, ending an identity where its vehicle jumps or is gone for a while.

    Parameters
    ----------
    samples : of vehicles
    frame : for positions
    ground : of the frame, on which entities without heights stand; needed only for such
    fastest : a vehicle that moved faster between two samples was set down elsewhere, m/s
    longest_gap : between two samples of one vehicle, s

    Returns
    -------
    trajectories; identities of one sample are left out, as their speed is not known. The identities are numbered
    anew from 1, and ``entities.names`` keeps for each the name it has in the source, or its truth tag there

    Raises
    ------
    InputError : the samples are not sorted, there is nothing in them, or the ground is not known where they are
    UsageError : there are no heights and no ground
    """
    if not len(samples.time):
        message = "there are no samples; nothing can be simulated from an empty table"
        raise InputError(message)
    same = samples.row[1:] == samples.row[:-1]
    if np.any(same & (np.diff(samples.time) <= 0)):
        message = "samples must be sorted by entity, then time; sort the table first"
        raise InputError(message)
    position = positions_in_frame(samples, frame, ground)
    broken = find_breaks(samples, position, fastest=fastest, longest_gap=longest_gap)
    starts = np.append(True, ~same) | broken.jumped | broken.gone
    identity = np.cumsum(starts) - 1
    lone = np.bincount(identity)[identity] < 2  # noqa: PLR2004 - a speed needs two
    kept = np.flatnonzero(~lone)
    _, row = np.unique(identity[kept], return_inverse=True)
    first = samples.row[kept[np.flatnonzero(np.diff(row, prepend=-1))]]
    return Trajectories(
        row=row.astype(np.int32),
        time=samples.time[kept],
        east=position[kept, 0],
        north=position[kept, 1],
        up=position[kept, 2],
        frame=frame,
        entities=_identities(samples.entities, first),
    )


def find_breaks(samples: TruthSamples, position: Floats, *, fastest: float, longest_gap: float) -> Breaks:
    """Find the samples at which another identity begins.

    Parameters
    ----------
    samples : sorted by entity and time
    position : (N, 3) of the samples in any frame, m
    fastest, longest_gap : as for ``trajectories_from_samples``
    """
    same = samples.row[1:] == samples.row[:-1]
    step = np.diff(samples.time) * 1e-9
    moved = np.linalg.norm(np.diff(position, axis=0), axis=-1)
    return Breaks(
        jumped=np.append(False, same & (moved > fastest * step)),
        gone=np.append(False, same & (step > longest_gap)),
    )


def positions_in_frame(samples: TruthSamples, frame: LocalFrame, ground: Ground | None) -> NDArray[np.float64]:
    """Put samples into a local frame, those without heights on the ground.

    Parameters
    ----------
    samples : at least one
    frame : the local frame
    ground : of that frame; None where all samples have heights

    Returns
    -------
    (N, 3) east, north, up, m

    Raises
    ------
    InputError : the ground is not known where a sample without height is
    UsageError : there are no heights and no ground
    """
    bare = np.isnan(samples.height)
    position = geodetic_to_enu(samples.latitude, samples.longitude, np.where(bare, 0.0, samples.height), frame)
    if not bare.any():
        return position
    if ground is None:
        message = f"{int(bare.sum())} samples have no height; say on which ground they stand"
        raise UsageError(message)
    latitude, longitude, foot = samples.latitude[bare], samples.longitude[bare], position[bare]
    # A height moves a point along the ellipsoid's normal there, by exactly that much.
    normal = geodetic_to_enu(latitude, longitude, 1.0, frame) - foot
    height, standing = np.zeros(len(latitude)), foot
    for _ in range(_TURNS):
        height += ground.height(standing[:, 0], standing[:, 1]) - standing[:, 2]
        standing = foot + height[:, None] * normal
    unknown = np.isnan(height)
    if unknown.any():
        at = int(np.argmax(unknown))
        where = f"{np.degrees(latitude[at]):.4f}, {np.degrees(longitude[at]):.4f}"
        message = f"the ground is not known under {int(unknown.sum())} samples, e.g. at {where}; give terrain there"
        raise InputError(message)
    position[bare] = standing
    return position


def _identities(known: Entities, first: NDArray[np.int32]) -> Entities:
    """Give identities new numbers; each keeps the name of its vehicle in the source."""
    names = known.names or tuple(str(tag) for tag in known.entity.tolist())
    return Entities(
        entity=1 + np.arange(len(first), dtype=np.int64),
        target_class=known.target_class[first],
        formation=known.formation[first],
        length=known.length[first],
        names=tuple(names[row] for row in first.tolist()),
        formation_names=known.formation_names,
    )
