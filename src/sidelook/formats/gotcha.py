"""AFRL Gotcha volumetric SAR phase history, MATLAB 5 files: one degree of azimuth and one polarisation each.

The number of pulses differs from file to file. The receiver's reference range is the antenna's distance from the scene
centre; the supplied motion solution adds ``af.r_correct`` to it, and ``af.ph_correct`` to the phase of the samples:
both or neither, as they come of one fit. The frame is local; its place on the earth is not in the file.
"""

import struct
import zlib
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from sidelook.errors import InputError
from sidelook.model.echoes import PhaseHistory
from sidelook.model.origin import Origin

FIELDS = ("fp", "freq", "x", "y", "z", "r0")
EVEN = 1e-3  # of a step: frequencies are float32, whose step at 10 GHz is 1 kHz of some 1.5 MHz
BROKEN = (
    MatReadError,
    ValueError,
    TypeError,
    LookupError,  # SciPy, of a header cut short
    OSError,
    EOFError,
    struct.error,
    zlib.error,
    NotImplementedError,
)


class GotchaError(InputError):
    """The file is not Gotcha phase history that can be read; the text says why."""


class GotchaShapeError(GotchaError):
    """A field has not one value for each pulse or frequency.

    Attributes
    ----------
    field : of the file
    needed, had : numbers of values
    """

    def __init__(self, *, field: str, needed: int, had: int) -> None:
        super().__init__(f"{field} holds {had} values where the samples need {needed}; fetch the file again")
        self.field = field
        self.needed = needed
        self.had = had


def read_gotcha(file: BinaryIO, *, source: str, autofocus: bool = True) -> PhaseHistory:
    """Read one file of phase history.

    Parameters
    ----------
    file : open, seekable, at its begin
    source : name of the file, for the lineage
    autofocus : keep the supplied motion solution (a file without one is refused), else leave it out

    Raises
    ------
    GotchaError
        where it is truncated, of another kind, not evenly spaced in frequency or not finite
    """
    data = _structure(file)
    missing = [name for name in FIELDS if name not in (data.dtype.names or ())]
    if missing:
        message = f"the file has no field {', '.join(missing)} in its structure 'data'; it is not Gotcha phase history"
        raise GotchaError(message)
    samples = np.ascontiguousarray(data["fp"].T, np.complex64)
    if samples.ndim != 2 or min(samples.shape) < 2:  # noqa: PLR2004
        message = f"the samples have the shape {samples.shape}, needed are pulses by frequencies"
        raise GotchaError(message)
    pulses = len(samples)
    start, step = _frequencies(_column(data["freq"], "freq", samples.shape[1]))
    antenna = np.stack([_column(data[axis], axis, pulses) for axis in "xyz"], axis=1)
    ranges, phases = _solution(data, pulses) if autofocus else (np.zeros(pulses), np.zeros(pulses))
    if not np.isfinite(samples.view(np.float32)).all():
        message = "samples are not finite; fetch the file again"
        raise GotchaError(message)
    return PhaseHistory(
        samples=samples,
        frequency_start=start,
        frequency_step=step,
        transmit=antenna,
        receive=antenna,
        reference_range=_column(data["r0"], "r0", pulses),
        time=np.full(pulses, np.nan),
        range_correction=ranges,
        phase_correction=phases,
        frame=None,
        begin=None,
        origin=Origin(source=source, version="Gotcha"),
    )


def _structure(file: BinaryIO) -> NDArray[Any]:
    try:
        variables = loadmat(file)  # type: ignore[arg-type]  # it takes open files, its stubs do not say so
    except BROKEN as error:
        message = f"not a whole MATLAB 5 file ({error}); fetch it again"
        raise GotchaError(message) from error
    data = variables.get("data")
    if not isinstance(data, np.ndarray) or data.dtype.names is None or data.size != 1:
        message = "the file has no structure 'data'; it is not Gotcha phase history"
        raise GotchaError(message)
    whole: NDArray[Any] = data.reshape(-1)[0]
    return whole


def _column(values: Any, field: str, needed: int) -> NDArray[np.float64]:  # noqa: ANN401 - as MATLAB wrote it
    try:
        column = np.asarray(values, np.float64).reshape(-1)
    except (TypeError, ValueError) as error:
        message = f"{field} holds no numbers; it is not Gotcha phase history"
        raise GotchaError(message) from error
    if len(column) != needed:
        raise GotchaShapeError(field=field, needed=needed, had=len(column))
    if not np.isfinite(column).all():
        message = f"{field} is not finite in {np.count_nonzero(~np.isfinite(column))} places; fetch the file again"
        raise GotchaError(message)
    return column


def _frequencies(frequency: NDArray[np.float64]) -> tuple[float, float]:
    step = float(frequency[-1] - frequency[0]) / (len(frequency) - 1)
    even = frequency[0] + step * np.arange(len(frequency))
    rounding = float(np.spacing(np.float32(frequency[0])))
    if not step > 0 or np.abs(frequency - even).max() > max(EVEN * step, 2.0 * rounding):
        message = "the frequencies do not grow in even steps; such a file cannot be compressed by a Fourier transform"
        raise GotchaError(message)
    return float(frequency[0]), step


def _solution(data: NDArray[Any], pulses: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    solution = data["af"] if "af" in (data.dtype.names or ()) else None
    if not isinstance(solution, np.ndarray) or solution.size != 1 or solution.dtype.names is None:
        message = "the file has no autofocus solution 'af'; read it with autofocus=False and focus it"
        raise GotchaError(message)
    inner = solution.reshape(-1)[0]
    return (
        _column(inner["r_correct"], "af.r_correct", pulses),
        _column(inner["ph_correct"], "af.ph_correct", pulses),
    )
