"""SICD: complex radar images in NITF, by way of sarkit (NGA.STND.0024-1 and -2, 1.4.0; projections NGA.STND.0024-3).

An image on a plane is written as one on a ground plane (``PLANE``), turned by quarters until shadows fall downward. The
carrier is taken out, as the standard asks: the zero of its spectrum is the middle of what aperture and band support
(``KCtr``).
"""

from datetime import UTC, datetime
from typing import Any, BinaryIO

import lxml.etree
import numpy as np
import sarkit.sicd as sksicd
from numpy.typing import NDArray

from sidelook.errors import UsageError
from sidelook.formats.ground_plane import (
    Support,
    collector_of,
    corner_degrees,
    path_polynomial,
    shadows_down,
    support_of,
    title_of,
)
from sidelook.formats.nitf_letters import NITF_LETTERS
from sidelook.geometry.frames import LocalFrame, enu_to_ecef, rotate_enu_to_ecef
from sidelook.geometry.wgs84 import ecef_to_geodetic
from sidelook.model.columns import Floats
from sidelook.model.image import Aperture, PlaneGrid, SarImage, Triple

VERSION = "urn:SICD:1.4.0"


class NoSicdError(UsageError):
    """The image lacks what a SICD must say, or is sampled too coarsely; the text says what to do."""


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
    grid, pixels = shadows_down(image, aperture)
    middle = np.array([grid.shape[0] // 2, grid.shape[1] // 2])
    scp = grid.positions(middle[0], middle[1])
    row, column = (np.array(axis) for axis in (grid.row_axis, grid.column_axis))
    supports = [support_of(aperture, scp, axis) for axis in (row, column)]
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
        file_header_part=sksicd.NitfFileHeaderPart(
            ostaid="SIDELOOK", ftitle=title_of(image.origin, "radar image"), security=security
        ),
        im_subheader_part=sksicd.NitfImSubheaderPart(isorce=image.origin.source[:42], security=security),
        de_subheader_part=sksicd.NitfDeSubheaderPart(security=security),
    )
    with sksicd.NitfWriter(file, metadata) as writer:
        writer.write_image(pixels.astype(np.complex64) * still_row[:, None] * still_column)


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


def _tree(
    image: SarImage,
    aperture: Aperture,
    grid: PlaneGrid,
    scene: tuple[Floats, NDArray[np.int64]],
    supports: list[Support],
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
        "CollectorName": collector_of(origin),
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
    wrapped["Position"] = {"ARPPoly": path_polynomial(aperture, image.frame)}
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
    return {
        "EarthModel": "WGS_84",
        "SCP": {"ECF": place, "LLH": _degrees(place)},
        "ImageCorners": corner_degrees(grid, frame, (0, 0, *last)),
    }


def _degrees(place: Floats) -> Floats:
    latitude, longitude, height = ecef_to_geodetic(place)
    return np.array([np.degrees(latitude), np.degrees(longitude), height])


def _direction(frame: LocalFrame, axis: Triple, spacing: float, support: Support) -> dict[str, Any]:
    return {
        "UVectECF": rotate_enu_to_ecef(np.array(axis), frame),
        "SS": spacing,
        "ImpRespWid": support.resolution,
        "Sgn": -1,
        "ImpRespBW": support.width,
        "KCtr": support.middle,
        "DeltaK1": -0.5 * support.width,
        "DeltaK2": 0.5 * support.width,
        "DeltaKCOAPoly": np.array([[0.0]]),
    }
