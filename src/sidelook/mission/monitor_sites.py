"""``sidelook monitor sites`` and ``rules``: the places that are watched, and whether what is said of them holds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sidelook.archive import Archive
from sidelook.errors import UsageError
from sidelook.formats.places import read_places
from sidelook.geometry.flat import flat
from sidelook.mission.monitor import PLACES_NOTE, Question, asked, places_of, read_file, told
from sidelook.mission.monitor_flow import BLIND, direction_words, watch
from sidelook.mission.monitor_stock import Counting, contents_at, gather
from sidelook.mission.reporting import answer, marking_words
from sidelook.model.flow import Crossings, concatenate_crossings
from sidelook.model.places import ALWAYS, PlaceKind, Places, RuleKind, Rules
from sidelook.monitoring.flow import FlowMeter, FlowSettings
from sidelook.monitoring.rules import Answer, RuleAnswer, answer_rule
from sidelook.timescale import format_utc

MOST_EVIDENCE = 20
"""Crossings that an answer names; it says how many there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place that is watched: ``size`` is its area in km2, or its length in km; rules in words."""

    name: str
    kind: str
    size: float
    latitude_deg: float
    longitude_deg: float
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A crossing as evidence: the moment in a mission's replay to look at, to the minute."""

    mission: int
    time: str
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A rule, its answer and what speaks for it; low and high are of the true number where it is determined."""

    place: str
    rule: str
    answer: Answer
    why: str
    seen: int
    low: int | None
    high: int | None
    times: int
    determined: int
    evidence: tuple[Moment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesReport:
    """Rules answered."""

    missions: tuple[int, ...]
    rules: tuple[RuleRow, ...]
    terrain_known: bool
    simulated: bool
    marking: str


def report_sites(question: Question, *, keep: bool = False) -> None:
    """List places and their rules; with ``keep`` those of the file are kept in the archive for the next questions.

    Raises
    ------
    UsageError, InputError, StorageError
    """
    if keep:
        if question.places is None:
            message = "--keep needs --places, the file whose places are to be kept"
            raise UsageError(message)
        data = read_file(question.places)
        read_places(data)  # what cannot be watched is not kept
        with Archive.open(question.archive, "write") as archive:
            archive.keep_note(PLACES_NOTE, data)
    with Archive.open(question.archive, "read") as archive:
        places, rules = places_of(question, archive)
    found = list(sites_of(places, rules))
    answer(found, "\n".join(map(site_words, found)), as_json=question.as_json)


def report_rules(question: Question, counting: Counting | None = None) -> None:
    """Answer the rules of places; what stands in sites is told where vehicles in images are counted.

    Raises
    ------
    UsageError, InputError, StorageError, ReleaseRefusedError
    """
    with asked(question, "monitor rules") as (archive, missions):
        places, rules = places_of(question, archive)
        if not len(rules):
            message = "these places have no rules: give them some in the file (rule, from, until, vehicles)"
            raise UsageError(message)
        meter, watched = watch(question, archive, missions, places, FlowSettings())
        contents = {}
        if counting is not None and counting.detection is not None:
            observed = gather(archive, missions, counting, question.window, (meter, watched))
            contents = contents_at(observed, declared_in(rules))
    flow = meter.count(watched, question.window)
    seen = concatenate_crossings([one.crossings for one in watched])
    if question.window is not None:
        begin, end = meter.whole(question.window)
        seen = seen.take((seen.time >= begin) & (seen.time < end))
    counts = meter.settings.counts
    answers = [
        answer_rule(row, rules, places, flow, seen, content=contents.get(row), settings=counts)
        for row in range(len(rules))
    ]
    marked = told([one.origin for one in watched], "monitor rules")
    report = RulesReport(
        missions=tuple(one.mission for one in missions),
        rules=tuple(rule_row(one, rules, meter, seen) for one in answers),
        terrain_known=meter.terrain,
        simulated=marked.simulated,
        marking=marked.marking,
    )
    words = [rule_words(row) for row in report.rules] + ([] if meter.terrain else [BLIND])
    words.append(marking_words(marked.marking, simulated=marked.simulated))
    answer(report, "\n".join(words), as_json=question.as_json)


def declared_in(rules: Rules) -> dict[int, tuple[int, int, int]]:
    """Give the rules that declare what a site holds, by row: its place, from when and until when, ns UTC."""
    rows = np.flatnonzero(rules.kind == RuleKind.DECLARED_CONTENT).tolist()
    return {row: (int(rules.place[row]), int(rules.begin[row]), int(rules.end[row])) for row in rows}


def sites_of(places: Places, rules: Rules) -> Iterator[Site]:
    """Describe places."""
    for place in range(len(places)):
        latitude, longitude = places.outline(place)
        plane = flat(latitude, longitude, (float(latitude[0]), float(longitude[0])))
        if places.closed[place]:
            east, north = plane.T
            size = abs(float(np.sum(east[:-1] * np.diff(north) - north[:-1] * np.diff(east)))) / 2e6
        else:
            size = float(np.hypot(*np.diff(plane, axis=0).T).sum()) / 1e3
        yield Site(
            name=places.name(place),
            kind=PlaceKind(int(places.kind[place])).name.lower(),
            size=round(size, 2),
            latitude_deg=round(float(np.degrees(latitude.mean())), 4),
            longitude_deg=round(float(np.degrees(longitude.mean())), 4),
            rules=tuple(rule_text(rules, row) for row in np.flatnonzero(rules.place == place).tolist()),
        )


def rule_text(rules: Rules, row: int) -> str:
    """Put a rule into words."""
    begin, end, vehicles = (int(getattr(rules, name)[row]) for name in ("begin", "end", "vehicles"))
    words = RuleKind(int(rules.kind[row])).name.lower().replace("_", " ")
    words += f" ({vehicles})" if vehicles >= 0 else ""
    words += "" if begin == ALWAYS[0] else f" from {format_utc(begin, digits=0)}"
    return words + ("" if end == ALWAYS[1] else f" until {format_utc(end, digits=0)}")


def rule_row(one: RuleAnswer, rules: Rules, meter: FlowMeter, seen: Crossings) -> RuleRow:
    """Spell an answer."""
    place = int(rules.place[one.rule])
    evidence = [
        Moment(
            mission=int(seen.mission[row]),
            time=f"{format_utc(int(seen.time[row]), digits=0)[:16]}Z",
            direction=direction_words(meter.places, meter.gates, place, int(seen.direction[row])),
        )
        for row in one.evidence[:MOST_EVIDENCE].tolist()
    ]
    some = bool(np.isfinite(one.low))
    return RuleRow(
        place=meter.places.name(place),
        rule=rule_text(rules, one.rule),
        answer=one.answer,
        why=one.why,
        seen=one.seen,
        low=int(one.low) if some else None,
        high=int(one.high) if some else None,
        times=one.times,
        determined=one.determined,
        evidence=tuple(evidence),
    )


def site_words(site: Site) -> str:
    """Say a place for people."""
    unit = "km" if site.kind == "line" else "km2"
    rules = "; ".join(site.rules) or "no rule"
    return f"{site.name}: {site.kind}, {site.size:g} {unit}, at {site.latitude_deg:g}, {site.longitude_deg:g}; {rules}"


def rule_words(row: RuleRow) -> str:
    """Say an answer for people, with the first moments to look at."""
    moments = ", ".join(f"mission {one.mission} {one.time[:16].replace('T', ' ')}" for one in row.evidence[:3])
    rest = f" and {row.seen - 3} more" if row.seen > 3 else ""  # noqa: PLR2004 - those that are named
    evidence = f"\n  seen: {moments}{rest}" if moments else ""
    watched = f"{row.determined} of {row.times} times could be watched"
    return f"{row.place}, {row.rule}: {row.answer}. {row.why[:1].upper()}{row.why[1:]}; {watched}.{evidence}"
