import numpy as np
import pytest

from sidelook.formats.stanag4607.errors import ValueRangeError
from sidelook.formats.stanag4607.forms import (
    B16,
    B32,
    BA16,
    BA32,
    H32,
    I8,
    S8,
    S16,
    SA16,
    SA32,
    Form,
    clean_text,
    pad_text,
    scale_values,
    unscale_values,
)


def test_check_values_of_annex_c() -> None:
    """AEDP-4607, annex C."""
    assert unscale_values(-34.876099, SA16) == -12698
    assert scale_values(0x591C, BA16) == pytest.approx(125.31006, abs=5e-6)


@pytest.mark.parametrize(
    ("form", "low", "high"),
    [
        (BA16, 0.0, 359.9945),
        (BA32, 0.0, 359.999999916),
        (SA16, -90.0, 89.9973),
        (SA32, -90.0, 89.999999958),
        (B16, -255.9921875, 255.9921875),
        (B32, -255.99999988, 255.99999988),
        (H32, -32767.99998, 32767.99998),
    ],
    ids=lambda value: value.name if isinstance(value, Form) else None,
)
def test_ranges_of_the_standard(form: Form, low: float, high: float) -> None:
    bits = 8 * np.dtype(form.dtype).itemsize
    extremes = {
        "B": ((1 << bits) - 1, (1 << (bits - 1)) - 1),
        "BA": (0, (1 << bits) - 1),
        "SA": (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
        "H": ((1 << bits) - 1, (1 << (bits - 1)) - 1),
    }[form.name.rstrip("0123456789")]
    assert scale_values(np.array(extremes), form) == pytest.approx(
        [low, high], abs=1e-4 if bits == 16 else 1e-8, rel=1e-9
    )


@pytest.mark.parametrize("form", [BA16, SA16, B16, S16, S8, I8], ids=lambda form: form.name)
def test_every_number_comes_back(form: Form) -> None:
    kind = np.dtype(form.dtype)
    every = np.arange(256**kind.itemsize, dtype=f">u{kind.itemsize}").view(kind)
    assert np.array_equal(unscale_values(scale_values(every, form), form), every)


def test_negative_zero_is_kept() -> None:
    assert np.signbit(scale_values(0x8000, B16))
    assert unscale_values(-0.0, B16) == 0x8000
    assert unscale_values(-0.0, H32) == 0x8000_0000


def test_angles_wrap() -> None:
    assert unscale_values([360.0, -90.0], BA16).tolist() == [0, 0xC000]


@pytest.mark.parametrize(("value", "form"), [(90.0, SA16), (256.0, B16), (-1.0, I8), (np.nan, SA32), (np.inf, BA32)])
def test_what_does_not_fit_is_refused(value: float, form: Form) -> None:
    with pytest.raises(ValueRangeError, match=form.name):
        unscale_values(value, form)


@pytest.mark.parametrize("raw", [b"Pico1     ", b"Pico1\0\0\0\0\0", b"Pico1\0junk "])
def test_padding_of_text_is_removed(raw: bytes) -> None:
    assert clean_text(raw) == "Pico1"


def test_text_is_padded_with_spaces() -> None:
    assert pad_text("A", 3) == b"A  "
    for text in ("ABCD", "Ä"):
        with pytest.raises(ValueRangeError):
            pad_text(text, 3)
