"""Telling what a NITF holds, by the descriptions that stand after its pixels."""

from io import SEEK_END
from typing import BinaryIO, Literal

MARK = b"NITF"
LOOKED_AT = 1 << 20  # bytes of the end of a file that descriptions are looked for in


def kind_of_nitf(file: BinaryIO) -> Literal["SICD", "SIDD"] | None:
    """Tell whether a file, open for reading and seekable, is a NITF of a standard; it is left at its begin."""
    file.seek(0)
    tail = b""
    if file.read(len(MARK)) == MARK:
        length = file.seek(0, SEEK_END)
        file.seek(max(length - LOOKED_AT, 0))
        tail = file.read()
    file.seek(0)
    # A derived image comes with the descriptions of the complex images it is made of, so that one goes first.
    return "SIDD" if b"urn:SIDD:" in tail else "SICD" if b"urn:SICD:" in tail else None
