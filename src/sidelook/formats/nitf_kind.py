"""Telling what a NITF holds, by the descriptions that stand after its pixels, and whether it is all there."""

from io import SEEK_END
from typing import BinaryIO, Literal

from sidelook.errors import InputError

BEGINS = (b"NITF02.10", b"NSIF01.00")
LENGTH = slice(342, 354)  # of the header: the bytes of the file (MIL-STD-2500C, FL), all nines where it is not known
NOT_KNOWN = b"9" * 12
LOOKED_AT = 1 << 20  # bytes of the end of a file that descriptions are looked for in


class CutShortError(InputError):
    """The file ends before its header says so."""


def kind_of_nitf(file: BinaryIO, *, source: str) -> Literal["SICD", "SIDD"] | None:
    """Tell whether a file, open for reading and seekable, is a NITF of a standard; it is left at its begin.

    Raises
    ------
    CutShortError : what a NITF is missing may be what says that it is simulated
    """
    file.seek(0)
    head, tail = file.read(LENGTH.stop), b""
    if head.startswith(BEGINS) and len(head) < LENGTH.stop:
        message = f"{source} is cut short within its header; fetch it again"
        raise CutShortError(message)
    if head.startswith(BEGINS):
        length, said = file.seek(0, SEEK_END), head[LENGTH]
        if said.isdigit() and said != NOT_KNOWN and length < int(said):
            message = f"{source} is cut short: it has {length:,} of its {int(said):,} bytes; fetch it again"
            raise CutShortError(message)
        file.seek(max(length - LOOKED_AT, 0))
        tail = file.read()
    file.seek(0)
    # A derived image comes with the descriptions of the complex images it is made of, so that one goes first.
    return "SIDD" if b"urn:SIDD:" in tail else "SICD" if b"urn:SICD:" in tail else None
