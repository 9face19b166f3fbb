"""Rules of places: read from their properties, and refused where they contradict one another."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from sidelook.formats.places.features import Property, RuleText
from sidelook.formats.places.outlines import PlacesError
from sidelook.model.places import ALWAYS, PlaceKind, RuleKind, Rules
from sidelook.timescale import format_utc, parse_utc

_SAID_OF_SITES = (RuleKind.DECLARED_CONTENT, RuleKind.STORAGE_ONLY)
_EXCLUDE = (
    {RuleKind.NO_VEHICLES_BEYOND, RuleKind.CONVOYS_ANNOUNCED},
    {RuleKind.STORAGE_ONLY, RuleKind.CONVOYS_ANNOUNCED},
)
_RULES = ", ".join(kind.name.lower() for kind in RuleKind)


def rules_of(given: Property) -> tuple[RuleText, ...]:
    """Give the rules of a feature: those it lists, and the one it states by itself."""
    if given.rule is None:
        return given.rules
    own = RuleText(rule=given.rule, from_=given.from_, until=given.until, vehicles=given.vehicles, beyond=given.beyond)
    return (own, *given.rules)


def read_rules(names: Sequence[str], kinds: Sequence[PlaceKind], texts: Sequence[tuple[RuleText, ...]]) -> Rules:
    """Turn the rules of places, one tuple a place, into a record.

    Raises
    ------
    PlacesError : a rule is unknown, does not fit its place, lacks what it needs, or contradicts another
    """
    rows: list[Mapping[str, Any]] = []
    for place, (name, kind, rules) in enumerate(zip(names, kinds, texts, strict=True)):
        mine = [_row(name, kind, text) | {"place": place} for text in rules]
        _refuse_contradictions(name, mine)
        rows += mine
    return Rules(**{column: np.array([row[column] for row in rows], kind) for column, kind in Rules.DTYPES.items()})


def _row(name: str, kind: PlaceKind, text: RuleText) -> dict[str, Any]:
    """Read one rule."""
    try:
        rule = RuleKind[text.rule.upper()]
    except KeyError:
        message = f"place {name!r} has a rule {text.rule!r}: known are {_RULES}"
        raise PlacesError(message) from None
    begin, end = _time(name, text.from_, ALWAYS[0]), _time(name, text.until, ALWAYS[1])
    if not begin < end:
        message = f"rule {text.rule} of place {name!r} is over at {text.until}, before it begins"
        raise PlacesError(message)
    if rule in _SAID_OF_SITES and kind is not PlaceKind.SITE:
        message = f"rule {text.rule} is one of sites; {name!r} is {_an(kind)}"
        raise PlacesError(message)
    if rule is RuleKind.DECLARED_CONTENT and text.vehicles is None:
        message = f"rule {text.rule} of place {name!r} needs vehicles, how many were declared"
        raise PlacesError(message)
    if text.beyond not in (None, "left", "right"):
        message = f"rule {text.rule} of place {name!r}: beyond is left or right of the line as drawn"
        raise PlacesError(message)
    vehicles = -1 if text.vehicles is None else text.vehicles
    return {"kind": rule, "begin": begin, "end": end, "vehicles": vehicles, "to_left": text.beyond == "left"}


def _refuse_contradictions(name: str, rules: Sequence[Mapping[str, Any]]) -> None:
    """Raise where rules of one place that hold at one time cannot both hold."""
    for one, other in combinations(rules, 2):
        if one["begin"] >= other["end"] or other["begin"] >= one["end"]:
            continue
        kinds = {RuleKind(one["kind"]), RuleKind(other["kind"])}
        twice = kinds == {RuleKind.DECLARED_CONTENT} and one["vehicles"] != other["vehicles"]
        if twice or kinds in _EXCLUDE:
            when = max(one["begin"], other["begin"])
            since = "always" if when == ALWAYS[0] else f"from {format_utc(when, digits=0)}"
            message = (
                f"rules of place {name!r} contradict one another {since}: "
                f"{' and '.join(RuleKind(rule['kind']).name.lower() for rule in (one, other))}; date them apart"
            )
            raise PlacesError(message)


def _time(name: str, text: str | None, default: int) -> int:
    """Read a time, ns UTC."""
    if text is None:
        return default
    try:
        return parse_utc(text if "T" in text else f"{text}T00:00:00Z")
    except ValueError as error:
        message = f"a rule of place {name!r}: {error}"
        raise PlacesError(message) from error


def _an(kind: PlaceKind) -> str:
    return "an area" if kind is PlaceKind.AREA else f"a {kind.name.lower()}"
