"""Traffic recorded or simulated elsewhere, as truth for our radar."""

import numpy as np

from sidelook.errors import InputError
from sidelook.geometry.frames import LocalFrame, geodetic_to_enu
from sidelook.model.truth import Entities, TruthSamples
from sidelook.simulation.trajectories import Trajectories


def trajectories_from_samples(
    samples: TruthSamples, frame: LocalFrame, *, fastest: float = 70.0, longest_gap: float = 2.5
) -> Trajectories:
    """Turn samples into trajectories, ending an identity where its vehicle jumps or is gone for a while.

    Parameters
    ----------
    samples : of vehicles
    frame : for positions
    fastest : a vehicle that moved faster between two samples was set down elsewhere, m/s
    longest_gap : between two samples of one vehicle, s

    Returns
    -------
    trajectories; identities of one sample are left out, as their speed is not known

    Raises
    ------
    InputError : the samples are not sorted, or there is nothing in them
    """
    if not len(samples.time):
        message = "there are no samples; nothing can be simulated from an empty table"
        raise InputError(message)
    position = geodetic_to_enu(samples.latitude, samples.longitude, samples.height, frame)
    same = samples.row[1:] == samples.row[:-1]
    step = np.diff(samples.time) * 1e-9
    if np.any(same & (step <= 0.0)):
        message = "samples must be sorted by entity, then time; sort the table first"
        raise InputError(message)
    moved = np.linalg.norm(np.diff(position, axis=0), axis=-1)
    starts = np.append(True, ~same | (moved > fastest * step) | (step > longest_gap))
    identity = np.cumsum(starts) - 1
    lone = np.bincount(identity)[identity] < 2  # noqa: PLR2004 - a speed needs two
    kept = np.flatnonzero(~lone)
    _, row = np.unique(identity[kept], return_inverse=True)
    first = samples.row[kept[np.flatnonzero(np.diff(row, prepend=-1))]]
    known = samples.entities
    return Trajectories(
        row=row.astype(np.int32),
        time=samples.time[kept],
        east=position[kept, 0],
        north=position[kept, 1],
        up=position[kept, 2],
        frame=frame,
        entities=Entities(
            entity=1 + np.arange(len(first), dtype=np.int64),
            target_class=known.target_class[first],
            formation=known.formation[first],
            length=known.length[first],
            names=tuple(known.names[row] for row in first.tolist()) if known.names else (),
        ),
    )
