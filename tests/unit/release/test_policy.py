import pytest

from sidelook.model.origin import Classification, Origin
from sidelook.release import OPERATOR_HERE, Marking, Recipient, Verdict, highest_marking, judge

ALLY = Recipient(name="ally", clearance=Classification.SECRET, systems=frozenset({"XN"}))
PUBLIC = Recipient(name="feed")


def origin(**given: object) -> Origin:
    """Make an origin that is marked plainly unless told otherwise."""
    return Origin(**{"source": "s", "classification": Classification.UNCLASSIFIED} | given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "recipient", "verdict"),
    [
        (origin(), PUBLIC, Verdict.RELEASED),
        (origin(classification=Classification.UNREAD), PUBLIC, Verdict.UNMARKED),
        (Origin(source="no marking at all"), ALLY, Verdict.UNMARKED),
        (origin(codes=1), ALLY, Verdict.CODES_NOT_READ),
        (origin(codes_read=False), ALLY, Verdict.CODES_NOT_READ),
        (origin(classification=Classification.RESTRICTED, system="XN"), PUBLIC, Verdict.ABOVE_CLEARANCE),
        (origin(classification=Classification.TOP_SECRET, system="XN"), ALLY, Verdict.ABOVE_CLEARANCE),
        (origin(classification=Classification.SECRET, system="XN"), ALLY, Verdict.RELEASED),
        (origin(classification=Classification.SECRET, system="QQ"), ALLY, Verdict.OTHER_SYSTEM),
        (origin(classification=Classification.SECRET, system=""), ALLY, Verdict.OTHER_SYSTEM),
        (origin(classification=Classification.UNREAD, codes=9, codes_read=False), OPERATOR_HERE, Verdict.RELEASED),
    ],
)
def test_each_rule(data: Origin, recipient: Recipient, verdict: Verdict) -> None:
    assert judge(data, recipient) is verdict


def test_an_empty_system_is_nobodys() -> None:
    careless = Recipient(name="careless", clearance=Classification.SECRET, systems=frozenset({""}))
    assert judge(origin(classification=Classification.SECRET, system=""), careless) is Verdict.OTHER_SYSTEM


def test_nobody_is_cleared_for_what_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="another clearance"):
        Recipient(name="x", clearance=Classification.UNREAD)


@pytest.mark.parametrize(
    ("origins", "text", "level"),
    [
        ((), "NO DATA", 0),
        ((origin(system="XN"),), "UNCLASSIFIED", 0),
        ((origin(), origin(classification=Classification.SECRET, system="XN")), "SECRET (XN)", 3),
        (
            tuple(origin(classification=Classification.TOP_SECRET, system=system) for system in ("XN", "QQ")),
            "TOP SECRET (QQ/XN)",
            4,
        ),
        ((origin(), Origin(source="s")), "MARKING NOT READ", 255),
        ((origin(codes=4),), "UNCLASSIFIED CODES NOT READ", 0),
    ],
)
def test_banner_of_the_highest(origins: tuple[Origin, ...], text: str, level: int) -> None:
    assert highest_marking(origins) == Marking(text=text, level=level)
