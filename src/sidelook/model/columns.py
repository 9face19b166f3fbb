"""What all columnar records share: checked columns, selection, concatenation.

A columnar record is a frozen dataclass whose fields are NumPy arrays of one length; row *i* of
every column together is item *i*.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Singles: TypeAlias = NDArray[np.float32]
Integers: TypeAlias = NDArray[np.int64]
Indices: TypeAlias = NDArray[np.int32]
Words: TypeAlias = NDArray[np.uint16]
Octets: TypeAlias = NDArray[np.uint8]
Flags: TypeAlias = NDArray[np.bool_]


class Columnar:
    """Interface of a columnar record; a final dataclass names its columns in ``DTYPES``.

    ``DTYPES`` maps a column's name to its dtype, or to ``(dtype, width)`` where each item holds
    several numbers. Fields that are not in it are shared by all rows and left alone.
    """

    __slots__ = ()
    DTYPES: ClassVar[Mapping[str, Any]]

    def __post_init__(self) -> None:
        """Check that every column has its dtype, its width and the common length."""
        length = len(self)
        for name, kind in self.DTYPES.items():
            dtype, tail = kind if isinstance(kind, tuple) else (kind, None)
            column = getattr(self, name)
            shape = (length,) if tail is None else (length, tail)
            if column.shape != shape or column.dtype != np.dtype(dtype):
                message = (
                    f"{type(self).__name__}.{name} is {column.dtype}{column.shape}, needs {np.dtype(dtype)}{shape}"
                )
                raise ValueError(message)

    def __len__(self) -> int:
        """Count the rows."""
        return len(getattr(self, next(iter(self.DTYPES))))

    @classmethod
    def shared_names(cls) -> tuple[str, ...]:
        """Names of the fields that are not columns."""
        return tuple(f.name for f in fields(cls) if f.name not in cls.DTYPES)  # type: ignore[arg-type]

    @classmethod
    def empty(cls, length: int = 0, /, **given: Any) -> Self:  # noqa: ANN401 - columns differ in dtype
        """Build a record of ``length`` rows: what is not given is NaN, zero or False."""
        columns = {name: blank(kind, length) for name, kind in cls.DTYPES.items() if name not in given}
        return cls(**columns, **given)

    def take(self, rows: NDArray[Any] | slice) -> Self:
        """Select rows by index, mask or slice; shared fields stay."""
        columns = {name: getattr(self, name)[rows] for name in self.DTYPES}
        return type(self)(**columns, **{name: getattr(self, name) for name in self.shared_names()})


def blank(kind: Any, length: int) -> NDArray[Any]:  # noqa: ANN401 - a dtype or (dtype, width)
    """Make a column that says nothing: NaN where the dtype has it, else zero."""
    dtype, tail = kind if isinstance(kind, tuple) else (kind, None)
    shape = (length,) if tail is None else (length, tail)
    return np.full(shape, np.nan if np.issubdtype(dtype, np.floating) else 0, dtype=dtype)


def stack(parts: Sequence[Columnar], names: Iterable[str]) -> dict[str, NDArray[Any]]:
    """Concatenate the named columns of records of one kind."""
    return {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
