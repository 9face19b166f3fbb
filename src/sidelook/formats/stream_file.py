"""An open stream as a file that GDAL reads by parts; rasterio, given the stream itself, would read it whole."""

import io
from typing import BinaryIO

from rasterio.abc import FileContainer  # type: ignore[import-untyped]

from sidelook.formats.seekable_bytes import SeekableBytes

NAME = "image"
"""Of the file; there are none beside it."""


class StreamFile(FileContainer):  # type: ignore[misc]  # rasterio has no types
    """A folder of one file, the stream.

    Attributes
    ----------
    failure : what the stream raised when it was read; for GDAL it ends there
    """

    failure: Exception | None

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.failure = None

    def open(self, path: str, mode: str = "r", **_: object) -> "_View":
        """Open the one file, with a place of its own to read at."""
        if not self.isfile(path) or "w" in mode:
            raise FileNotFoundError(path)
        return _View(self._stream, self)

    def isfile(self, path: str) -> bool:
        """Tell the one file from those that GDAL looks for beside it."""
        return path == NAME

    def isdir(self, path: str) -> bool:  # noqa: ARG002 - asked by rasterio
        """Tell that there are no folders."""
        return False

    def ls(self, path: str) -> list[str]:  # noqa: ARG002 - likewise
        """List the one file."""
        return [NAME]

    def mtime(self, path: str) -> int:  # noqa: ARG002 - likewise
        """Give no time."""
        return 0

    def rm(self, path: str) -> None:
        """Refuse to remove."""
        raise PermissionError(path)

    def size(self, path: str) -> int:  # noqa: ARG002 - likewise
        """Count the bytes."""
        return self._stream.seek(0, io.SEEK_END)


class _View(SeekableBytes):
    """The stream from a place of its own; closing it leaves the stream open."""

    def __init__(self, stream: BinaryIO, files: StreamFile) -> None:
        super().__init__(stream.seek(0, io.SEEK_END))
        self._stream, self._files = stream, files

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any writable buffer, as it is called
        try:
            self._stream.seek(self._place)
            data = self._stream.read(len(buffer))
        except Exception as error:  # noqa: BLE001 - none may pass through GDAL: it would end the process
            self._files.failure = error
            data = b""
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)
