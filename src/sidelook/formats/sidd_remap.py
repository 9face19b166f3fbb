"""From amplitudes to the numbers a SIDD shows, and back as far as it says how."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sidelook.model.columns import Floats, Singles

if TYPE_CHECKING:
    import lxml.etree

NAME = "SIDELOOK_DECIBEL"
"""Of our remap, in the product: ``LUTName``."""
REFERENCE, STEP = f"{NAME}_REFERENCE_AMPLITUDE", f"{NAME}_STEP_DB"
"""Names of its parameters, in the product's ``DisplayExtension``."""

TOP = 65_535
STEP_DB = 0.0015
"""Of a number: amplitudes come back within half of it, over 98 dB."""

BAND = 512  # rows that are remapped at a time
LUMINANCE = (0.299, 0.587, 0.114)  # of red, green and blue (ITU-R BT.601)

# Kevin Mangis, Softcopy Display of SAR Data, 1994, as MATLAB_SAR (amplitudetodensity.m) and sarpy have it: the number
# of an amplitude of 0.8 of the mean, and the ratio of amplitudes from there to 255.
DENSITIES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"DENSITY": (30.0, 40.0), "BRIGHTER": (60.0, 40.0), "DARKER": (0.0, 40.0), "HIGHCONTRAST": (30.0, 4.0)}
)
DENSITY_TOP = 255.0
LINEAR = "LINEAR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brightness:
    """How numbers become amplitudes.

    Attributes
    ----------
    table : (N,) amplitude of each number; of the colours' brightness where a pixel has three
    said : what that is, in words
    """

    table: Singles
    said: str


def to_numbers(amplitude: Singles | NDArray[np.complex64], reference: float) -> NDArray[np.uint16]:
    """Turn amplitudes into numbers: decibels below a reference; 0 for nothing, 1 for all that is fainter than 98 dB."""
    numbers = np.zeros(amplitude.shape, np.uint16)
    for top in range(0, len(amplitude), BAND):
        band = np.nan_to_num(np.abs(amplitude[top : top + BAND]).astype(np.float64), posinf=reference)
        some = band > 0.0
        level = np.rint(20.0 / STEP_DB * np.log10(band / reference, where=some, out=np.zeros_like(band)))
        numbers[top : top + BAND] = np.where(some, np.clip(TOP + level, 1, TOP), 0)
    return numbers


def to_amplitudes(count: int, reference: float, step_db: float) -> Singles:
    """Give the amplitude of each of ``count`` numbers of our remap; the last is the reference."""
    decibels = (np.arange(count, dtype=np.float64) - (count - 1)) * step_db
    table = reference * 10.0 ** (decibels / 20.0)
    table[0] = 0.0
    return table.astype(np.float32)


def brightness_of(tree: "lxml.etree._ElementTree", lookup: NDArray[Any] | None) -> Brightness:
    """Say how the numbers of a product become amplitudes; ValueError where it says what cannot be.

    Parameters
    ----------
    tree : of the product
    lookup : what its numbers are shown as, for those that are looked up
    """
    pixel_type = tree.findtext("{*}Display/{*}PixelType") or ""
    numbers = np.arange(TOP + 1 if pixel_type == "MONO16I" else 256, dtype=np.float64)
    if lookup is not None:
        shown = luminance(lookup) if lookup.dtype.names else lookup.astype(np.float32)
        return Brightness(table=shown, said="brightness as it is shown, by its table")
    if pixel_type == "RGB24I":
        return Brightness(table=numbers.astype(np.float32), said="brightness of its colours")
    name = remap_of(tree)
    ours = parameters_of(tree)
    if name == NAME and ours is not None:
        table = to_amplitudes(len(numbers), *ours)
        return Brightness(table=table, said=f"amplitudes told back from steps of {ours[1]:g} dB")
    plain = "".join(letter for letter in name.upper() if letter.isalnum())
    if plain == LINEAR:
        return Brightness(table=numbers.astype(np.float32), said="brightness as it is, said to be linear in amplitude")
    if plain in DENSITIES and len(numbers) == DENSITY_TOP + 1:
        said = f"amplitudes told back from the {name} remap, in units of 0.8 of their mean"
        return Brightness(table=_of_density(numbers, *DENSITIES[plain]), said=said)
    return Brightness(
        table=numbers.astype(np.float32), said=f"brightness as it is, remap {name or 'not said'} not undone"
    )


def remap_of(tree: "lxml.etree._ElementTree") -> str:
    """Give the name of a product's remap, in any edition; empty where there is none."""
    path = "{*}Display/{*}NonInteractiveProcessing/{*}ProductGenerationOptions/{*}DataRemapping"
    names = (
        f"{path}/{{*}}LUTName",
        f"{path}/{{*}}Predefined/{{*}}DatabaseName",
        "{*}Display/{*}RemapInformation//{*}RemapType",
    )
    return next((text.strip() for name in names if (text := tree.findtext(name))), "")


def parameters_of(tree: "lxml.etree._ElementTree") -> tuple[float, float] | None:
    """Give reference amplitude and step, dB, of our remap; None where they are not said."""
    said = {element.get("name"): element.text or "" for element in tree.findall("{*}Display/{*}DisplayExtension")}
    if REFERENCE not in said or STEP not in said:
        return None
    reference, step = float(said[REFERENCE]), float(said[STEP])
    if not (np.isfinite(reference) and reference > 0.0 and 0.0 < step < 1.0):
        message = f"a remap with the reference {reference:g} and steps of {step:g} dB"
        raise ValueError(message)
    return reference, step


def luminance(colours: NDArray[Any]) -> Singles:
    """Give the brightness of colours with fields R, G and B."""
    return np.asarray(
        sum(share * colours[name].astype(np.float32) for share, name in zip(LUMINANCE, "RGB", strict=True)), np.float32
    )


def _of_density(numbers: Floats, lowest: float, ratio: float) -> Singles:
    table = ratio ** ((numbers - lowest) / (DENSITY_TOP - lowest))
    table[0] = 0.0  # all that is too faint
    return table.astype(np.float32)
