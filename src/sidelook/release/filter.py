"""The one filter before every output: what may go goes, what may not is counted, never silently dropped."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from sidelook.errors import ReleaseRefusedError
from sidelook.model.columns import Flags, Indices, Integers
from sidelook.model.formation import FormationTable
from sidelook.model.origin import Origin, merge_origins
from sidelook.model.plots import Dwells
from sidelook.model.tracks import TrackTable
from sidelook.release.policy import Marking, Recipient, Verdict, highest_marking, judge

States = TypeVar("States", TrackTable, FormationTable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was released to whom and what was not: to be shown and put in the audit log.

    Attributes
    ----------
    recipient : name
    subject : what it was, e.g. "dwells"
    released : rows (or origins) that may go
    withheld : rows that may not, by reason
    marking : highest of what may go
    simulated : something in what may go is
    """

    recipient: str
    subject: str
    released: int
    withheld: Mapping[Verdict, int]
    marking: Marking
    simulated: bool

    @property
    def complete(self) -> bool:
        """True where nothing was withheld."""
        return not self.withheld

    def describe(self) -> dict[str, str | int]:
        """Spell the decision as names and counts for an audit log."""
        counts = {f"withheld: {verdict.value}": count for verdict, count in self.withheld.items()}
        simulated = "yes" if self.simulated else "no"
        return {"released": self.released, "marking": self.marking.text, "simulated": simulated, **counts}

    def refuse_if_withheld(self) -> None:
        """Raise where something was withheld: for outputs that are whole or nothing.

        Raises
        ------
        ReleaseRefusedError
            It says what stands against the release, and for whom.
        """
        if self.withheld:
            reasons = "; ".join(f"{count} under {verdict.value}" for verdict, count in self.withheld.items())
            message = f"{self.subject} not released to {self.recipient}: {reasons}. Nothing left the machine"
            raise ReleaseRefusedError(message)


def rows_released(origins: tuple[Origin, ...], column: Indices, recipient: Recipient) -> Flags:
    """Tell which rows may go, for columns that belong to released rows but are not part of their record.

    Parameters
    ----------
    origins, column : table of origins and (N,) rows of it

    Returns
    -------
    (N,) True for the rows that ``release_dwells`` and ``release_tracks`` keep
    """
    return _released(_judge_each(origins, column, recipient), column)


def release_dwells(dwells: Dwells, recipient: Recipient) -> tuple[Dwells, Decision]:
    """Keep the dwells, with their plots, that a recipient may see.

    Returns
    -------
    kept : without the origins of what was withheld, so that not even their names go out
    decision : counts dwells and their plots together
    """
    verdicts = _judge_each(dwells.origins, dwells.origin, recipient)
    kept = dwells.take(_released(verdicts, dwells.origin))
    origins, origin = _used(kept.origins, kept.origin)
    columns = {name: getattr(kept, name) for name in Dwells.DTYPES} | {"origin": origin}
    kept = Dwells(**columns, plots=kept.plots, origins=origins)
    counts = _count(verdicts, dwells.origin, 1 + dwells.plot_count.astype(np.int64))
    decision = _decide("dwells and plots", recipient, counts, origins)
    return kept, replace(decision, simulated=bool(kept.simulated.any()))


def release_tracks(table: TrackTable, recipient: Recipient) -> tuple[TrackTable, Decision]:
    """Keep the states of tracks that a recipient may see; see ``release_dwells``."""
    return _release_states(table, recipient, "tracks")


def release_formations(table: FormationTable, recipient: Recipient) -> tuple[FormationTable, Decision]:
    """Keep the states of formations that a recipient may see; see ``release_dwells``."""
    return _release_states(table, recipient, "formations")


def _release_states(table: States, recipient: Recipient, subject: str) -> tuple[States, Decision]:
    """Keep the rows that a recipient may see, without the origins of the others."""
    verdicts = _judge_each(table.origins, table.origin, recipient)
    kept = table.take(_released(verdicts, table.origin))
    origins, origin = _used(kept.origins, kept.origin)
    columns = {name: getattr(kept, name) for name in kept.DTYPES} | {"origin": origin}
    kept = type(table)(**columns, origins=origins)
    decision = _decide(subject, recipient, _count(verdicts, table.origin, np.ones(len(table), np.int64)), origins)
    return kept, replace(decision, simulated=decision.simulated or bool(kept.simulated.any()))


def release_origins(origins: Iterable[Origin], recipient: Recipient, subject: str) -> Decision:
    """Judge something that is released whole or not at all (bytes as received, a picture) by where it comes from.

    Something from no known origin is not released.
    """
    origins = tuple(origins)
    counts = Counter(judge(origin, recipient) for origin in origins)
    if not origins and not recipient.here:
        counts[Verdict.UNMARKED] += 1
    whole = set(counts) <= {Verdict.RELEASED}
    decision = _decide(subject, recipient, counts, origins if whole else ())
    return decision if whole else replace(decision, released=0)


def ensure_simulated_kept(carried: Flags, written: Flags) -> None:
    """Refuse an output that would show something simulated as real; to be called by whoever writes a format.

    Parameters
    ----------
    carried : (N,) what the records say
    written : (N,) what the output says

    Raises
    ------
    ReleaseRefusedError
        A row is simulated and the output does not say so.
    """
    if carried.shape != written.shape:
        message = f"{carried.shape} flags carried, {written.shape} written: give one of each for every item"
        raise ValueError(message)
    lost = int(np.count_nonzero(carried & ~written))
    if lost:
        message = (
            f"{lost} simulated items would be written as real: nothing is written; mark them, or use another format"
        )
        raise ReleaseRefusedError(message)


def _judge_each(origins: tuple[Origin, ...], column: Indices, recipient: Recipient) -> tuple[Verdict, ...]:
    """Judge each origin, after making sure that every row has one."""
    if len(column) and not 0 <= column.min() <= column.max() < len(origins):
        message = f"rows point at origins {column.min()} to {column.max()} of {len(origins)}: nothing is released"
        raise ValueError(message)
    return tuple(judge(origin, recipient) for origin in origins)


def _released(verdicts: tuple[Verdict, ...], column: Indices) -> Flags:
    """(N,) True for the rows that may go."""
    return np.array([verdict is Verdict.RELEASED for verdict in verdicts], np.bool_)[column]


def _used(origins: tuple[Origin, ...], column: Indices) -> tuple[tuple[Origin, ...], Indices]:
    """Leave out the origins that no row points at."""
    used = np.unique(column)
    place = np.searchsorted(used, column).astype(np.int32)
    return merge_origins([(tuple(origins[number] for number in used), place)])


def _count(verdicts: tuple[Verdict, ...], column: Indices, weight: Integers) -> Counter[Verdict]:
    """Count what goes and what stays."""
    counts: Counter[Verdict] = Counter()
    for verdict, count in zip(verdicts, np.bincount(column, weight, len(verdicts)), strict=True):
        counts[verdict] += int(count)
    return counts


def _decide(subject: str, recipient: Recipient, counts: Counter[Verdict], kept: tuple[Origin, ...]) -> Decision:
    """Put the counts and what is kept into words."""
    return Decision(
        recipient=recipient.name,
        subject=subject,
        released=counts[Verdict.RELEASED],
        withheld={verdict: count for verdict, count in counts.items() if count and verdict is not Verdict.RELEASED},
        marking=highest_marking(kept),
        simulated=any(origin.simulated for origin in kept),
    )
