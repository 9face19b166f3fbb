"""Markings of SIDD products: the attributes of ISM 13, both ways, and the letters of the NITF around them.

Written is only what is known to be true: a level, and whose level it is, which the user must say. Read, whatever is not
plainly understood fails closed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import lxml.etree
import sarkit.sidd as sksidd

from sidelook.errors import UsageError
from sidelook.formats.nitf_letters import classification_of_letter
from sidelook.model.origin import Classification, Origin

if TYPE_CHECKING:
    from sarkit.sicd import NitfSecurityFields

VERSION = "urn:SIDD:3.0.0"
ISM = "urn:us:gov:ic:ism:13"
ISM_BEGIN = "urn:us:gov:ic:ism"  # of its name in any edition
OWNERS = "external/ISM-v13/Schema/ISMCAT/CVEGenerated/CVEnumISMCATOwnerProducer.xsd"
XSD = "{http://www.w3.org/2001/XMLSchema}"
LETTERS: Mapping[Classification, str] = MappingProxyType(
    {
        Classification.UNCLASSIFIED: "U",
        Classification.RESTRICTED: "R",
        Classification.CONFIDENTIAL: "C",
        Classification.SECRET: "S",
        Classification.TOP_SECRET: "TS",
    }
)
USA = "USA"
HARMLESS = frozenset(
    "classification ownerProducer DESVersion ISMCATCESVersion resourceElement createDate compliesWith "  # noqa: SIM905
    "exemptFrom classifiedBy classificationReason compilationReason derivativelyClassifiedBy derivedFrom declassDate "
    "declassEvent declassException".split()
)
"""What says nothing of who may see it beyond level and owner."""


class UnsayableMarkingError(UsageError):
    """A marking cannot be written truly; the text says what to say, or what else to write."""


@cache
def known_owners() -> frozenset[str]:
    """Give the codes of countries and organisations that may own a marking, as sarkit's schema of ISM 13 lists them."""
    schema = sksidd.VERSION_INFO[VERSION]["schema"]
    tree = lxml.etree.parse(str(Path(str(schema)).parent / OWNERS))
    return frozenset(element.get("value") for element in tree.iter(f"{XSD}enumeration"))


def attributes_of(origin: Origin, now: datetime) -> dict[str, str]:
    """Say a marking as attributes of ISM.

    Parameters
    ----------
    origin : with a classification, and its owner's codes as its nationality
    now : when it is said, UTC

    Raises
    ------
    UnsayableMarkingError
    """
    refuse_unsayable(origin)
    owners = origin.nationality.split()
    said = {
        "DESVersion": "13",
        "ISMCATCESVersion": "201903",
        "resourceElement": "true",
        "createDate": f"{now:%Y-%m-%d}",
        # One of the two must stand here. The rules of the first are those of what its own government makes.
        "compliesWith": "USGov" if USA in owners else "OtherAuthority",
        "classification": LETTERS[origin.classification],
        "ownerProducer": " ".join(owners),
    }
    return {f"{{{ISM}}}{name}": value for name, value in said.items()}


def refuse_unsayable(origin: Origin) -> None:
    """Refuse a marking that cannot be said in ISM without saying more than is known."""
    words = origin.classification.words
    if origin.classification not in LETTERS:
        message = "a SIDD needs a marking: add --say marking=UNCLASSIFIED"
    elif origin.codes or not origin.codes_read:
        message = (
            "the input bears codes beside its level whose meaning is not known, so a SIDD cannot say them: write .tif"
        )
    elif not origin.nationality:
        message = f"a SIDD must say whose marking {words} is: add --say owner=DEU, the code of a country, or NATO"
    elif unknown := [code for code in origin.nationality.split() if code not in known_owners()]:
        message = f"{unknown[0]} is no code that may own a marking (ISM 13): give three letters, such as DEU, or NATO"
    elif USA in origin.nationality.split() and origin.classification is not Classification.UNCLASSIFIED:
        message = (
            f"a SIDD marked {words} of {USA} must say who classified it and until when, which is not known: write .tif"
        )
    else:
        return
    raise UnsayableMarkingError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """What a product says of its marking.

    Attributes
    ----------
    level : the most protected that is said; ``UNREAD`` where it is said nowhere, or somewhere not plainly
    plain : nothing is said beyond a level and its owner
    owner : codes, as said
    """

    level: Classification
    plain: bool
    owner: str


def read_marking(tree: "lxml.etree._ElementTree", around: "Sequence[NitfSecurityFields]") -> Marking:
    """Read the marking of a product.

    Parameters
    ----------
    tree : of the product
    around : of the NITF's header, and of the subheaders of pixels and description
    """
    element = tree.find("{*}ProductCreation/{*}Classification")
    said: dict[str, str] = {}
    for name, value in element.attrib.items() if element is not None else ():
        qualified = lxml.etree.QName(name)
        if (qualified.namespace or "").startswith(ISM_BEGIN):
            said[qualified.localname] = str(value)
    levels = [next((level for level, letter in LETTERS.items() if letter == said.get("classification")), _UNREAD)]
    levels += [classification_of_letter(fields.clas) for fields in around]
    more = [name for name in said if name not in HARMLESS]
    more += [child.tag for child in element] if element is not None else []
    more += [word for fields in around for word in (fields.code, fields.ctlh, fields.rel) if word]
    return Marking(level=max(levels), plain=not more, owner=said.get("ownerProducer", ""))


_UNREAD = Classification.UNREAD
