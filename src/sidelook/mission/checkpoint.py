"""The tracker's state as bytes: what the archive keeps so that tracks go on after a restart."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zipfile import BadZipFile

import msgspec
import numpy as np
from numpy.typing import NDArray

from sidelook.errors import InputError
from sidelook.model.origin import Origin


class CheckpointError(InputError):
    """A saved state of a tracker cannot be read; tracking starts anew after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A tracker's state, laid out.

    Attributes
    ----------
    frame : latitude, longitude (rad) and height (m) of the frame it tracks in
    origins : the table that its tracks point into
    holding : the last dwell received was held back, in case it goes on
    arrays : everything else, by name: the tracker's, and with ``formations_`` before it what is known of formations
    """

    frame: tuple[float, float, float]
    origins: tuple[Origin, ...]
    holding: bool
    arrays: Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What is no array."""

    frame: tuple[float, float, float]
    origins: tuple[Origin, ...]
    holding: bool


def pack(checkpoint: Checkpoint) -> bytes:
    """Write a state down. No code is in it: reading it can do no harm."""
    head = msgspec.json.encode(Head(frame=checkpoint.frame, origins=checkpoint.origins, holding=checkpoint.holding))
    arrays: dict[str, Any] = {"head": np.frombuffer(head, np.uint8), **checkpoint.arrays}
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    return packed.getvalue()


def unpack(saved: bytes) -> Checkpoint:
    """Read a state.

    Raises
    ------
    CheckpointError
        Where it is damaged or of another kind.
    """
    try:
        with np.load(io.BytesIO(saved), allow_pickle=False) as packed:
            arrays = dict(packed)
        head = msgspec.json.decode(arrays.pop("head").tobytes(), type=Head)
    except (OSError, ValueError, KeyError, EOFError, msgspec.MsgspecError, BadZipFile) as error:
        message = f"the tracker's saved state cannot be read: {error}"
        raise CheckpointError(message) from error
    return Checkpoint(frame=head.frame, origins=head.origins, holding=head.holding, arrays=arrays)
