"""Who may see what: markings, policy, and the one filter before every output."""

from sidelook.release.filter import (
    Decision,
    ensure_simulated_kept,
    release_dwells,
    release_formations,
    release_origins,
    release_tracks,
    rows_released,
)
from sidelook.release.policy import OPERATOR_HERE, Marking, Recipient, Verdict, highest_marking, judge

__all__ = [
    "OPERATOR_HERE",
    "Decision",
    "Marking",
    "Recipient",
    "Verdict",
    "ensure_simulated_kept",
    "highest_marking",
    "judge",
    "release_dwells",
    "release_formations",
    "release_origins",
    "release_tracks",
    "rows_released",
]
