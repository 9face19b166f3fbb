"""Reading SICD images of any maker, and laying them on the map: the projections are sarkit's (NGA.STND.0024-3)."""

from dataclasses import dataclass
from io import SEEK_END
from math import ceil
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np
import sarkit.sicd as sksicd
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from sidelook.errors import InputError
from sidelook.formats.sicd import SIMULATED
from sidelook.formats.sicd_path import aperture_in, coa_span
from sidelook.geometry.frames import LocalFrame, enu_to_ecef, rotate_ecef_to_enu
from sidelook.model.columns import Floats
from sidelook.model.image import Aperture, PlaneGrid, SarImage, TooLargeImageError, centred_grid
from sidelook.model.origin import Origin, read_classification

if TYPE_CHECKING:
    import lxml.etree

LATTICE = 64  # pixels of the map between places that are projected exactly
LOOKED_AT = 1 << 20  # bytes of the end of a file that the description of a SICD is looked for in
BAND = "ImageFormation/TxFrequencyProc"
MOST_ROWS = 512  # of the map that are made at a time


class SicdError(InputError):
    """The file is no SICD that can be read; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sicd:
    """A SICD as it was read.

    Attributes
    ----------
    pixels : (rows, columns) complex64; None where only what it says of itself was read
    tree : what it says of itself
    source : name of the file
    """

    pixels: NDArray[np.complex64] | None
    tree: "lxml.etree._ElementTree"
    source: str

    def load(self, path: str) -> Any:  # noqa: ANN401 - as the standard has it
        """Give what it says at a path of elements, such as ``Grid/Row/SS``; SicdError where it is missing."""
        value = sksicd.XmlHelper(self.tree).load("/".join(f"{{*}}{part}" for part in path.split("/")))
        if value is None:
            message = f"{self.source} says nothing of {path}; it is no whole SICD"
            raise SicdError(message)
        return value

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return int(self.load("ImageData/NumRows")), int(self.load("ImageData/NumCols"))

    @property
    def origin(self) -> Origin:
        """Who made it, and under what marking; one that is not plainly understood counts as not read."""
        words = self.tree.findtext("{*}CollectionInfo/{*}Classification") or ""
        collector = (self.tree.findtext("{*}CollectionInfo/{*}CollectorName") or "").strip()
        return Origin(
            source=self.source,
            classification=read_classification(words),
            platform=collector,
            version="SICD",
            simulated=collector.upper().startswith(SIMULATED),
        )


def is_sicd(file: BinaryIO) -> bool:
    """Tell whether a file is a NITF that holds a SICD; it is left at its begin."""
    file.seek(0)
    begin, length = file.read(4), file.seek(0, SEEK_END)
    # The description stands after the pixels.
    file.seek(max(length - LOOKED_AT, 0))
    found = begin == b"NITF" and b"urn:SICD:" in file.read()
    file.seek(0)
    return found


def read_sicd(file: BinaryIO, *, source: str, most_pixels: int) -> Sicd:
    """Read a SICD.

    Parameters
    ----------
    file : open for reading, seekable, at its begin
    source : its name
    most_pixels : that may be held; 0 to leave them in the file

    Raises
    ------
    SicdError : truncated, or another kind of NITF
    TooLargeImageError
    """
    try:
        with sksicd.NitfReader(file) as reader:
            tree = reader.metadata.xmltree
            size = tuple(int(tree.findtext(f"{{*}}ImageData/{{*}}{name}")) for name in ("NumRows", "NumCols"))
            pixels = np.asarray(reader.read_image()) if size[0] * size[1] <= most_pixels else None
    except Exception as error:  # sarkit lets through whatever its parsers raise
        message = f"{source} is no whole SICD NITF ({type(error).__name__}: {error}); fetch it again, or try a .tif"
        raise SicdError(message) from error
    if pixels is None and most_pixels:
        message = f"{source} holds {size[0]:,} x {size[1]:,} pixels, more than the {most_pixels:,} held in memory"
        raise TooLargeImageError(message)
    if pixels is not None and pixels.dtype.names:  # pairs of integers, or amplitude and phase
        pixels = _complex_of(pixels)
    return Sicd(pixels=None if pixels is None else pixels.astype(np.complex64, copy=False), tree=tree, source=source)


def _complex_of(pairs: NDArray[Any]) -> NDArray[np.complex64]:
    first, second = (pairs[name].astype(np.float32) for name in cast("tuple[str, ...]", pairs.dtype.names))
    if pairs.dtype.names and pairs.dtype.names[0].lower().startswith("amp"):
        return np.asarray(first * np.exp(2j * np.pi / 256.0 * second), np.complex64)
    return np.asarray(first + 1j * second, np.complex64)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """How a SICD lies on the map, level at the height of its reference point, rows to the north.

    Attributes
    ----------
    frame : at the reference point
    grid : pixels of the map
    begin, end : of the collection, ns UTC
    aperture : see ``sicd_path.aperture_in``
    wanders : how far apart the middles of the aperture of its pixels are, s: a strip map where above zero
    """

    frame: LocalFrame
    grid: PlaneGrid
    begin: int
    end: int
    aperture: Aperture | None
    wanders: float


def map_view(sicd: Sicd, spacing: float | None = None) -> MapView:
    """Say how an image lies on the map; pixels are as far apart as its own over the ground where nothing is given."""
    latitude, longitude, height = (float(value) for value in sicd.load("GeoData/SCP/LLH"))
    frame = LocalFrame(latitude=np.radians(latitude), longitude=np.radians(longitude), height=height)
    corners = _ground_corners(sicd, frame)
    centre, reach = 0.5 * (corners.min(axis=0) + corners.max(axis=0)), np.ptp(corners, axis=0)
    step = spacing or float(max(_ground_steps(sicd, frame)))
    shape = ceil(reach[1] / step), ceil(reach[0] / step)
    begin = round(sicd.load("Timeline/CollectStart").timestamp() * 1e9)
    wanders = coa_span(sicd.load, sicd.shape)
    return MapView(
        frame=frame,
        grid=centred_grid(shape, step, centre=(float(centre[0]), float(centre[1]), 0.0)),
        begin=begin,
        end=begin + round(float(sicd.load("Timeline/CollectDuration")) * 1e9),
        aperture=aperture_in(sicd.load, frame, wanders),
        wanders=float(wanders[1] - wanders[0]),
    )


def map_image(sicd: Sicd, spacing: float | None = None) -> SarImage:
    """Lay an image on the map: amplitudes, level at the height of its reference point, rows to the north.

    Pixels of the map are projected into the image, exactly on a lattice and in between by straight lines, and
    amplitudes interpolated there; what lies outside the image is zero.

    Parameters
    ----------
    sicd : the image, with its pixels
    spacing : of the map's pixels, m; that of the image over the ground where none is given
    """
    assert sicd.pixels is not None  # noqa: S101 - who wants a picture has read them
    view = map_view(sicd, spacing)
    amplitude = np.abs(sicd.pixels)
    pixels = np.zeros(view.grid.shape, np.float32)
    for begin in range(0, len(pixels), MOST_ROWS):
        rows = np.arange(begin, min(begin + MOST_ROWS, len(pixels)))
        places = _pixels_of(sicd, view, rows)
        pixels[rows] = map_coordinates(amplitude, places, order=1, cval=0.0, prefilter=False)
    return SarImage(
        pixels=pixels,
        grid=view.grid,
        frame=view.frame,
        begin=view.begin,
        end=view.end,
        centre_frequency=0.5
        * float(sum(sicd.load(f"ImageFormation/TxFrequencyProc/{name}Proc") for name in ("Min", "Max"))),
        processing=("read from SICD", "laid on the map, level"),
        origin=sicd.origin,
        aperture=view.aperture,
    )


def pixel_steps(sicd: Sicd) -> Floats:
    """Give how far apart rows and columns are, (2,) m."""
    return np.array([sicd.load("Grid/Row/SS"), sicd.load("Grid/Col/SS")])


def reference_pixel(sicd: Sicd) -> Floats:
    """Give row and column, (2,), of the reference point in the file's own pixels."""
    first = np.array([sicd.load("ImageData/FirstRow"), sicd.load("ImageData/FirstCol")], np.float64)
    return np.asarray(sicd.load("ImageData/SCPPixel"), np.float64) - first


def _ground_steps(sicd: Sicd, frame: LocalFrame) -> Floats:
    """Length over the ground of a pixel's step along rows and along columns, at the reference point, m."""
    axes = np.stack([sicd.load("Grid/Row/UVectECF"), sicd.load("Grid/Col/UVectECF")])
    level = rotate_ecef_to_enu(axes, frame)
    # A step in range over the slant plane is longer over the ground, by how steeply that plane stands.
    flat = np.hypot(level[:, 0], level[:, 1])
    return np.asarray(pixel_steps(sicd) / np.maximum(flat, 0.1))


def _ground_corners(sicd: Sicd, frame: LocalFrame) -> Floats:
    """Give (4, 2) east and north, m, of the image's corners at the height of its reference point."""
    rows, columns = sicd.shape
    corners = np.array([[0, 0], [0, columns - 1], [rows - 1, columns - 1], [rows - 1, 0]], np.float64)
    ground, _, _ = sksicd.image_to_ground_plane(
        sicd.tree, (corners - reference_pixel(sicd)) * pixel_steps(sicd), enu_to_ecef(np.zeros(3), frame), _up(frame)
    )
    origin = enu_to_ecef(np.zeros(3), frame)
    return np.asarray(rotate_ecef_to_enu(np.asarray(ground) - origin, frame)[:, :2])


def _up(frame: LocalFrame) -> Floats:
    raised = enu_to_ecef(np.array([0.0, 0.0, 1.0]), frame) - enu_to_ecef(np.zeros(3), frame)
    return np.asarray(raised / np.linalg.norm(raised))


def _pixels_of(sicd: Sicd, view: MapView, rows: NDArray[np.int64]) -> Floats:
    """Give (2, R, C) row and column in the image of the map's pixels in some of its rows."""
    columns = view.grid.shape[1]
    lattice_rows = _lattice(int(rows[0]), int(rows[-1]))
    lattice_columns = _lattice(0, columns - 1)
    places = view.grid.positions(*np.meshgrid(lattice_rows, lattice_columns, indexing="ij"))
    found, _, _ = sksicd.scene_to_image(sicd.tree, enu_to_ecef(places.reshape(-1, 3), view.frame))
    exact = (np.asarray(found) / pixel_steps(sicd) + reference_pixel(sicd)).reshape(
        len(lattice_rows), len(lattice_columns), 2
    )
    share_rows, share_columns = _shares(rows, lattice_rows), _shares(np.arange(columns), lattice_columns)
    meshed = np.meshgrid(share_rows, share_columns, indexing="ij")
    return np.stack([map_coordinates(exact[..., k], meshed, order=1) for k in (0, 1)])


def _lattice(begin: int, end: int) -> Floats:
    return np.linspace(begin, end, max(ceil((end - begin) / LATTICE), 1) + 1)


def _shares(numbers: NDArray[np.int64], lattice: Floats) -> Floats:
    """Where numbers lie in a lattice, counted in its steps."""
    span = lattice[-1] - lattice[0]
    return np.asarray((numbers - lattice[0]) / span * (len(lattice) - 1) if span else np.zeros(len(numbers)))
