"""Numbers of a SIDD from amplitudes, and back."""

import lxml.etree
import numpy as np
import pytest
from grdl.contrast.density import MangisDensity

from sidelook.formats.sidd_remap import (
    NAME,
    REFERENCE,
    STEP,
    STEP_DB,
    TOP,
    brightness_of,
    to_amplitudes,
    to_numbers,
)


def test_amplitudes_come_back_within_half_a_step() -> None:
    rng = np.random.default_rng(1)
    amplitude = (10.0 ** rng.uniform(-4.5, 0.0, (600, 7))).astype(np.float32)
    back = to_amplitudes(TOP + 1, 1.0, STEP_DB)[to_numbers(amplitude, 1.0)]
    assert np.abs(20.0 * np.log10(back / amplitude)).max() <= 0.5 * STEP_DB * 1.001


def test_nothing_is_zero_and_what_is_too_faint_is_the_faintest() -> None:
    amplitude = np.array([[0.0, 1e-30, 1e-5, 2.0, np.nan, np.inf]], np.float32)
    assert to_numbers(amplitude, 2.0).tolist() == [[0, 1, 1, TOP, 0, TOP]]
    assert to_numbers(amplitude[:, :4] * np.complex64(1j), 2.0).tolist() == [[0, 1, 1, TOP]]
    assert to_amplitudes(TOP + 1, 2.0, STEP_DB)[[0, TOP]].tolist() == [0.0, 2.0]


def tree(pixel_type: str, name: str, **parameters: str) -> "lxml.etree._ElementTree":
    extension = "".join(
        f'<DisplayExtension name="{key}">{value}</DisplayExtension>' for key, value in parameters.items()
    )
    options = "NonInteractiveProcessing", "ProductGenerationOptions", "DataRemapping"
    inner = "".join(f"<{option}>" for option in options) + f"<LUTName>{name}</LUTName>"
    inner += "".join(f"</{option}>" for option in reversed(options))
    return lxml.etree.fromstring(
        f'<SIDD xmlns="urn:SIDD:3.0.0"><Display><PixelType>{pixel_type}</PixelType>{inner}{extension}</Display></SIDD>'
    ).getroottree()


def test_our_remap_is_undone_by_its_parameters_alone() -> None:
    found = brightness_of(tree("MONO16I", NAME, **{REFERENCE: "8.0", STEP: "0.001"}), None)
    assert found.table[TOP - 1000] == pytest.approx(8.0 * 10 ** (-1.0 / 20), rel=1e-6)
    assert "not undone" in brightness_of(tree("MONO16I", NAME), None).said
    eight_bits = brightness_of(tree("MONO8I", NAME, **{REFERENCE: "8.0", STEP: "0.5"}), None)
    assert eight_bits.table[255 - 40] == pytest.approx(0.8, rel=1e-6)


@pytest.mark.parametrize(("reference", "step"), [("0", "0.1"), ("nan", "0.1"), ("1", "-1"), ("1", "1e9"), ("a", "0.1")])
def test_parameters_that_make_no_remap_are_refused(reference: str, step: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        brightness_of(tree("MONO16I", NAME, **{REFERENCE: reference, STEP: step}), None)


@pytest.mark.parametrize(
    ("name", "lowest", "ratio"),
    [("DENSITY", 30.0, 40.0), ("BRIGHTER", 60.0, 40.0), ("DARKER", 0.0, 40.0), ("HIGH_CONTRAST", 30.0, 4.0)],
)
def test_density_is_undone_as_another_program_does_it(name: str, lowest: float, ratio: float) -> None:
    """Against grdl's, of Mangis 1994: whole numbers, so that amplitudes come back within half of one."""
    amplitude = np.random.default_rng(2).rayleigh(3.0, (200, 300)).astype(np.float32)
    numbers = MangisDensity(dmin=lowest, mmult=ratio).apply(amplitude)
    numbers = np.asarray(numbers if numbers.dtype == np.uint8 else np.rint(numbers * 255.0), np.uint8)
    inner = (numbers > 1) & (numbers < 255)
    back = brightness_of(tree("MONO8I", name), None).table[numbers] * 0.8 * amplitude.mean()
    step = ratio ** (1.0 / (255.0 - lowest))
    assert inner.mean() > 0.5
    assert np.abs(np.log(back[inner] / amplitude[inner])).max() <= np.log(step) * 1.01
