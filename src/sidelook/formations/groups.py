"""A formation between looks, and what is said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sidelook.formations.counting import CountModel, count_interval, posterior
from sidelook.formations.grouping import Clusters
from sidelook.formations.settings import FormationSettings
from sidelook.formations.shape import Shapes
from sidelook.formations.snapshot import LONGEST_STEP, SECOND, Snapshot
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic
from sidelook.model.columns import Floats, Integers
from sidelook.model.formation import FormationEvent, FormationKind, FormationState, FormationTable
from sidelook.model.origin import Origin, protection
from sidelook.model.tracks import TrackTable

WANDER = 4.0  # m/s, at which the place of a formation that is not seen becomes unsure
CERTAIN = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class Nature:
    """What the members of a group are.

    Attributes
    ----------
    supported : time of their last plot, ns UTC
    fresh : how many had a plot since the look before
    target_class, class_share : the commonest class, and what share of them are of it
    simulated, origin : any member is; the most protected origin behind them
    evidence : mean log-odds of the links between them
    """

    supported: int
    fresh: int
    target_class: int
    class_share: float
    simulated: bool
    origin: Origin
    evidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A formation, or what may become one, as it was last seen.

    Attributes
    ----------
    identity : of the formation, 0 until it is confirmed
    parent : identity of the formation that its tracks left, 0 for none
    looks : in a row that it was seen
    found : time it was last seen, ns UTC
    seen : members with a plot, look by look, the latest last; -1 where none had one
    shape : the one row of it
    nature : of its members
    """

    identity: int
    parent: int
    looks: int
    found: int
    seen: tuple[int, ...]
    shape: Shapes
    nature: Nature

    @property
    def standing(self) -> bool:
        """Tell whether it stands."""
        return bool(self.shape.kind[0] == FormationKind.STANDING)

    def ahead(self, time: int) -> tuple[Floats, Floats]:
        """Give where it would be at a time, (2,) m, if it drove on, and how far off that may be, standard deviation."""
        elapsed = (time - self.found) / SECOND
        place = self.shape.middle[0] + elapsed * self.shape.velocity[0]
        error = self.shape.middle_error[0] + self.shape.extent[0] + elapsed**2 * self.shape.velocity_error[0]
        return place, error + (WANDER * elapsed) ** 2 * np.eye(2)


class Said(NamedTuple):
    """What is to be said after a look: groups, formations that ended, and by identity what happened and the other."""

    groups: list[Group]
    ended: list[Group]
    events: dict[int, tuple[FormationEvent, int]]


def natures(snapshot: Snapshot, clusters: Clusters, latest: TrackTable, since: int) -> list[Nature]:
    """Say what the members of each cluster are; ``latest`` is the table behind the snapshot, ``since`` in ns UTC."""
    order = np.argsort(clusters.label, kind="stable")
    bounds = np.searchsorted(clusters.label[order], np.arange(clusters.total + 1))
    made = []
    for c in range(clusters.total):
        rows = order[bounds[c] : bounds[c + 1]]
        supported, source = snapshot.supported[rows], snapshot.row[rows]
        classes, counted = np.unique(latest.target_class[source], return_counts=True)
        made.append(
            Nature(
                supported=int(supported.max()),
                fresh=int((supported > since).sum()),
                target_class=int(classes[counted.argmax()]),
                class_share=float(counted.max() / len(rows)),
                simulated=bool(latest.simulated[source].any()),
                origin=max((latest.origins[number] for number in np.unique(latest.origin[source])), key=protection),
                evidence=float(clusters.evidence[c]),
            )
        )
    return made


def table_of(
    look: Said, time: int, frame: LocalFrame, settings: FormationSettings, counts: CountModel
) -> FormationTable:
    """Lay confirmed groups out as rows of a table, brought to a time no farther than a revisit and a half ahead."""
    known = [group for group in look.groups if group.identity]
    ended = {group.identity for group in look.ended}
    known += look.ended
    if not known:
        return FormationTable.empty(origins=())
    shape = Shapes.join([group.shape for group in known])
    found = np.array([group.found for group in known], np.int64)
    age = np.minimum((time - found) / SECOND, LONGEST_STEP)
    age = np.where(shape.kind == FormationKind.STANDING, 0.0, age)
    place = np.column_stack([shape.middle + age[:, None] * shape.velocity, np.zeros(len(known))])
    latitude, longitude, _ = enu_to_geodetic(place, frame)
    error = shape.middle_error + age[:, None, None] ** 2 * shape.velocity_error
    best, low, high = count_interval(posterior(windows(known, settings.window), counts))
    origins = tuple(dict.fromkeys(group.nature.origin for group in known))
    silent = np.where((time - found) / SECOND > settings.coast, FormationState.COASTING, FormationState.HELD)
    gone = np.array([group.identity in ended for group in known])
    events = [look.events.get(group.identity, (FormationEvent.NONE, 0)) for group in known]
    return FormationTable(
        formation=np.array([group.identity for group in known], np.int64),
        time=np.full(len(known), time, np.int64),
        supported=np.array([group.nature.supported for group in known], np.int64),
        latitude=latitude,
        longitude=longitude,
        velocity_east=shape.velocity[:, 0].astype(np.float32),
        velocity_north=shape.velocity[:, 1].astype(np.float32),
        position_covariance=upper(error),
        velocity_covariance=upper(shape.velocity_error),
        extent=upper(shape.extent),
        members=shape.members,
        count=best,
        count_low=low,
        count_high=high,
        length=shape.length.astype(np.float32),
        width=shape.width.astype(np.float32),
        spacing=(shape.length / np.maximum(best - 1, 1)).astype(np.float32),
        kind=shape.kind.astype(np.uint8),
        state=np.where(gone, FormationState.LOST, silent).astype(np.uint8),
        probability=np.array([chance(group.nature.evidence) for group in known], np.float32),
        target_class=np.array([group.nature.target_class for group in known], np.uint8),
        class_share=np.array([group.nature.class_share for group in known], np.float32),
        event=np.array([event for event, _ in events], np.uint8),
        other=np.array([other for _, other in events], np.int64),
        simulated=np.array([group.nature.simulated for group in known], np.bool_),
        origin=np.array([origins.index(group.nature.origin) for group in known], np.int32),
        origins=origins,
    )


def windows(groups: Sequence[Group], window: int) -> Integers:
    """Give the members seen at each look (G, W), -1 where there was none."""
    seen = np.full((len(groups), window), -1, np.int64)
    for row, group in zip(seen, groups, strict=True):
        row[window - len(group.seen) :] = group.seen
    return seen


def chance(evidence: float) -> float:
    """Turn log-odds into a probability that never claims certainty."""
    return float(min(1.0 / (1.0 + np.exp(-evidence)), CERTAIN))


def upper(matrices: Floats) -> NDArray[np.float32]:
    """Turn (G, 2, 2) into east-east, east-north, north-north."""
    return matrices[:, [0, 0, 1], [0, 1, 1]].astype(np.float32)
