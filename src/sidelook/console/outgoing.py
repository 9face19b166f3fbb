"""What leaves the console passes the one release filter here, live and from history alike."""

import numpy as np

from sidelook.archive import KeptTruth, Looks
from sidelook.console.rows import Rows
from sidelook.model.formation import FormationTable
from sidelook.model.tracks import TrackTable
from sidelook.model.truth import TruthLooks
from sidelook.release import (
    Recipient,
    Verdict,
    judge,
    release_dwells,
    release_formations,
    release_tracks,
    rows_released,
)


def release_looks(looks: Looks, recipient: Recipient) -> Looks:
    """Withhold dwells the recipient may not see, their plots and the tracks of those plots."""
    dwells = looks.dwells
    verdicts = [judge(origin, recipient) is Verdict.RELEASED for origin in dwells.origins]
    kept = np.array(verdicts or [False])[dwells.origin]
    if not kept.all():
        looks = Looks(dwells=dwells.take(kept), plot_track=looks.plot_track[kept[dwells.plots.dwell]])
    released, _ = release_dwells(looks.dwells, recipient)
    return Looks(dwells=released, plot_track=looks.plot_track)


def release_table(tracks: TrackTable, recipient: Recipient) -> TrackTable:
    """Withhold states of tracks the recipient may not see."""
    released, _ = release_tracks(tracks, recipient)
    return released


def release_groups(formations: FormationTable, recipient: Recipient) -> FormationTable:
    """Withhold states of formations the recipient may not see."""
    released, _ = release_formations(formations, recipient)
    return released


def release_truth(truth: KeptTruth, recipient: Recipient) -> TruthLooks:
    """Withhold truth the recipient may not see."""
    return truth.looks.take(rows_released(truth.origins, truth.origin, recipient))


def release_rows(rows: Rows, recipient: Recipient) -> Rows:
    """Withhold rows the recipient may not see."""
    return Rows(
        looks=release_looks(rows.looks, recipient),
        tracks=release_table(rows.tracks, recipient),
        formations=release_groups(rows.formations, recipient),
    )
