"""Formations over time: found, held through masks and stops, split and merged.

The tracker of formations is shown the rows of tracks as they come, and asked for the formations at moments of its
caller's choice, about once a revisit. What it knows is a value; the same tracks give the same formations.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from sidelook.formations.counting import CountModel
from sidelook.formations.grouping import NONE, carry_over, find_clusters
from sidelook.formations.groups import Group, Nature, Said, natures, table_of
from sidelook.formations.pairs import Pairs, compare_pairs, no_pairs
from sidelook.formations.settings import FormationSettings
from sidelook.formations.shape import Shapes, shapes_of
from sidelook.formations.snapshot import SECOND, take_snapshot
from sidelook.geometry.frames import LocalFrame
from sidelook.model.columns import Indices, Integers
from sidelook.model.formation import FormationEvent, FormationMembers, FormationTable
from sidelook.model.origin import protection
from sidelook.model.tracks import TrackState, TrackTable, concatenate_tracks

GATE = 9.0  # squared distance at which a formation out of sight is found again
ALIKE = 5.0  # m/s, standard deviation of its velocity by then


class Clustered(NamedTuple):
    """What a look found: time, shapes and natures of its clusters, the group each goes on as, tracks in common."""

    time: int
    shapes: Shapes
    nature: list[Nature]
    heir: Indices
    shared: Integers


@dataclass(frozen=True, slots=True, kw_only=True)
class FormationsKnown:
    """All that the tracker of formations knows.

    Attributes
    ----------
    latest : the last row of each track that lived at the last look
    fresh : rows of tracks that came since
    pairs : evidence that two of them move together
    groups : oldest first
    track, group : (N,) which tracks are in which of the groups, by its place in ``groups``; tracks rising
    identities : given so far
    """

    latest: TrackTable
    pairs: Pairs
    groups: tuple[Group, ...]
    track: Integers
    group: Indices
    identities: int
    fresh: tuple[TrackTable, ...] = ()

    @property
    def newest(self) -> TrackTable:
        """The last row of each track."""
        return newest(concatenate_tracks([self.latest, *self.fresh]))


@dataclass(frozen=True, slots=True, kw_only=True)
class FormationsSeen:
    """What a look gave: states of formations, those that ended among them, and who is in them."""

    table: FormationTable
    members: FormationMembers


@dataclass(frozen=True, slots=True, kw_only=True)
class FormationTracker:
    """Tracks to formations, look by look.

    Attributes
    ----------
    frame : to work in, amid the area
    settings : what makes a formation
    counts : chances of seeing its vehicles
    """

    frame: LocalFrame
    settings: FormationSettings = field(default_factory=FormationSettings)
    counts: CountModel = field(default_factory=CountModel)

    def init(self) -> FormationsKnown:
        """Give what is known before the first look."""
        none = np.zeros(0, np.int64)
        return FormationsKnown(
            latest=TrackTable.empty(origins=()),
            pairs=no_pairs(),
            groups=(),
            track=none,
            group=none.astype(np.int32),
            identities=0,
        )

    def take(self, known: FormationsKnown, tracks: TrackTable) -> FormationsKnown:
        """Take note of rows of tracks, in order of time."""
        return replace(known, fresh=(*known.fresh, tracks)) if len(tracks) else known

    def look(self, known: FormationsKnown, time: int) -> tuple[FormationsKnown, FormationsSeen]:
        """Look for formations.

        Parameters
        ----------
        known : as it was
        time : of the look, ns UTC; later than that of the look before

        Returns
        -------
        known : as it is now
        seen : the formations that are held or coast, their members, and what happened since the look before
        """
        latest = living(known.newest, time, self.settings.forget)
        snapshot = take_snapshot(latest, time, self.frame, self.settings.track_stale)
        before = membership(known, snapshot.track)
        pairs = compare_pairs(known.pairs, snapshot, before, self.settings)
        clusters = find_clusters(snapshot, pairs, before, self.settings)
        shapes = shapes_of(snapshot, clusters.label, clusters.total, self.settings)
        heir, shared = carry_over(clusters.label, before, clusters.total, len(known.groups))
        again = found_again(known.groups, shapes, heir, shared, time)
        nature = natures(snapshot, clusters, latest, known.pairs.time)
        look = Clustered(time, shapes, nature, np.where(heir == NONE, again, heir), shared)
        said, source = self.renew(known.groups, look)
        groups = said.groups
        identities = confirm(said, known.identities, time, self.settings)
        place = np.full(clusters.total + 1, NONE, np.int32)  # the last is for tracks in no cluster
        place[source] = np.arange(len(groups))
        place[NONE] = NONE
        label = place[clusters.label]
        known = FormationsKnown(
            latest=latest,
            pairs=pairs,
            groups=tuple(groups),
            track=snapshot.track[label != NONE],
            group=label[label != NONE],
            identities=identities,
        )
        table = table_of(said, time, self.frame, self.settings, self.counts)
        return known, FormationsSeen(table=table, members=members_of(known, time))

    def renew(self, before: Sequence[Group], look: Clustered) -> tuple[Said, list[int]]:
        """Carry groups on to what was seen; give them and the cluster each was seen as (-1 none)."""
        said, source = Said([], [], {}), []
        seen_as = {int(g): c for c, g in enumerate(look.heir) if g != NONE}
        for at, old in enumerate(before):
            cluster = seen_as.get(at, NONE)
            if cluster != NONE:
                one = go_on(old, look, cluster, self.settings)
                said.events.update(changes(old, one))
            elif old.identity and (taker := taken_over(before, look, at)) is not None:
                said.ended.append(old)
                said.events[old.identity] = FormationEvent.MERGED, taker
                continue
            elif old.identity and (look.time - old.found) / SECOND < self.settings.forget:
                one = replace(old, looks=0)
            else:
                if old.identity:
                    said.ended.append(old)
                    said.events[old.identity] = FormationEvent.LOST, 0
                continue
            said.groups.append(one)
            source.append(cluster)
        for cluster in np.flatnonzero(look.heir == NONE).tolist():
            said.groups.append(begin(before, look, cluster))
            source.append(cluster)
        return said, source


def begin(before: Sequence[Group], look: Clustered, cluster: int) -> Group:
    """Begin a group on a cluster that none goes on as; it may have left one."""
    shared = look.shared[cluster]
    parent = before[int(shared.argmax())].identity if shared.any() else 0
    fresh = look.nature[cluster].fresh
    return Group(
        identity=0,
        parent=parent,
        looks=1,
        found=look.time,
        seen=(fresh,) if fresh else (),
        shape=look.shapes.take(cluster),
        nature=look.nature[cluster],
    )


def go_on(old: Group, look: Clustered, cluster: int, settings: FormationSettings) -> Group:
    """Carry a group on as a cluster. Where none of its members had a plot nothing was counted."""
    nature, shape = look.nature[cluster], look.shapes.take(cluster)
    # Others that join or leave make another number of it: what was seen before says nothing of that.
    joined = np.delete(look.shared[cluster], look.heir[cluster]).sum() if len(look.shared[cluster]) else 0
    history = () if joined * 2 > shape.members[0] else old.seen
    seen = (*history, nature.fresh) if nature.fresh else history
    # What stands behind its count and its trace stays behind it, though the track may have left.
    simulated = nature.simulated or old.nature.simulated
    origin = max(old.nature.origin, nature.origin, key=protection)
    return replace(
        old,
        looks=old.looks + 1,
        found=look.time,
        seen=seen[-settings.window :],
        shape=shape,
        nature=replace(nature, simulated=simulated, origin=origin),
    )


def changes(old: Group, now: Group) -> dict[int, tuple[FormationEvent, int]]:
    """Say what changed of a confirmed group that is seen again."""
    if not old.identity:
        return {}
    if old.standing != now.standing:
        return {now.identity: (FormationEvent.STOPPED if now.standing else FormationEvent.MOVED_ON, 0)}
    return {now.identity: (FormationEvent.FOUND_AGAIN, 0)} if old.looks == 0 else {}


def taken_over(before: Sequence[Group], look: Clustered, at: int) -> int | None:
    """Say which confirmed formation half of a group's tracks or more are in now, if there is one."""
    shared = look.shared[:, at]
    if len(shared) == 0 or 2 * shared.max() < before[at].shape.members[0]:
        return None
    heir = look.heir[int(shared.argmax())]
    return before[heir].identity or None if heir != NONE else None


def confirm(said: Said, identities: int, time: int, settings: FormationSettings) -> int:
    """Give identities, in place, to groups seen often enough; give how many there are then."""
    for at, group in enumerate(said.groups):
        links = int(group.shape.members[0]) - 1
        ripe = group.looks >= settings.confirm and links + 1 >= settings.least
        ripe &= group.nature.evidence * links >= settings.certain
        if group.identity or not ripe or group.found < time:
            continue
        identities += 1
        said.groups[at] = replace(group, identity=identities)
        event = FormationEvent.SPLIT if group.parent else FormationEvent.FOUND
        said.events[identities] = event, group.parent
    return identities


def found_again(before: Sequence[Group], shapes: Shapes, heir: Indices, shared: Integers, time: int) -> Indices:
    """Say which group out of sight each new cluster is, (C,), -1 none: the nearest to where it would be by now."""
    again = np.full(len(heir), NONE, np.int32)
    missing = [at for at, group in enumerate(before) if group.identity and not (heir == at).any()]
    fresh = np.flatnonzero((heir == NONE) & ~shared.any(axis=1))
    found: list[tuple[float, int, int]] = []
    for at in missing:
        place, error = before[at].ahead(time)
        inverse = np.linalg.inv(error)
        for cluster in fresh.tolist():
            apart = shapes.middle[cluster] - place
            differ = shapes.velocity[cluster] - before[at].shape.velocity[0]
            moving = not before[at].standing
            distance = apart @ inverse @ apart + moving * (differ @ differ) / ALIKE**2
            if distance < GATE:
                found.append((float(distance), cluster, at))
    taken: set[int] = set()
    for _, cluster, at in sorted(found):
        if again[cluster] == NONE and at not in taken:
            again[cluster] = at
            taken.add(at)
    return again


def membership(known: FormationsKnown, tracks: Integers) -> Indices:
    """Give the group that each track (K,) was in, -1 none."""
    if len(known.track) == 0:
        return np.full(len(tracks), NONE, np.int32)
    at = np.minimum(np.searchsorted(known.track, tracks), len(known.track) - 1)
    return np.where(known.track[at] == tracks, known.group[at], NONE).astype(np.int32)


def newest(tracks: TrackTable) -> TrackTable:
    """Keep the last row of each track."""
    order = np.argsort(tracks.track, kind="stable")
    last = np.diff(tracks.track[order], append=-1) != 0
    return tracks.take(order[last])


def living(tracks: TrackTable, time: int, forget: float) -> TrackTable:
    """Leave out tracks that are lost or were not heard of for long."""
    return tracks.take((tracks.state != TrackState.LOST) & ((time - tracks.time) / SECOND < forget))


def members_of(known: FormationsKnown, time: int) -> FormationMembers:
    """List the members of confirmed formations."""
    identity = np.array([group.identity for group in known.groups], np.int64)
    formation = identity[known.group] if len(identity) else np.zeros(0, np.int64)
    rows = formation > 0
    count = int(rows.sum())
    return FormationMembers(formation=formation[rows], track=known.track[rows], time=np.full(count, time, np.int64))
