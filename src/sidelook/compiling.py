"""Compiled kernels: one decorator, and a cache on disk that a change of any kernel empties.

Numba checks a cached function only against the file it stands in; a change in a kernel it calls, or in a constant it
was compiled with, would go unseen, and so would one in how this module has them compiled. So each state of all kernels
has a folder of its own. Kernels therefore take code and constants only from modules called ``kernels`` and ``columns``.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numba

PACKAGE = Path(__file__).resolve().parent
MODULES = ("compiling.py", "kernels.py", "columns.py")

Function = TypeVar("Function", bound=Callable[..., object])


def source_digest(package: Path) -> str:
    """Tell states of a package's kernels apart: 16 digits over the sources they are compiled from."""
    digest = hashlib.sha256()
    for path in sorted(path for path in package.rglob("*.py") if path.name in MODULES):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def cache_folder(package: Path) -> Path:
    """Choose where compiled kernels are kept: beside the code, or in the user's cache where that cannot be written."""
    beside = package / "__pycache__"
    writable = os.access(beside if beside.is_dir() else package, os.W_OK)
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sidelook"
    return (beside if writable else user) / f"kernels-{source_digest(package)}"


def kernel(function: Function) -> Function:
    """Compile a function at its first call for each combination of types, and keep the result on disk.

    A kernel works on numbers and arrays alone, and lets other threads run meanwhile: a service goes on answering, and
    work on different arrays goes on side by side. Who gives two threads the same array to write into must part them.
    """
    return cast("Function", numba.njit(cache=True, nogil=True)(function))


def fused_kernel(function: Function) -> Function:
    """Compile as ``kernel`` does, and let a product and a sum be rounded once, together: twice the speed of long sums.

    Results then differ in the last digit from processor to processor; nothing else is allowed to be reordered.
    """
    return cast("Function", numba.njit(cache=True, nogil=True, fastmath={"contract"})(function))


def nothing_compiled() -> bool:
    """Tell whether no kernel has been compiled yet on this machine in its present state: the first use is slow."""
    folder = Path(str(numba.config.CACHE_DIR))  # type: ignore[attr-defined]  # as below
    return not any(folder.rglob("*.nbi"))


# Numba reads its cache folder from its own configuration when a function is decorated, and from nowhere else.
if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(cache_folder(PACKAGE))  # type: ignore[attr-defined]  # it makes its own names
