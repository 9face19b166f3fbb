"""Files on a web server, read by ranges of bytes (RFC 9110, 14): of thirty gigabytes only what is asked for travels."""

import io
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import BinaryIO, TypeAlias, cast
from urllib.parse import unquote, urlsplit

from sidelook.errors import InputError
from sidelook.formats.seekable_bytes import SeekableBytes

SCHEMES = ("http", "https")
PATIENCE = 60.0  # s without a byte
BUFFER = 1 << 18  # bytes that are read ahead


class RemoteError(InputError):
    """A server did not give what was asked for; the text says why."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A file on a server; it has of ``Path`` what reading needs.

    Attributes
    ----------
    url : where it is
    """

    url: str

    @property
    def name(self) -> str:
        """Last part of its path."""
        return PurePosixPath(unquote(urlsplit(self.url).path)).name

    @property
    def suffix(self) -> str:
        """What its name ends in, with the dot."""
        return PurePosixPath(self.name).suffix

    def open(self, mode: str = "rb") -> BinaryIO:
        """Open it for reading bytes, seekable; RemoteError where there is no such file or no ranges."""
        assert mode == "rb", mode  # noqa: S101 - there is no other way to read a server's file
        return cast("BinaryIO", io.BufferedReader(_Ranges(self.url), BUFFER))

    def __str__(self) -> str:
        """Its address."""
        return self.url


Source: TypeAlias = Path | Remote


def sources(words: Sequence[str]) -> list[Source]:
    """Take words for files here, or on a server where they are addresses."""
    return [Remote(word) if urlsplit(word).scheme in SCHEMES else Path(word) for word in words]


class _Ranges(SeekableBytes):
    """Bytes of a file on a server, a request for each read."""

    def __init__(self, url: str) -> None:
        self._url = url
        said = self._ask(0, 0)[1]
        try:
            super().__init__(int(said.rpartition("/")[2]))
        except ValueError as error:
            message = f"{url}: the server does not say how long the file is; fetch it whole, and give the file"
            raise RemoteError(message) from error

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any writable buffer, as it is called
        wanted = min(len(buffer), self._length - self._place)
        if wanted <= 0:
            return 0
        data, _ = self._ask(self._place, self._place + wanted - 1)
        if len(data) != wanted:
            message = f"{self._url}: {len(data)} bytes came of the {wanted} asked for; try again"
            raise RemoteError(message)
        buffer[:wanted] = data
        self._place += wanted
        return wanted

    def _ask(self, first: int, last: int) -> tuple[bytes, str]:
        """Give bytes, the last included, and what the server says of their place."""
        request = urllib.request.Request(self._url, headers={"Range": f"bytes={first}-{last}"})  # noqa: S310 - SCHEMES
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310 - likewise
                if answer.status != HTTPStatus.PARTIAL_CONTENT:
                    message = f"{self._url}: the server gives no parts of files; fetch it whole, and give the file"
                    raise RemoteError(message)
                return answer.read(last - first + 1), answer.headers.get("Content-Range", "")
        except urllib.error.HTTPError as error:
            message = f"{self._url}: the server says {error.code} {error.reason}"
            raise RemoteError(message) from error
        except OSError as error:
            message = f"{self._url}: no answer ({getattr(error, 'reason', error)})"
            raise RemoteError(message) from error
