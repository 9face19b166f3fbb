"""What the tracker of formations knows, laid out as named arrays and back."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.errors import InputError
from sidelook.formations.group_tracker import FormationsKnown
from sidelook.formations.groups import Group, Nature, windows
from sidelook.formations.pairs import Pairs
from sidelook.formations.shape import Shapes
from sidelook.model.origin import Origin, merge_origins
from sidelook.model.tracks import TrackTable

GROUP_NUMBERS = ("identity", "parent", "looks", "found")
NATURE_NUMBERS = ("supported", "fresh", "target_class", "class_share", "simulated", "evidence")


def known_to_arrays(known: FormationsKnown, origins: tuple[Origin, ...]) -> dict[str, NDArray[Any]]:
    """Lay out what is known.

    Parameters
    ----------
    known : after a look
    origins : the caller's to keep; every origin behind tracks and groups is among them
    """
    latest, groups = known.newest, known.groups
    number = {origin: row for row, origin in enumerate(origins)}
    mine = np.array([number[origin] for origin in latest.origins], np.int32)
    arrays = {f"latest_{name}": getattr(latest, name) for name in TrackTable.DTYPES}
    arrays["latest_origin"] = mine[latest.origin] if len(latest) else latest.origin
    arrays |= {f"pairs_{item.name}": np.array(getattr(known.pairs, item.name)) for item in fields(Pairs)}
    arrays |= {name: np.array([getattr(group, name) for group in groups]) for name in GROUP_NUMBERS}
    arrays |= {f"nature_{name}": np.array([getattr(one.nature, name) for one in groups]) for name in NATURE_NUMBERS}
    arrays["nature_origin"] = np.array([number[group.nature.origin] for group in groups], np.int32)
    arrays["seen"] = windows(groups, max((len(group.seen) for group in groups), default=0))
    if groups:
        shape = Shapes.join([group.shape for group in groups])
        arrays |= {f"shape_{item.name}": getattr(shape, item.name) for item in fields(Shapes)}
    return arrays | {"track": known.track, "group": known.group, "identities": np.array(known.identities)}


def known_from_arrays(arrays: Mapping[str, NDArray[Any]], origins: tuple[Origin, ...]) -> FormationsKnown:
    """Restore what ``known_to_arrays`` laid out; looking on from it gives what looking on from the original would.

    Raises
    ------
    InputError
        where an array is missing
    """
    try:
        latest = {name: arrays[f"latest_{name}"] for name in TrackTable.DTYPES}
        used, origin = merge_origins([(origins, latest["origin"])])
        pairs: dict[str, Any] = {name: arrays[f"pairs_{name}"] for name in ("one", "other", "alike", "total")}
        return FormationsKnown(
            latest=TrackTable(**(latest | {"origin": origin}), origins=used),
            pairs=Pairs(**pairs, time=int(arrays["pairs_time"])),
            groups=tuple(_group(arrays, row, origins) for row in range(len(arrays["identity"]))),
            track=arrays["track"],
            group=arrays["group"],
            identities=int(arrays["identities"]),
        )
    except KeyError as missing:
        message = f"not a saved state of the tracker of formations: no array {missing}"
        raise InputError(message) from missing


def _group(arrays: Mapping[str, NDArray[Any]], row: int, origins: tuple[Origin, ...]) -> Group:
    shape = {item.name: arrays[f"shape_{item.name}"][row : row + 1] for item in fields(Shapes)}
    nature = {name: arrays[f"nature_{name}"][row].item() for name in NATURE_NUMBERS}
    seen = arrays["seen"][row]
    return Group(
        **{name: int(arrays[name][row]) for name in GROUP_NUMBERS},
        seen=tuple(seen[seen >= 0].tolist()),
        shape=Shapes(**shape),
        nature=Nature(**nature, origin=origins[int(arrays["nature_origin"][row])]),
    )
