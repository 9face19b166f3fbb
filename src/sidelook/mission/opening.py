"""Opening what the user names: a recording is there and has something in it, or one sentence says why not."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from sidelook.errors import InputError, UsageError

CHUNK_SIZE = 1 << 16
PREVIEW = 512


class NoRecordingError(UsageError):
    """The path names no file that can be read."""


class NotARecordingError(InputError):
    """The file holds no STANAG 4607 packet."""


@contextmanager
def open_recording(path: Path) -> Iterator[BufferedReader]:
    """Open a recording for reading.

    Raises
    ------
    NoRecordingError
        Where there is no such file, or it cannot be read.
    NotARecordingError
        Where the file is empty or begins as another kind of file does.
    """
    if path.is_dir():
        message = f"{path} is a folder; name a STANAG 4607 recording in it"
        raise NoRecordingError(message)
    try:
        stream = path.open("rb")
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise NoRecordingError(message) from error
    with stream:
        refuse_foreign(path, stream.read(PREVIEW))
        stream.seek(0)
        yield stream


def refuse_foreign(path: Path, preview: bytes) -> None:
    """Raise for an empty file and for one whose first bytes say that it is something else."""
    if not preview:
        message = f"{path} is empty; a STANAG 4607 recording begins with a packet of at least 32 bytes"
        raise NotARecordingError(message)
    for signature, name in SIGNATURES.items():
        if preview.startswith(signature):
            message = f"{path} is {name}, not a STANAG 4607 recording"
            raise NotARecordingError(message)


SIGNATURES = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"PK\x03\x04": "a ZIP archive (unpack it first)",
    b"\x1f\x8b": "compressed with gzip (unpack it first)",
    b"\x28\xb5\x2f\xfd": "compressed with zstd (unpack it first)",
    b"%PDF": "a PDF document",
    b"PAR1": "a Parquet file",
    b"NITF": "a NITF image",
    b"\x7fELF": "a program",
    b"\xd4\xc3\xb2\xa1": "a network capture (extract the payload first)",
    b"\x0a\x0d\x0d\x0a": "a network capture (extract the payload first)",
    b"<?xml": "an XML document",
    b"{": "JSON text",
}


def refuse_without_packets(name: str, packets: int) -> None:
    """Raise where a whole file gave no packet."""
    if not packets:
        message = f"{name} holds no STANAG 4607 packet"
        raise NotARecordingError(message)
