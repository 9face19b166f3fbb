"""Who may see what. Whatever is not understood is not released.

The rules, in order; the first that refuses counts:

1. data without a marking that could be read, or from nowhere known, stay here;
2. so do data under security codes: their meaning differs by edition of the standard, and none is read yet;
3. the recipient's clearance must reach the classification;
4. classified data go only to members of the classification system they are marked in.

The operator at this machine is not a recipient in that sense: what the machine holds is theirs to see.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sidelook.model.origin import Classification, Origin


class Verdict(StrEnum):
    """What the policy says of data and a recipient."""

    RELEASED = "released"
    UNMARKED = "no marking that could be read"
    CODES_NOT_READ = "security codes that are not understood"
    ABOVE_CLEARANCE = "above the recipient's clearance"
    OTHER_SYSTEM = "a classification system the recipient is not part of"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom an output is for.

    Attributes
    ----------
    name : as it stands in the audit log
    clearance : highest classification they may see
    systems : classification systems they are part of, as sent in P5 of the packet header, e.g. "XN"
    here : the operator at this machine
    """

    name: str
    clearance: Classification = Classification.UNCLASSIFIED
    systems: frozenset[str] = frozenset()
    here: bool = False

    def __post_init__(self) -> None:
        """Refuse a clearance for what cannot be read: nobody has it."""
        if self.clearance is Classification.UNREAD:
            message = f"nobody is cleared for data whose marking was not read; give {self.name!r} another clearance"
            raise ValueError(message)


OPERATOR_HERE = Recipient(name="operator here", here=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """The highest marking of what an output holds, for its banner.

    Attributes
    ----------
    text : in capitals, e.g. "SECRET (XN)"
    level : ``Classification`` as a number; 255 not read
    """

    text: str
    level: int


def judge(origin: Origin, recipient: Recipient) -> Verdict:
    """Say whether data of an origin may go to a recipient, and if not, why."""
    if recipient.here:
        return Verdict.RELEASED
    # Fails closed: a level that is none of ours is treated as not read.
    if origin.classification not in _READ:
        return Verdict.UNMARKED
    if origin.codes or not origin.codes_read:
        return Verdict.CODES_NOT_READ
    if origin.classification > recipient.clearance:
        return Verdict.ABOVE_CLEARANCE
    if origin.classification > Classification.UNCLASSIFIED and origin.system not in recipient.systems - {""}:
        return Verdict.OTHER_SYSTEM
    return Verdict.RELEASED


def highest_marking(origins: Iterable[Origin]) -> Marking:
    """Find the marking that covers data of all these origins; never lower than any of theirs."""
    origins = tuple(origins)
    if not origins:
        return Marking(text="NO DATA", level=Classification.UNCLASSIFIED)
    level = max(origin.classification if origin.classification in _READ else _UNREAD for origin in origins)
    systems = sorted({origin.system for origin in origins if origin.classification == level and origin.system})
    words = ["MARKING NOT READ"] if level == _UNREAD else [Classification(level).words]
    words += [f"({'/'.join(systems)})"] if systems and level > Classification.UNCLASSIFIED else []
    words += ["CODES NOT READ"] if any(origin.codes or not origin.codes_read for origin in origins) else []
    return Marking(text=" ".join(words), level=int(level))


_UNREAD = Classification.UNREAD
_READ = frozenset(Classification) - {_UNREAD}
