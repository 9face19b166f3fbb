"""Files appear whole or not at all: written under a temporary name, then renamed."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from sidelook.errors import StorageError, UsageError


class OutputExistsError(UsageError):
    """The file to write is there already, and nobody said to replace it."""

    def __init__(self, target: Path) -> None:
        super().__init__(f"{target} exists: choose another name, or replace it with --overwrite")
        self.target = target


class OutputIsSourceError(UsageError):
    """The file to write is the one that is read, by this or another name; it would be lost."""

    def __init__(self, target: Path, source: Path) -> None:
        super().__init__(f"{target} is the recording {source} itself: choose another name to write to")
        self.target = target


class OutputFailedError(StorageError):
    """The file could not be written; nothing is left of it."""

    def __init__(self, target: Path, cause: OSError) -> None:
        reason = cause.strerror or str(cause)
        super().__init__(f"cannot write {target}: {reason}; choose a folder that has room and may be written")
        self.target = target


def refuse_output(target: Path, sources: Iterable[Path], *, overwrite: bool = False) -> None:
    """Raise, before anything is read, where a file must not be written.

    Parameters
    ----------
    target : to be written
    sources : to be read; links to them, hard or symbolic, are known for what they are
    overwrite : replace what is there, unless it is a source

    Raises
    ------
    OutputIsSourceError, OutputExistsError
    """
    try:
        exists = target.exists()
        source = next((path for path in sources if exists and path.exists() and target.samefile(path)), None)
    except OSError as cause:
        raise OutputFailedError(target, cause) from cause
    if source is not None:
        raise OutputIsSourceError(target, source)
    if exists and not overwrite:
        raise OutputExistsError(target)


@contextmanager
def published(target: Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """Open a file that takes its name when the block ends, and leaves nothing behind if it fails.

    Parameters
    ----------
    target : the name it gets
    overwrite : replace what is there

    Yields
    ------
    stream of bytes

    Raises
    ------
    OutputExistsError
        if the target exists and ``overwrite`` is not set
    OutputFailedError
        if the disk is full, the folder is missing or may not be written
    """
    refuse_output(target, (), overwrite=overwrite)
    name = None
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as part:
            name = Path(part.name)
            yield cast("BinaryIO", part)
            part.flush()
            os.fsync(part.fileno())
        name.chmod(0o666 & ~_umask())
        name.replace(target)
    except OSError as cause:
        raise OutputFailedError(target, cause) from cause
    finally:
        if name is not None:
            name.unlink(missing_ok=True)


def _umask() -> int:
    """Read the mask of this process; there is no way but to set it and set it back."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
