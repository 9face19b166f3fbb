"""Classifications by the letter that NITF writes for them (MIL-STD-2500C, FSCLAS and its like)."""

from collections.abc import Mapping
from types import MappingProxyType

from sidelook.model.origin import Classification

NITF_LETTERS: Mapping[Classification, str] = MappingProxyType(
    {level: level.name[0] for level in Classification if level is not Classification.UNREAD}
)


def classification_of_letter(letter: str) -> Classification:
    """Read a letter; what is none of them is ``UNREAD``."""
    found = (level for level, known in NITF_LETTERS.items() if known == letter.strip())
    return next(found, Classification.UNREAD)
