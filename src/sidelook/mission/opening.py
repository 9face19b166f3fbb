"""Opening what the user names: a recording is there and has something in it, or one sentence says why not."""

import stat
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
        Where there is no such file, it cannot be read, or is a pipe or device: a recording is read from its
        beginning more than once.
    NotARecordingError
        Where the file is empty or begins as another kind of file does.
    """
    file_size(path)
    with reading(path):
        stream = path.open("rb")
    with stream:
        refuse_foreign(path, stream.read(PREVIEW))
        stream.seek(0)
        yield stream


def file_size(path: Path) -> int:
    """Give the size of a file, bytes, without opening it: a pipe would make us wait, a device has no end.

    Raises
    ------
    NoRecordingError
        Where there is no such file, or it is a folder, a pipe or a device.
    """
    with reading(path):
        status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        message = f"{path} is {NO_FILES.get(stat.S_IFMT(status.st_mode), 'a device, not a file')}"
        raise NoRecordingError(message)
    return status.st_size


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the operating system says against reading into NoRecordingError."""
    try:
        yield
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise NoRecordingError(message) from error


def refuse_foreign(path: Path, preview: bytes) -> None:
    """Raise for an empty file and for one whose first bytes say that it is something else."""
    if not preview:
        message = f"{path} is empty; a STANAG 4607 recording begins with a packet of at least 32 bytes"
        raise NotARecordingError(message)
    for signature, name in SIGNATURES.items():
        if preview.startswith(signature):
            message = f"{path} is {name}, not a STANAG 4607 recording"
            raise NotARecordingError(message)


NO_FILES = {
    stat.S_IFDIR: "a folder; name a STANAG 4607 recording in it",
    stat.S_IFIFO: "a pipe; write what comes out of it to a file first, and name that (a feed: sidelook record)",
    stat.S_IFSOCK: "a socket, not a file; what a feed sends is written to a file by sidelook record",
}

SIGNATURES = {
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"PK\x03\x04": "a ZIP archive (unpack it first)",
    b"\x1f\x8b": "compressed with gzip (unpack it first)",
    b"\x28\xb5\x2f\xfd": "compressed with zstd (unpack it first)",
    b"%PDF": "a PDF document",
    b"PAR1": "a Parquet file",
    b"NITF": "a NITF image (read it with sidelook image)",
    b"CPHD/": "phase history (form an image of it with sidelook image)",
    b"MATLAB 5.0": "a MATLAB file (if it is Gotcha phase history, form an image of it with sidelook image)",
    b"II*\x00": "a TIFF image (read it with sidelook image)",
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
