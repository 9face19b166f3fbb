"""Dwells of several masks, and dwells sent in pieces, put together in the order sent."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidelook.formats.stanag4607.scaling import dwell_columns, is_located, report_columns
from sidelook.formats.stanag4607.wire import DwellGroup, Packets
from sidelook.model.plots import Dwells, Plots

#: Reports of one look that D32.1 can tell apart.
MOST_REPORTS = 1 << 16

_SAME_LOOK = ("dwell", "revisit", "origin", "sensor_latitude", "sensor_longitude", "area_latitude", "area_longitude")


def join_groups(packets: Packets) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Scale all dwells and put them, and their plots, in the order sent; a report without a place is no plot.

    Parameters
    ----------
    packets : with at least one dwell

    Returns
    -------
    columns of ``Dwells`` without ``origin``, and of ``Plots``
    """
    groups = [group if is_located(group) else without_reports(group) for group in packets.dwells]
    parts = [(dwell_columns(group), report_columns(group)) for group in groups]
    if len(parts) == 1:
        columns, plots = parts[0]
    else:
        order = np.argsort(np.concatenate([group.row for group in groups]))
        columns = {name: np.concatenate([part[0][name] for part in parts])[order] for name in Dwells.DTYPES}
        plot_row = np.concatenate([np.repeat(group.row, group.count) for group in groups])
        plot_order = np.argsort(plot_row, kind="stable")
        plots = {name: np.concatenate([part[1][name] for part in parts])[plot_order] for name in Plots.DTYPES}
    count = columns["plot_count"]
    plots["dwell"] = np.repeat(np.arange(len(count), dtype=np.int32), count)
    return columns, plots


def without_reports(group: DwellGroup) -> DwellGroup:
    """Take the reports out of dwells: they say nothing of where the targets are."""
    return replace(group, report=group.report[:0], count=np.zeros_like(group.count))


def join_pieces(dwells: Dwells) -> Dwells:
    """Make one dwell of consecutive ones that are pieces of one look.

    Parameters
    ----------
    dwells : as sent

    Returns
    -------
    the same plots in as many dwells as there were looks
    """
    if len(dwells) < 2:  # noqa: PLR2004 - nothing to join
        return dwells
    more = dwells.time[1:] == dwells.time[:-1]
    for name in _SAME_LOOK:
        if not more.any():
            return dwells
        column = getattr(dwells, name)
        more &= column[1:] == column[:-1]
    if not more.any():
        return dwells
    first = np.flatnonzero(np.concatenate([[True], ~more]))
    count = np.add.reduceat(dwells.plot_count, first).astype(np.int32)
    columns = {name: getattr(dwells, name)[first] for name in Dwells.DTYPES} | {
        "plot_count": count,
        "last_of_revisit": np.logical_or.reduceat(dwells.last_of_revisit, first),
    }
    owner = np.repeat(np.arange(len(first), dtype=np.int32), count)
    plots = {name: getattr(dwells.plots, name) for name in Plots.DTYPES} | {"dwell": owner}
    return Dwells(**columns, plots=Plots(**plots), origins=dwells.origins)


def goes_on(before: Dwells, after: Dwells) -> bool:
    """Tell whether the first dwell of ``after`` is a piece of the look that ends ``before``; each holds a dwell.

    A look of more reports than their index (D32.1, 16 bits) can count goes on no further: nothing grows without bound.
    """
    if before.plot_count[-1] >= MOST_REPORTS or before.time[-1] != after.time[0]:
        return False
    if before.origins[before.origin[-1]] != after.origins[after.origin[0]]:
        return False
    return all(getattr(before, name)[-1] == getattr(after, name)[0] for name in _SAME_LOOK if name != "origin")
