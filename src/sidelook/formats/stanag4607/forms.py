"""Number forms of STANAG 4607 (AEDP-4607, annex C): how a field's bits become a value.

Raw values keep the bits as sent; scaled values are float64 in the unit the standard names for the field.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sidelook.formats.stanag4607.errors import ValueRangeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to write a number or a text.

    Attributes
    ----------
    name : as the standard calls it
    dtype : NumPy type of the raw value, big-endian
    scale : value of the lowest bit, 1 for plain integers
    magnitude : True where the top bit is a sign and the rest a magnitude, so that a negative zero exists
    text : True for characters
    """

    name: str
    dtype: str
    scale: float = 1.0
    magnitude: bool = False
    text: bool = False


I8 = Form(name="I8", dtype=">u1")
I16 = Form(name="I16", dtype=">u2")
I32 = Form(name="I32", dtype=">u4")
S8 = Form(name="S8", dtype=">i1")
S16 = Form(name="S16", dtype=">i2")
S32 = Form(name="S32", dtype=">i4")
E8 = Form(name="E8", dtype=">u1")
FL8 = Form(name="FL8", dtype=">u1")
FL16 = Form(name="FL16", dtype=">u2")
FL64 = Form(name="FL64", dtype=">u8")
BA16 = Form(name="BA16", dtype=">u2", scale=360.0 / 2**16)
BA32 = Form(name="BA32", dtype=">u4", scale=360.0 / 2**32)
SA16 = Form(name="SA16", dtype=">i2", scale=180.0 / 2**16)
SA32 = Form(name="SA32", dtype=">i4", scale=180.0 / 2**32)
B16 = Form(name="B16", dtype=">u2", scale=2.0**-7, magnitude=True)
B32 = Form(name="B32", dtype=">u4", scale=2.0**-23, magnitude=True)
H32 = Form(name="H32", dtype=">u4", scale=2.0**-16, magnitude=True)


def text_form(length: int) -> Form:
    """Make the form "A" of a fixed length: 8-bit text, left justified, padded."""
    return Form(name=f"A{length}", dtype=f"S{length}", text=True)


def scale_values(raw: ArrayLike, form: Form) -> NDArray[np.float64]:
    """Turn raw numbers into values.

    Parameters
    ----------
    raw : (...) integers as sent
    form : their form

    Returns
    -------
    (...) in the unit of the field; a negative zero stays one
    """
    numbers = np.asarray(raw)
    if not form.magnitude:
        return numbers.astype(np.float64) * form.scale
    sign_bit = 1 << (8 * np.dtype(form.dtype).itemsize - 1)
    size = (numbers & (sign_bit - 1)).astype(np.float64) * form.scale
    return np.where(numbers & sign_bit, -size, size)


def unscale_values(values: ArrayLike, form: Form) -> NDArray[Any]:
    """Turn values into raw numbers, to the nearest step; full circles wrap.

    Parameters
    ----------
    values : (...) in the unit of the field
    form : to write them in

    Returns
    -------
    (...) of the form's dtype

    Raises
    ------
    ValueRangeError : a value is NaN or does not fit the form
    """
    steps = np.rint(np.asarray(values, np.float64) / form.scale)
    kind = np.dtype(form.dtype)
    bits = 8 * kind.itemsize
    if form.name.startswith("BA"):
        steps = np.where(np.isfinite(steps), np.mod(np.nan_to_num(steps), 2.0**bits), np.nan)
    if form.magnitude:
        _refuse_outside(steps, -(2.0 ** (bits - 1)) + 1, 2.0 ** (bits - 1) - 1, form)
        sign = np.where(np.signbit(steps), 1 << (bits - 1), 0)
        return (np.abs(steps).astype(np.int64) | sign).astype(kind)
    limits = np.iinfo(kind)
    _refuse_outside(steps, limits.min, limits.max, form)
    return steps.astype(kind)


def _refuse_outside(steps: NDArray[np.float64], low: float, high: float, form: Form) -> None:
    bad = ~((steps >= low) & (steps <= high))
    if bad.any():
        worst = float(np.asarray(steps)[bad].flat[0]) * form.scale
        raise ValueRangeError(form=form.name, value=worst, low=low * form.scale, high=high * form.scale)


def clean_text(raw: bytes) -> str:
    """Read a text field: padding of spaces or NUL removed, bytes outside ASCII shown as Latin-1."""
    return raw.split(b"\0", 1)[0].rstrip(b" ").decode("latin-1")


def pad_text(text: str, length: int) -> bytes:
    """Write a text field, padded with spaces.

    Raises
    ------
    ValueRangeError : longer than the field, or not ASCII
    """
    octets = text.encode("ascii", "replace")
    if len(octets) > length or not text.isascii():
        raise ValueRangeError(form=f"A{length}", value=text, low=0, high=length)
    return octets.ljust(length)
