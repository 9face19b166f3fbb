"""Reading CPHD of any maker, whole or some of its pulses (NGA.STND.0068-1, 1.0.1 and 1.1.0, in the frequency domain).

The scene reference is the image area's reference point. The stabilisation point may move from pulse to pulse (strip
map), and so may the frequencies: pulses are then laid on common ones.
"""

from dataclasses import dataclass
from io import SEEK_END
from typing import TYPE_CHECKING, Any, BinaryIO

import lxml.etree
import numpy as np
import sarkit.cphd as skcphd
from numpy.typing import NDArray
from scipy.signal import czt

from sidelook.errors import InputError, UsageError
from sidelook.formats.ground_plane import platform_of
from sidelook.geometry.frames import LocalFrame, ecef_to_enu
from sidelook.model.echoes import PhaseHistory
from sidelook.model.origin import Origin, read_classification

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

EVEN = 1e-3  # of a step that frequencies may be off before they are laid anew: 3 mrad at the edge of the swath
FAR = 1e9  # m, or s, beyond which no place or time of a pulse lies
BLOCK = 1 << 22  # samples that are read at a time
BROKEN = (
    lxml.etree.LxmlError,
    SyntaxError,  # of a path with a channel's name in it
    RuntimeError,  # sarkit's, of a file that ends too early
    ValueError,
    TypeError,
    AttributeError,  # of an element that is not there
    LookupError,
    OverflowError,
)


class CphdError(InputError):
    """The file is no CPHD that can be read; the text says why."""


class TooManyEchoesError(UsageError):
    """The phase history does not fit into the memory it may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CphdPart:
    """Which echoes of a CPHD are wanted.

    Attributes
    ----------
    channel : by its identifier; the reference channel where none is given
    first, last : pulses, the last not included; to the end where none is given
    """

    channel: str | None = None
    first: int = 0
    last: int | None = None


def read_cphd(
    file: BinaryIO,
    *,
    source: str,
    most_samples: int,
    part: CphdPart = CphdPart(),
) -> PhaseHistory:
    """Read echoes: what is not asked for is not read.

    Parameters
    ----------
    file : open for reading, seekable
    source : its name
    most_samples : that may be held
    part : which channel and pulses

    Raises
    ------
    CphdError : truncated, in another domain, compressed, or another kind of file
    TooManyEchoesError
    """
    file.seek(0)
    try:
        with skcphd.Reader(file) as reader:
            tree = reader.metadata.xmltree
            channel, pulses = _wanted(file, tree, part, most_samples)
            return _read(reader, source, channel, pulses)
    except BROKEN as error:
        message = f"no whole CPHD ({error}); fetch it again"
        raise CphdError(message) from error


def _wanted(file: BinaryIO, tree: "lxml.etree._ElementTree", part: CphdPart, most_samples: int) -> tuple[str, range]:
    """Give channel and pulses to read, once it is sure that they are there and fit."""
    domain = tree.findtext("{*}Global/{*}DomainType")
    if domain != "FX":
        message = f"its echoes are in the domain {domain or 'unknown'}; only FX, by frequency, is read"
        raise CphdError(message)
    channels = {node.findtext("{*}Identifier"): node for node in tree.findall("{*}Data/{*}Channel")}
    name = part.channel or tree.findtext("{*}Channel/{*}RefChId")
    if name not in channels:
        message = f"it has no channel {name}; there are {', '.join(map(str, channels)) or 'none'}"
        raise CphdError(message)
    if channels[name].find("{*}CompressedSignalSize") is not None:
        message = f"channel {name} is compressed, in a way that is its maker's own; ask for it uncompressed"
        raise CphdError(message)
    count, samples = (int(channels[name].findtext(f"{{*}}{word}")) for word in ("NumVectors", "NumSamples"))
    pulses = range(count)[part.first : part.last]
    if len(pulses) < 2 or samples < 2:  # noqa: PLR2004
        message = f"of {count} pulses with {samples} samples {len(pulses)} were asked for; an image needs more"
        raise CphdError(message)
    if len(pulses) * samples > most_samples:
        message = (
            f"{len(pulses):,} pulses with {samples:,} samples are more than memory holds: "
            f"take {most_samples // samples:,} pulses at most"
        )
        raise TooManyEchoesError(message)
    form = skcphd.binary_format_string_to_dtype(tree.findtext("{*}Data/{*}SignalArrayFormat"))
    if file.seek(0, SEEK_END) < count * samples * form.itemsize:
        message = f"it ends before its {count:,} pulses do; fetch it again"
        raise CphdError(message)
    return str(name), pulses


def _read(reader: skcphd.Reader, source: str, channel: str, pulses: range) -> PhaseHistory:
    load: Callable[[str], Any] = skcphd.XmlHelper(reader.metadata.xmltree).load
    parameters = _native(reader.read_pvps(channel, start_vector=pulses.start, stop_vector=pulses.stop))
    if not all((np.abs(parameters[name]) < FAR).all() for name in ("TxPos", "RcvPos", "SRPPos", "TxTime", "RcvTime")):
        message = "places or times of its pulses are no such; fetch it again"
        raise CphdError(message)
    samples = _samples(reader, channel, pulses, parameters)
    if "SIGNAL" in (parameters.dtype.names or ()):
        heard = parameters["SIGNAL"] != 0
        parameters, samples = parameters[heard], samples[heard]
    if load("{*}Global/{*}SGN") == 1:
        np.conj(samples, out=samples)
    start, step = _on_common_frequencies(samples, parameters)
    latitude, longitude, height = load("{*}SceneCoordinates/{*}IARP/{*}LLH")
    frame = LocalFrame(
        latitude=float(np.radians(latitude)), longitude=float(np.radians(longitude)), height=float(height)
    )
    transmit, receive = (ecef_to_enu(parameters[f"{name}Pos"], frame) for name in ("Tx", "Rcv"))
    point = ecef_to_enu(parameters["SRPPos"], frame)
    ways = [np.linalg.norm(places - point, axis=1) for places in (transmit, receive)]
    begin: datetime = load("{*}Global/{*}Timeline/{*}CollectionStart")
    return PhaseHistory(
        samples=samples,
        frequency_start=start,
        frequency_step=step,
        transmit=receive if np.array_equal(transmit, receive) else transmit,
        receive=receive,
        reference_range=np.asarray(0.5 * (ways[0] + ways[1])),
        time=np.asarray(skcphd.compute_t_ref_from_pvps(parameters), np.float64),
        range_correction=np.zeros(len(samples)),
        phase_correction=np.zeros(len(samples)),
        frame=frame,
        begin=round(begin.timestamp() * 1e6) * 1000,
        origin=_origin(reader.metadata.xmltree, source),
    )


def _native(parameters: NDArray[Any]) -> NDArray[Any]:
    return parameters.astype(parameters.dtype.newbyteorder("="))


def _samples(reader: skcphd.Reader, channel: str, pulses: range, parameters: NDArray[Any]) -> NDArray[np.complex64]:
    """Read samples in blocks, whole numbers and scale factors made amplitudes."""
    count = int(
        reader.metadata.xmltree.findtext(f"{{*}}Data/{{*}}Channel[{{*}}Identifier='{channel}']/{{*}}NumSamples")
    )
    samples = np.empty((len(pulses), count), np.complex64)
    step = max(BLOCK // count, 1)
    for first in range(0, len(pulses), step):
        last = min(first + step, len(pulses))
        begin = pulses.start
        raw = reader.read_signal(channel, start_vector=begin + first, stop_vector=begin + last)
        if raw.dtype.names:
            samples[first:last].real, samples[first:last].imag = (raw[name] for name in raw.dtype.names)
        else:
            samples[first:last] = raw
    if "AmpSF" in (parameters.dtype.names or ()):
        samples *= parameters["AmpSF"].astype(np.float32)[:, None]
    return samples


def _on_common_frequencies(samples: NDArray[np.complex64], parameters: NDArray[Any]) -> tuple[float, float]:
    """Lay pulses on the frequencies of the middle one, in place; give the first and the step of them, Hz.

    Between samples a pulse is what its Fourier series says (a chirp z-transform), which errs by some percent within
    a few samples of the ends of the band, half a sample off; beyond its band it is nothing.
    """
    starts, steps, count = parameters["SC0"], parameters["SCSS"], samples.shape[1]
    start, step = float(starts[len(starts) // 2]), float(steps[len(steps) // 2])
    if not (np.isfinite(starts).all() and np.isfinite(steps).all() and (steps > 0.0).all()):
        message = "the frequencies of its pulses are no rising numbers; fetch it again"
        raise CphdError(message)
    number = np.arange(count)
    for pulse in np.nonzero(np.abs(starts - start) + (count - 1) * np.abs(steps - step) > EVEN * step)[0]:
        first, rate = (start - starts[pulse]) / steps[pulse], step / steps[pulse]
        samples[pulse] = np.where(
            np.abs(first + rate * number - 0.5 * (count - 1)) <= 0.5 * count, _between(samples[pulse], first, rate), 0.0
        )
    return start, step


def _between(pulse: NDArray[np.complex64], first: float, rate: float) -> NDArray[np.complex128]:
    """Give a pulse at sample numbers ``first + rate * k``, by its Fourier series, delays about zero."""
    count = len(pulse)
    delays = np.fft.fftshift(np.fft.fft(pulse.astype(np.complex128)))
    lowest = -(count // 2)
    places = np.asarray(first + rate * np.arange(count), np.float64)
    turn = np.exp(2j * np.pi / count * lowest * places)
    series = czt(delays, count, w=np.exp(2j * np.pi / count * rate), a=np.exp(-2j * np.pi / count * first))
    return np.asarray(turn * series / count)


def _origin(tree: "lxml.etree._ElementTree", source: str) -> Origin:
    """Give who made it, and under what marking; one that is not plainly understood counts as not read."""
    platform, simulated = platform_of(tree.findtext("{*}CollectionID/{*}CollectorName") or "")
    return Origin(
        source=source,
        classification=read_classification(tree.findtext("{*}CollectionID/{*}Classification") or ""),
        platform=platform,
        version="CPHD",
        simulated=simulated,
    )
