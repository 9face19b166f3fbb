"""Markings in ISM 13: only what is true is written, and what is not plain is read as the most protected."""

from dataclasses import replace
from datetime import UTC, datetime

import lxml.etree
import pytest
from sarkit.sidd import NitfSecurityFields

from sidelook.formats.sidd_marking import (
    ISM,
    Marking,
    UnsayableMarkingError,
    attributes_of,
    known_owners,
    read_marking,
)
from sidelook.model.origin import Classification, Origin

NOW = datetime(2026, 11, 27, 23, 0, tzinfo=UTC)
OWNED = Origin(source="a", classification=Classification.UNCLASSIFIED, nationality="DEU")
PLAIN = NitfSecurityFields(clas="U")


def said(origin: Origin) -> dict[str, str]:
    return {name.removeprefix(f"{{{ISM}}}"): value for name, value in attributes_of(origin, NOW).items()}


@pytest.mark.parametrize(
    ("level", "letter"),
    [("UNCLASSIFIED", "U"), ("RESTRICTED", "R"), ("CONFIDENTIAL", "C"), ("SECRET", "S"), ("TOP_SECRET", "TS")],
)
def test_a_level_and_its_owner_are_written_and_read_again(level: str, letter: str) -> None:
    attributes = attributes_of(replace(OWNED, classification=Classification[level], nationality="DEU NLD"), NOW)
    assert attributes[f"{{{ISM}}}classification"] == letter
    assert attributes[f"{{{ISM}}}createDate"] == "2026-11-27"
    around = [NitfSecurityFields(clas=letter[0])]
    assert read_marking(tree(attributes), around) == Marking(level=Classification[level], plain=True, owner="DEU NLD")


def test_compliance_is_claimed_only_with_the_rules_of_who_owns_it() -> None:
    assert said(OWNED)["compliesWith"] == "OtherAuthority"
    assert said(replace(OWNED, nationality="NATO"))["compliesWith"] == "OtherAuthority"
    assert said(replace(OWNED, nationality="USA"))["compliesWith"] == "USGov"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"classification": Classification.UNREAD}, "--say marking=UNCLASSIFIED"),
        ({"nationality": ""}, r"whose marking UNCLASSIFIED is: add --say owner=DEU"),
        ({"nationality": "XN"}, "XN is no code"),
        ({"nationality": "DEU ATLANTIS"}, "ATLANTIS is no code"),
        ({"codes": 3}, "whose meaning is not known"),
        ({"codes_read": False}, "whose meaning is not known"),
        ({"nationality": "USA", "classification": Classification.SECRET}, "who classified it and until when"),
        ({"nationality": "NLD USA", "classification": Classification.RESTRICTED}, "who classified it"),
    ],
)
def test_what_cannot_be_said_truly_is_refused_with_what_to_say(change: dict[str, object], words: str) -> None:
    with pytest.raises(UnsayableMarkingError, match=words):
        attributes_of(replace(OWNED, **change), NOW)  # type: ignore[arg-type]


def test_owners_are_those_of_the_schema() -> None:
    assert {"DEU", "NLD", "USA", "NATO"} <= known_owners()
    assert "DE" not in known_owners()


def tree(attributes: dict[str, str], extension: str = "") -> "lxml.etree._ElementTree":
    creation = f"<ProductCreation><Classification>{extension}</Classification></ProductCreation>"
    root = lxml.etree.fromstring(f'<SIDD xmlns="urn:SIDD:3.0.0">{creation}</SIDD>')
    for name, value in attributes.items():
        root[0][0].set(name, value)
    return root.getroottree()


def marking(more: dict[str, str] | None = None, around: NitfSecurityFields = PLAIN, edition: str = ISM) -> Marking:
    attributes = {"classification": "U", "ownerProducer": "DEU"} | (more or {})
    return read_marking(tree({f"{{{edition}}}{name}": value for name, value in attributes.items()}), [PLAIN, around])


def test_any_edition_of_the_attributes_is_read() -> None:
    assert marking(edition="urn:us:gov:ic:ism").level is Classification.UNCLASSIFIED
    assert marking(edition="urn:someone:else").level is Classification.UNREAD


@pytest.mark.parametrize("letter", ["", "X", "u", "UNCLASSIFIED", "T"])
def test_a_level_that_is_not_plain_is_not_read(letter: str) -> None:
    assert marking({"classification": letter}).level is Classification.UNREAD


def test_the_most_protected_of_what_is_said_counts() -> None:
    assert marking(around=NitfSecurityFields(clas="S")).level is Classification.SECRET
    assert marking(around=NitfSecurityFields(clas="?")).level is Classification.UNREAD
    assert marking({"classification": "TS"}).level is Classification.TOP_SECRET
    bare = lxml.etree.fromstring('<SIDD xmlns="urn:SIDD:3.0.0"/>').getroottree()
    assert read_marking(bare, [PLAIN]).level is Classification.UNREAD


@pytest.mark.parametrize(
    "more", ["disseminationControls", "releasableTo", "SCIcontrols", "nonICmarkings", "joint", "notYetInvented"]
)
def test_what_is_said_beyond_a_level_is_not_overlooked(more: str) -> None:
    assert marking().plain
    assert marking({"declassDate": "2040-01-01"}).plain
    assert not marking({more: "NF"}).plain


@pytest.mark.parametrize("field", ["code", "ctlh", "rel"])
def test_nor_is_what_the_nitf_says(field: str) -> None:
    assert not marking(around=replace(PLAIN, **{field: "X"})).plain
    extended = tree({f"{{{ISM}}}classification": "U"}, '<SecurityExtension name="a">b</SecurityExtension>')
    assert not read_marking(extended, [PLAIN]).plain
