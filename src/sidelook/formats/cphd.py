"""CPHD: compensated phase history, by way of sarkit (NGA.STND.0068-1 and -2, 1.1.0), in the frequency domain.

The signal of the standard, for a point whose echo comes ``delta`` seconds after that of the stabilisation reference
point, is exp(SGN 2j pi f delta). With SGN -1, and the scene reference as that point, it is a ``PhaseHistory`` whose
reference range is the antenna's distance from the scene reference; others are turned to that as they are written.
"""

from datetime import UTC, datetime
from typing import Any, BinaryIO

import lxml.etree
import numpy as np
import sarkit.cphd as skcphd
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.formats.ground_plane import collector_of
from sidelook.geometry.frames import LocalFrame, enu_to_ecef, rotate_enu_to_ecef
from sidelook.geometry.wgs84 import ecef_to_geodetic
from sidelook.model.columns import Floats
from sidelook.model.echoes import PhaseHistory
from sidelook.model.origin import Classification
from sidelook.model.radar import SPEED_OF_LIGHT

VERSION = "http://api.nsgreg.nga.mil/schema/cphd/1.1.0"
CHANNEL = "1"
OVERSAMPLED = 1.25
"""By how much the samples of a pulse are to be closer than its saved swath needs; the standard asks for 1.1."""
BLOCK = 1 << 22  # samples that are turned at a time
COLUMNS = {
    "TxTime": 1,
    "TxPos": 3,
    "TxVel": 3,
    "RcvTime": 1,
    "RcvPos": 3,
    "RcvVel": 3,
    "SRPPos": 3,
    "aFDOP": 1,
    "aFRR1": 1,
    "aFRR2": 1,
    "FX1": 1,
    "FX2": 1,
    "TOA1": 1,
    "TOA2": 1,
    "TDTropoSRP": 1,
    "SC0": 1,
    "SCSS": 1,
}
"""Parameters of a pulse, and how many numbers each is; all are of 8 bytes, in this order."""


class NoCphdError(UsageError):
    """The phase history lacks what a CPHD must say; the text says what."""


def write_cphd(history: PhaseHistory, file: BinaryIO) -> None:
    """Write a phase history, its solution for the motion applied.

    Parameters
    ----------
    history : with its place on earth, times, begin and marking
    file : open for writing bytes, and a file of the system: columns are written past Python's buffers

    Raises
    ------
    NoCphdError
    """
    _check_whole(history)
    frame = history.frame
    assert frame is not None  # noqa: S101 - just seen to
    pulses = _pulses(history, frame)
    tree = _tree(history, frame, pulses)
    with skcphd.Writer(file, skcphd.Metadata(xmltree=tree)) as writer:
        writer.write_signal(CHANNEL, _signal(history))
        writer.write_pvp(CHANNEL, pulses.astype(skcphd.get_pvp_dtype(tree)))


def _check_whole(history: PhaseHistory) -> None:
    missing = [
        words
        for words, there in (
            ("a place on earth (center)", history.frame is not None),
            ("a time (begin)", history.begin is not None),
            ("times of its pulses, rising", bool((np.diff(history.time) > 0.0).all()) and len(history) > 1),
            ("a marking", history.origin.classification is not Classification.UNREAD),
        )
        if not there
    ]
    if missing:
        message = f"a CPHD needs what these echoes have not: {'; '.join(missing)}"
        raise NoCphdError(message)


def _signal(history: PhaseHistory) -> NDArray[np.complex64]:
    """Give the samples with the reference at the scene reference, in blocks: the turn is worked out in float64."""
    pulses, frequencies = history.samples.shape
    frequency = history.frequency_start + history.frequency_step * np.arange(frequencies)
    off = history.reference_range + history.range_correction - _distance(history)
    signal = np.empty(history.samples.shape, np.complex64)
    step = max(BLOCK // frequencies, 1)
    for first in range(0, pulses, step):
        some = slice(first, first + step)
        waves = np.multiply.outer(2.0 / SPEED_OF_LIGHT * off[some], frequency)
        phase = history.phase_correction[some, None] - 2.0 * np.pi * waves
        signal[some] = history.samples[some] * np.exp(1j * phase)
    return signal


def _distance(history: PhaseHistory) -> Floats:
    """Give the path length by the scene reference, (P,) m."""
    return np.asarray(
        0.5 * (np.linalg.norm(history.transmit, axis=1) + np.linalg.norm(history.receive, axis=1)), np.float64
    )


def _pulses(history: PhaseHistory, frame: LocalFrame) -> NDArray[np.void]:
    """Give the parameters of each pulse."""
    pulses = np.zeros(len(history), [(name, np.float64, (count,) * (count > 1)) for name, count in COLUMNS.items()])
    time = history.time - history.time[0]
    pulses["TxTime"] = time
    pulses["RcvTime"] = time + 2.0 * _distance(history) / SPEED_OF_LIGHT
    for name, places in (("Tx", history.transmit), ("Rcv", history.receive)):
        pulses[f"{name}Pos"] = enu_to_ecef(places, frame)
        pulses[f"{name}Vel"] = rotate_enu_to_ecef(np.gradient(places, time, axis=0), frame)
    pulses["SRPPos"] = enu_to_ecef(np.zeros(3), frame)
    last = history.frequency_start + (history.samples.shape[1] - 1) * history.frequency_step
    pulses["SC0"], pulses["SCSS"] = history.frequency_start, history.frequency_step
    pulses["FX1"], pulses["FX2"] = history.frequency_start, last
    pulses["TOA2"] = 0.5 / (OVERSAMPLED * history.frequency_step)
    pulses["TOA1"] = -pulses["TOA2"]
    return pulses


def _tree(history: PhaseHistory, frame: LocalFrame, pulses: NDArray[np.void]) -> "lxml.etree._ElementTree":
    """Say all that a CPHD must."""
    assert history.begin is not None  # noqa: S101 - seen to before
    root = lxml.etree.Element(f"{{{VERSION}}}CPHD", nsmap={None: VERSION})
    wrapped = skcphd.ElementWrapper(root)
    origin = history.origin
    same = history.transmit is history.receive
    wrapped["CollectionID"] = {
        "CollectorName": collector_of(origin),
        "CoreName": origin.source[:64],
        "CollectType": "MONOSTATIC" if same else "BISTATIC",
        "RadarMode": {"ModeType": "SPOTLIGHT"},
        "Classification": origin.classification.words,
        "ReleaseInfo": "UNKNOWN",
    }
    start = datetime.fromtimestamp((history.begin + round(history.time[0] * 1e9)) / 1e9, UTC)
    low, high = float(pulses["FX1"][0]), float(pulses["FX2"][0])
    late = float(pulses["TOA2"][0])
    wrapped["Global"] = {
        "DomainType": "FX",
        "SGN": -1,
        "Timeline": {"CollectionStart": start, "TxTime1": pulses["TxTime"][0], "TxTime2": pulses["TxTime"][-1]},
        "FxBand": {"FxMin": low, "FxMax": high},
        "TOASwath": {"TOAMin": -late, "TOAMax": late},
    }
    # Within it no point is taken for another, wherever it is seen from.
    half = 0.5 * SPEED_OF_LIGHT * late / np.sqrt(2.0)
    area = {"X1Y1": np.array([-half, -half]), "X2Y2": np.array([half, half])}
    wrapped["SceneCoordinates"] = _scene(frame, half) | {"ImageArea": area, "ImageGrid": _grid(half, high - low)}
    wrapped["Data"] = {
        "SignalArrayFormat": "CF8",
        "NumBytesPVP": 8 * sum(COLUMNS.values()),
        "NumCPHDChannels": 1,
        "Channel": [
            {
                "Identifier": CHANNEL,
                "NumVectors": history.samples.shape[0],
                "NumSamples": history.samples.shape[1],
                "SignalArrayByteOffset": 0,
                "PVPArrayByteOffset": 0,
            }
        ],
        "NumSupportArrays": 0,
    }
    wrapped["Channel"] = _channel(low, high, late, len(pulses) // 2) | {"RefChId": CHANNEL}
    wrapped["PVP"] = _layout()
    first, last = skcphd.compute_t_ref_from_pvps(pulses[[0, -1]])
    times = {"CODTime": np.array([[0.5 * (first + last)]]), "DwellTime": np.array([[last - first]])}
    wrapped["Dwell"] = {f"Num{name}s": 1 for name in times} | {
        name: [{"Identifier": CHANNEL, f"{name}Poly": poly}] for name, poly in times.items()
    }
    tree = root.getroottree()
    root.append(skcphd.compute_reference_geometry(tree, pulses))
    return tree


def _scene(frame: LocalFrame, half: float) -> dict[str, Any]:
    """Give the level plane at the scene reference, x to the east and y to the north."""
    place = enu_to_ecef(np.zeros(3), frame)
    corners = np.array([[-half, -half, 0.0], [-half, half, 0.0], [half, half, 0.0], [half, -half, 0.0]])
    latitude, longitude, _ = ecef_to_geodetic(enu_to_ecef(corners, frame))
    return {
        "EarthModel": "WGS_84",
        "IARP": {
            "ECF": place,
            "LLH": np.array([np.degrees(frame.latitude), np.degrees(frame.longitude), frame.height]),
        },
        "ReferenceSurface": {
            "Planar": {
                "uIAX": rotate_enu_to_ecef(np.array([1.0, 0.0, 0.0]), frame),
                "uIAY": rotate_enu_to_ecef(np.array([0.0, 1.0, 0.0]), frame),
            }
        },
        "ImageAreaCornerPoints": np.degrees(np.stack([latitude, longitude], axis=-1)),
    }


def _grid(half: float, bandwidth: float) -> dict[str, Any]:
    """Give the pixels that would show all: as wide as the resolution, the scene reference in the middle."""
    spacing = 0.5 * SPEED_OF_LIGHT / bandwidth
    side = int(half / spacing)
    return {
        "IARPLocation": np.array([float(side), float(side)]),
        "IAXExtent": {"LineSpacing": spacing, "FirstLine": 0, "NumLines": 2 * side + 1},
        "IAYExtent": {"SampleSpacing": spacing, "FirstSample": 0, "NumSamples": 2 * side + 1},
    }


def _channel(low: float, high: float, late: float, middle: int) -> dict[str, Any]:
    fixed = dict.fromkeys(("FXFixed", "TOAFixed", "SRPFixed"), True)
    parameters = {
        "Identifier": CHANNEL,
        "RefVectorIndex": middle,
        **fixed,
        "Polarization": {"TxPol": "UNSPECIFIED", "RcvPol": "UNSPECIFIED"},
        "FxC": 0.5 * (low + high),
        "FxBW": high - low,
        "TOASaved": 2.0 * late,
        "DwellTimes": {"CODId": CHANNEL, "DwellId": CHANNEL},
    }
    return {**{f"{name}CPHD": True for name in fixed}, "Parameters": [parameters]}


def _layout() -> dict[str, Any]:
    number = np.dtype(np.float64)
    columns, offset = {}, 0
    for name, count in COLUMNS.items():
        kind = number if count == 1 else np.dtype([(axis, number) for axis in "XYZ"])
        columns[name] = {"Offset": offset, "Size": count, "dtype": kind}
        offset += count
    return columns
