"""SIDD: detected radar images in NITF, by way of sarkit (NGA.STND.0025-1 and -2, 3.0).

An image is written as it lies on its plane (``PlaneProjection``), turned by quarters until shadows fall downward, in
decibels of sixteen bits (``MONO16I``) from which amplitudes are told back. What is lost is the phase, and what is
fainter than 98 dB below the brightest.
"""

import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

import lxml.etree
import numpy as np
import sarkit.sidd as sksidd

from sidelook.errors import UsageError
from sidelook.formats import sidd_remap as remap
from sidelook.formats.ground_plane import (
    collector_of,
    corner_degrees,
    path_polynomial,
    shadows_down,
    support_of,
    title_of,
)
from sidelook.formats.nitf_letters import NITF_LETTERS
from sidelook.formats.sidd_marking import ISM, VERSION, attributes_of
from sidelook.geometry.frames import LocalFrame, enu_to_ecef, rotate_enu_to_ecef
from sidelook.model.columns import Floats
from sidelook.model.image import Aperture, PlaneGrid, SarImage

if TYPE_CHECKING:
    from collections.abc import Iterable

COMMON = "urn:SICommon:1.0"
SENSOR_LETTERS = 42  # of the NITF field that must repeat the sensor's name
EXTENSION = "ProductCreationExtension"


class NoSiddError(UsageError):
    """The image lacks what a SIDD must say; the text says what to do."""


def write_sidd(image: SarImage, file: BinaryIO, *, now: datetime) -> None:
    """Write amplitudes.

    Parameters
    ----------
    image : with its place on earth, its time, its aperture, its marking and whose marking that is
    file : open for writing bytes, and a file of the system: pixels are written past Python's buffers
    now : when it is written, UTC

    Raises
    ------
    NoSiddError, UnsayableMarkingError
    """
    aperture, frame = _whole(image)
    marking = attributes_of(image.origin, now)
    grid, pixels = shadows_down(image, aperture)
    peak = max((float(np.abs(line).max()) for line in pixels), default=0.0)
    reference = peak if 0.0 < peak < np.inf else 1.0
    root = lxml.etree.Element(f"{{{VERSION}}}SIDD", nsmap={None: VERSION, "sicommon": COMMON, "ism": ISM})
    wrapped = sksidd.ElementWrapper(root)
    wrapped["ProductCreation"] = _creation(image, now)
    wrapped["Display"] = _display(reference)
    wrapped["GeoData"] = _geo_data(grid, frame)
    wrapped["Measurement"] = _measurement(grid, frame, aperture)
    wrapped["ExploitationFeatures"] = _features(image, grid, frame, aperture)
    classification = root.find("{*}ProductCreation/{*}Classification")
    for name, value in marking.items():
        classification.set(name, value)
    security = sksidd.NitfSecurityFields(clas=NITF_LETTERS[image.origin.classification])
    title = title_of(image.origin, "detected radar image")
    metadata = sksidd.NitfMetadata(
        file_header_part=sksidd.NitfFileHeaderPart(ostaid="SIDELOOK", ftitle=title, security=security),
        images=[_checked(root, security)],
    )
    with sksidd.NitfWriter(file, metadata) as writer:
        writer.write_image(0, remap.to_numbers(pixels, reference))


def _whole(image: SarImage) -> tuple[Aperture, LocalFrame]:
    """Give aperture and frame of an image that has all a SIDD must say."""
    missing = [
        words
        for words, there in (
            ("a place on earth (center)", image.frame is not None),
            ("a time (begin)", image.begin is not None),
            ("the path of its antenna", image.aperture is not None),
        )
        if not there
    ]
    if missing or image.aperture is None or image.frame is None:
        message = f"a SIDD needs what this image has not: {'; '.join(missing)}; write a .tif"
        raise NoSiddError(message)
    return image.aperture, image.frame


def _checked(root: Any, security: sksidd.NitfSecurityFields) -> sksidd.NitfProductImageMetadata:  # noqa: ANN401
    """Describe the product to sarkit, which holds it to the schema, and only warns where it does not hold."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        try:
            return sksidd.NitfProductImageMetadata(
                xmltree=root.getroottree(),
                im_subheader_part=sksidd.NitfImSubheaderPart(security=security),
                de_subheader_part=sksidd.NitfDeSubheaderPart(security=security),
            )
        except UserWarning as warning:
            message = f"what is known of this image makes no valid SIDD ({warning}); write a .tif"
            raise NoSiddError(message) from warning


def _creation(image: SarImage, now: datetime) -> dict[str, Any]:
    origin = image.origin
    return {
        "ProcessorInformation": {
            "Application": "Sidelook",
            "ProcessingDateTime": now,
            "Site": "UNKNOWN",
            "Profile": "; ".join(image.processing)[:200],
        },
        "Classification": {},
        "ProductName": title_of(origin, f"{'EXERCISE ' if origin.exercise else ''}radar image"),
        "ProductClass": "Detected Image",
        EXTENSION: [("SOURCE", origin.source)],
    }


def _filter(name: str, operation: str) -> dict[str, Any]:
    bank = {"Predefined": {"DatabaseName": "BILINEAR"}}
    return {"FilterName": name, "FilterBank": bank, "Operation": operation}


def _display(reference: float) -> dict[str, Any]:
    """Say how it is shown: as it is. The remap is ours, so that its name and its parameters stand here."""
    untouched = {"FilterKernel": {"Custom": {"FilterCoefficients": np.ones((1, 1))}}, "Operation": "CONVOLUTION"}
    return {
        "PixelType": "MONO16I",
        "NumBands": 1,
        "NonInteractiveProcessing": [
            {
                "@band": 1,
                "ProductGenerationOptions": {
                    "DataRemapping": {"LUTName": remap.NAME, "Predefined": {"DatabaseName": remap.NAME}}
                },
                "RRDS": {"DownsamplingMethod": "DECIMATE"},
            }
        ],
        "InteractiveProcessing": [
            {
                "@band": 1,
                "GeometricTransform": {
                    "Scaling": {
                        "AntiAlias": _filter("AntiAlias", "CONVOLUTION"),
                        "Interpolation": _filter("Interpolation", "CORRELATION"),
                    },
                    "Orientation": {"ShadowDirection": "DOWN"},
                },
                "SharpnessEnhancement": {
                    "ModularTransferFunctionCompensation": {"FilterName": "none", **untouched},
                },
                "DynamicRangeAdjustment": {"AlgorithmType": "NONE", "BandStatsSource": 1},
            }
        ],
        "DisplayExtension": [(remap.REFERENCE, repr(reference)), (remap.STEP, repr(remap.STEP_DB))],
    }


def _geo_data(grid: PlaneGrid, frame: LocalFrame) -> dict[str, Any]:
    rows, columns = grid.shape
    return {
        "EarthModel": "WGS_84",
        "ImageCorners": corner_degrees(grid, frame, (-0.5, -0.5, rows - 0.5, columns - 0.5)),
        "ValidData": corner_degrees(grid, frame, (0, 0, rows - 1, columns - 1)),
    }


def _middle(grid: PlaneGrid) -> tuple[int, int]:
    return grid.shape[0] // 2, grid.shape[1] // 2


def _measurement(grid: PlaneGrid, frame: LocalFrame, aperture: Aperture) -> dict[str, Any]:
    row, column = _middle(grid)
    last_row, last_column = grid.shape[0] - 1, grid.shape[1] - 1
    return {
        "PlaneProjection": {
            "ReferencePoint": {
                "ECEF": enu_to_ecef(grid.positions(np.array(row), np.array(column)), frame),
                "Point": [row, column],
            },
            "SampleSpacing": [grid.row_spacing, grid.column_spacing],
            "TimeCOAPoly": np.array([[0.5 * float(aperture.time[-1])]]),
            "ProductPlane": {
                "RowUnitVector": rotate_enu_to_ecef(np.array(grid.row_axis), frame),
                "ColUnitVector": rotate_enu_to_ecef(np.array(grid.column_axis), frame),
            },
        },
        "PixelFootprint": list(grid.shape),
        "ARPPoly": path_polynomial(aperture, frame),
        "ValidData": [[0, 0], [0, last_column], [last_row, last_column], [last_row, 0]],
    }


def _features(image: SarImage, grid: PlaneGrid, frame: LocalFrame, aperture: Aperture) -> dict[str, Any]:
    """Say when and from where it was taken, and what it resolves."""
    assert image.begin is not None  # noqa: S101 - _whole has seen to it
    row, column = _middle(grid)
    middle = grid.positions(np.array(row), np.array(column))
    axes = np.array(grid.row_axis), np.array(grid.column_axis)
    resolution = [support_of(aperture, middle, axis).resolution for axis in axes]
    unknown = "UNKNOWN"
    return {
        "Collection": [
            {
                "@identifier": image.origin.source[:64] or unknown,
                "Information": {
                    "SensorName": collector_of(image.origin)[:SENSOR_LETTERS].strip(),
                    "RadarMode": {"ModeType": "SPOTLIGHT"},
                    "CollectionDateTime": datetime.fromtimestamp(image.begin / 1e9, UTC),
                    "CollectionDuration": float(aperture.time[-1]),
                },
                **_geometry(
                    enu_to_ecef(middle, frame), [rotate_enu_to_ecef(axis, frame) for axis in axes], frame, aperture
                ),
            }
        ],
        "Product": [
            {
                "Resolution": resolution,
                "Ellipticity": max(resolution) / min(resolution),
                "Polarization": [{"TxPolarizationProc": unknown, "RcvPolarizationProc": unknown}],
            }
        ],
    }


def _geometry(middle: Floats, axes: "Iterable[Floats]", frame: LocalFrame, aperture: Aperture) -> dict[str, Any]:
    """Give the angles of the standard (Vol. 1, 7.5 and 7.6), where the antenna moved and so has them."""
    path, time = path_polynomial(aperture, frame), 0.5 * float(aperture.time[-1])
    evaluated = np.polynomial.polynomial.polyval(time, path)
    velocity = np.polynomial.polynomial.polyval(time, np.polynomial.polynomial.polyder(path))
    angles = sksidd.compute_angles(middle, evaluated, velocity, *axes)
    found = vars(angles)
    if not np.isfinite(list(found.values())).all():
        return {}
    return {
        "Geometry": {
            "Azimuth": angles.Azimuth,
            "Slope": angles.Slope,
            "Squint": angles.Squint,
            "Graze": angles.Graze,
            "Tilt": angles.Tilt,
            "DopplerConeAngle": angles.DopplerCone,
        },
        "Phenomenology": {
            "Shadow": [angles.Shadow, angles.ShadowMagnitude],
            "Layover": [angles.Layover, angles.LayoverMagnitude],
            "MultiPath": angles.MultiPath,
            "GroundTrack": angles.GroundTrack,
        },
    }
