"""SICD: complex radar images in NITF, by way of sarkit (NGA.STND.0024-1 and -2, 1.4.0; projections NGA.STND.0024-3).

An image on a plane is written as one on a ground plane (``PLANE``), turned by quarters until shadows fall downward. The
carrier is taken out, as the standard asks: the zero of its spectrum is the middle of what aperture and band support
(``KCtr``).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO

import lxml.etree
import numpy as np
import sarkit.sicd as sksicd
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.formats.nitf_letters import NITF_LETTERS
from sidelook.geometry.frames import LocalFrame, enu_to_ecef, rotate_enu_to_ecef
from sidelook.geometry.wgs84 import ecef_to_geodetic
from sidelook.model.columns import Floats
from sidelook.model.image import Aperture, PlaneGrid, SarImage, Triple
from sidelook.model.radar import SPEED_OF_LIGHT

VERSION = "urn:SICD:1.4.0"
DEGREE = 5  # of the polynomials of the antenna's path
UNIFORM_WIDTH = 0.886  # 3 dB width of an unweighted response, over its bandwidth
SIMULATED = "SIMULATED"
"""What the collector of a simulated image is called, first word: the mark that goes with the pixels."""


class NoSicdError(UsageError):
    """The image lacks what a SICD must say, or is sampled too coarsely; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Support:
    """What aperture and band support along a direction of the image, 1/m: its middle and its width."""

    middle: float
    width: float


def write_sicd(image: SarImage, file: BinaryIO) -> None:
    """Write a complex image.

    Parameters
    ----------
    image : complex, with its place on earth, its time and its aperture
    file : open for writing bytes, and a file of the system: pixels are written past Python's buffers

    Raises
    ------
    NoSicdError
    """
    aperture = _whole(image)
    frame = image.frame
    assert frame is not None  # noqa: S101 - _whole has seen to it
    grid, pixels = _shadows_down(image, aperture)
    middle = np.array([grid.shape[0] // 2, grid.shape[1] // 2])
    scp = grid.positions(middle[0], middle[1])
    row, column = (np.array(axis) for axis in (grid.row_axis, grid.column_axis))
    supports = [_support(aperture, scp, axis) for axis in (row, column)]
    for support, spacing in zip(supports, (grid.row_spacing, grid.column_spacing), strict=True):
        if support.width * spacing > 1.0:
            message = (
                f"pixels of {spacing:g} m are too coarse for the phase of this image: make them "
                f"{0.9 / support.width:.3g} m or finer for a SICD, or write a .tif"
            )
            raise NoSicdError(message)
    along = (np.arange(grid.shape[0]) - middle[0]) * grid.row_spacing
    across = (np.arange(grid.shape[1]) - middle[1]) * grid.column_spacing
    # Whole turns are left out before the phase is made single precision.
    still_row = np.exp(-2j * np.pi * np.mod(supports[0].middle * along, 1.0)).astype(np.complex64)
    still_column = np.exp(-2j * np.pi * np.mod(supports[1].middle * across, 1.0)).astype(np.complex64)
    tree = _tree(image, aperture, grid, (scp, middle), supports)
    security = sksicd.NitfSecurityFields(clas=NITF_LETTERS[image.origin.classification])
    metadata = sksicd.NitfMetadata(
        xmltree=tree,
        file_header_part=sksicd.NitfFileHeaderPart(ostaid="SIDELOOK", ftitle=_title(image), security=security),
        im_subheader_part=sksicd.NitfImSubheaderPart(isorce=image.origin.source[:42], security=security),
        de_subheader_part=sksicd.NitfDeSubheaderPart(security=security),
    )
    with sksicd.NitfWriter(file, metadata) as writer:
        writer.write_image(pixels.astype(np.complex64) * still_row[:, None] * still_column)


def _title(image: SarImage) -> str:
    return f"{SIMULATED + ' ' if image.origin.simulated else ''}radar image"


def _whole(image: SarImage) -> Aperture:
    """Give the aperture of an image that has all a SICD must say."""
    missing = [
        words
        for words, there in (
            ("a place on earth (center)", image.frame is not None),
            ("a time (begin)", image.begin is not None),
            ("the path of its antenna", image.aperture is not None),
            ("a marking", image.origin.classification in NITF_LETTERS),
            ("its phase", image.pixels.dtype == np.complex64),
        )
        if not there
    ]
    if missing or image.aperture is None:
        message = f"a SICD needs what this image has not: {'; '.join(missing)}"
        raise NoSicdError(message)
    return image.aperture


def _shadows_down(image: SarImage, aperture: Aperture) -> tuple[PlaneGrid, NDArray[Any]]:
    """Give the same pixels with the rows along the axis that leads away from the radar, and the columns to its left.

    So shadows fall downward, as the standard wants them to, and rows by columns point up.
    """
    grid, pixels = image.grid, image.pixels
    rows, columns = grid.shape
    middle = grid.positions(np.array(rows // 2), np.array(columns // 2))
    away = middle - aperture.places[len(aperture.places) // 2]
    axes, spacings = (np.array(grid.row_axis), np.array(grid.column_axis)), (grid.row_spacing, grid.column_spacing)
    if abs(away @ axes[1]) > abs(away @ axes[0]):
        pixels, axes, spacings = pixels.T, axes[::-1], spacings[::-1]
    first = np.array(grid.first)
    row, column = axes
    if away @ row < 0.0:
        first, row, pixels = first + (pixels.shape[0] - 1) * spacings[0] * row, -row, pixels[::-1]
    if np.cross(row, column)[2] < 0.0:
        first, column, pixels = first + (pixels.shape[1] - 1) * spacings[1] * column, -column, pixels[:, ::-1]
    return (
        PlaneGrid(
            first=_triple(first),
            row_axis=_triple(row),
            column_axis=_triple(column),
            row_spacing=spacings[0],
            column_spacing=spacings[1],
            shape=(pixels.shape[0], pixels.shape[1]),
        ),
        pixels,
    )


def _triple(vector: Floats) -> Triple:
    return float(vector[0]), float(vector[1]), float(vector[2])


def _support(aperture: Aperture, scp: Floats, axis: Floats) -> _Support:
    """Give the spatial frequencies along an axis: 2 f / c, by how the range grows along it from each place."""
    line = scp - aperture.places
    slope = (line / np.linalg.norm(line, axis=1)[:, None]) @ axis
    edges = np.multiply.outer(2.0 / SPEED_OF_LIGHT * np.array(aperture.band), slope)
    return _Support(middle=float(0.5 * (edges.min() + edges.max())), width=float(np.ptp(edges)))


def _tree(
    image: SarImage,
    aperture: Aperture,
    grid: PlaneGrid,
    scene: tuple[Floats, NDArray[np.int64]],
    supports: list[_Support],
) -> "lxml.etree._ElementTree":
    """Say all that a SICD must."""
    assert image.frame is not None  # noqa: S101 - seen to before
    assert image.begin is not None  # noqa: S101 - likewise
    scp, middle = scene
    start = datetime.fromtimestamp(image.begin / 1e9, UTC)
    duration = float(aperture.time[-1])
    root = lxml.etree.Element(f"{{{VERSION}}}SICD")
    wrapped = sksicd.ElementWrapper(root)
    origin, (low, high) = image.origin, aperture.band
    wrapped["CollectionInfo"] = {
        "CollectorName": f"{SIMULATED if origin.simulated else 'UNKNOWN'} {origin.platform}".strip(),
        "CoreName": origin.source[:64],
        "CollectType": "MONOSTATIC",
        "RadarMode": {"ModeType": "SPOTLIGHT"},
        "Classification": origin.classification.words,
    }
    wrapped["ImageCreation"] = {"Application": "Sidelook", "Profile": "; ".join(image.processing)[:200]}
    size = {"NumRows": grid.shape[0], "NumCols": grid.shape[1]}
    first = {"FirstRow": 0, "FirstCol": 0, "FullImage": size, "SCPPixel": middle}
    wrapped["ImageData"] = {"PixelType": "RE32F_IM32F", **size, **first}
    wrapped["GeoData"] = _geo_data(image.frame, grid, scp)
    wrapped["Grid"] = {
        "ImagePlane": "GROUND",
        "Type": "PLANE",
        "TimeCOAPoly": np.array([[0.5 * duration]]),
        "Row": _direction(image.frame, grid.row_axis, grid.row_spacing, supports[0]),
        "Col": _direction(image.frame, grid.column_axis, grid.column_spacing, supports[1]),
    }
    wrapped["Timeline"] = {"CollectStart": start, "CollectDuration": duration}
    path = enu_to_ecef(aperture.places, image.frame)
    degree = min(DEGREE, len(path) - 1)
    wrapped["Position"] = {"ARPPoly": np.polynomial.polynomial.polyfit(aperture.time, path, degree)}
    wrapped["RadarCollection"] = {
        "TxFrequency": {"Min": low, "Max": high},
        "TxPolarization": "UNKNOWN",
        "RcvChannels": {"@size": 1, "ChanParameters": [{"@index": 1, "TxRcvPolarization": "UNKNOWN"}]},
    }
    wrapped["ImageFormation"] = {
        "RcvChanProc": {"NumChanProc": 1, "ChanIndex": [1]},
        "TxRcvPolarizationProc": "UNKNOWN",
        "TStartProc": 0.0,
        "TEndProc": duration,
        "TxFrequencyProc": {"MinProc": low, "MaxProc": high},
        "ImageFormAlgo": "OTHER",
        **dict.fromkeys(("STBeamComp", "ImageBeamComp", "AzAutofocus", "RgAutofocus"), "NO"),
    }
    tree = root.getroottree()
    wrapped["SCPCOA"] = sksicd.compute_scp_coa(tree)
    return tree


def _geo_data(frame: LocalFrame, grid: PlaneGrid, scp: Floats) -> dict[str, Any]:
    place = enu_to_ecef(scp, frame)
    last = grid.shape[0] - 1, grid.shape[1] - 1
    rows, columns = np.array([0, 0, last[0], last[0]]), np.array([0, last[1], last[1], 0])
    corners = np.degrees(np.stack(ecef_to_geodetic(enu_to_ecef(grid.positions(rows, columns), frame))[:2], axis=-1))
    return {
        "EarthModel": "WGS_84",
        "SCP": {"ECF": place, "LLH": _degrees(place)},
        "ImageCorners": corners,
    }


def _degrees(place: Floats) -> Floats:
    latitude, longitude, height = ecef_to_geodetic(place)
    return np.array([np.degrees(latitude), np.degrees(longitude), height])


def _direction(frame: LocalFrame, axis: Triple, spacing: float, support: _Support) -> dict[str, Any]:
    return {
        "UVectECF": rotate_enu_to_ecef(np.array(axis), frame),
        "SS": spacing,
        "ImpRespWid": UNIFORM_WIDTH / support.width,
        "Sgn": -1,
        "ImpRespBW": support.width,
        "KCtr": support.middle,
        "DeltaK1": -0.5 * support.width,
        "DeltaK2": 0.5 * support.width,
        "DeltaKCOAPoly": np.array([[0.0]]),
    }
