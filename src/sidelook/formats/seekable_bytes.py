"""Bytes that are not a file of this machine, as an open one: read from any place."""

import io


class SeekableBytes(io.RawIOBase):
    """Bytes that are read from any place; who derives from it reads at ``_place``, and moves it on."""

    def __init__(self, length: int) -> None:
        super().__init__()
        self._length, self._place = length, 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Give the place of the next byte."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, and give it; beyond the end there is nothing to read."""
        self._place = max(offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._length}[whence], 0)
        return self._place
