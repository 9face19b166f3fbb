"""Reading SICD images of any maker, and laying them on the map: the projections are sarkit's (NGA.STND.0024-3)."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np
import sarkit.sicd as sksicd
from numpy.typing import NDArray

from sidelook.errors import InputError, SidelookError
from sidelook.formats.ground_plane import platform_of
from sidelook.formats.laying import ground_of, lay, whole_grid
from sidelook.formats.sicd_path import aperture_in, coa_span
from sidelook.geometry.frames import LocalFrame, enu_to_ecef, rotate_ecef_to_enu
from sidelook.model.columns import Floats, Singles
from sidelook.model.image import Aperture, PlaneGrid, SarImage, Wanted
from sidelook.model.origin import Origin, read_classification

if TYPE_CHECKING:
    import lxml.etree


class SicdError(InputError):
    """The file is no SICD that can be read; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Sicd:
    """A SICD.

    Attributes
    ----------
    reader : of its file, which must be open when pixels are read
    tree : what it says of itself
    name : of the file
    """

    reader: Any
    tree: "lxml.etree._ElementTree"
    name: str

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return int(self.load("ImageData/NumRows")), int(self.load("ImageData/NumCols"))

    @cached_property
    def steps(self) -> Floats:
        """Between rows and between columns, m in the plane of the image."""
        return np.array([self.load("Grid/Row/SS"), self.load("Grid/Col/SS")])

    @cached_property
    def reference(self) -> Floats:
        """Row and column of the scene's centre point."""
        first = np.array([self.load("ImageData/FirstRow"), self.load("ImageData/FirstCol")], np.float64)
        return np.asarray(self.load("ImageData/SCPPixel"), np.float64) - first

    def load(self, path: str) -> Any:  # noqa: ANN401 - as the standard has it
        """Give what it says at a path of elements, such as ``Grid/Row/SS``; SicdError where it is missing."""
        value = sksicd.XmlHelper(self.tree).load("/".join(f"{{*}}{part}" for part in path.split("/")))
        if value is None:
            message = f"{self.name} says nothing of {path}; it is no whole SICD"
            raise SicdError(message)
        return value

    @property
    def origin(self) -> Origin:
        """Who made it, and under what marking; one that is not plainly understood counts as not read."""
        words = self.tree.findtext("{*}CollectionInfo/{*}Classification") or ""
        platform, simulated = platform_of(self.tree.findtext("{*}CollectionInfo/{*}CollectorName") or "")
        return Origin(
            source=self.name,
            classification=read_classification(words),
            platform=platform,
            version="SICD",
            simulated=simulated,
        )

    def read(self, rows: slice, columns: slice) -> Singles:
        """Give the amplitudes of a part; SicdError where the file ends before."""
        try:
            pixels, _ = self.reader.read_sub_image(rows.start, columns.start, rows.stop, columns.stop)
        except SidelookError:  # of a server: it says where
            raise
        except Exception as error:  # sarkit lets through whatever it meets
            raise SicdError(broken_words(self.name, error)) from error
        if pixels.dtype.names:  # pairs of integers, or amplitude and phase
            pixels = _complex_of(pixels)
        return np.asarray(np.abs(pixels), np.float32)

    def pixels_of(self, places: Floats) -> Floats:
        """Give (N, 2) row and column of (N, 3) places, ECEF, m."""
        found, _, _ = sksicd.scene_to_image(self.tree, places)
        return np.asarray(np.asarray(found) / self.steps + self.reference)


def broken_words(name: str, error: Exception) -> str:
    """Say that a file is no whole SICD."""
    return f"{name} is no whole SICD NITF ({type(error).__name__}: {error}); fetch it again, or try a .tif"


def _complex_of(pairs: NDArray[Any]) -> NDArray[np.complex64]:
    first, second = (pairs[name].astype(np.float32) for name in cast("tuple[str, ...]", pairs.dtype.names))
    if pairs.dtype.names and pairs.dtype.names[0].lower().startswith("amp"):
        return np.asarray(first * np.exp(2j * np.pi / 256.0 * second), np.complex64)
    return np.asarray(first + 1j * second, np.complex64)


def describe_sicd(file: BinaryIO, *, source: str) -> Sicd:
    """Read what a SICD says of itself, its pixels left in the file.

    Raises
    ------
    SicdError : truncated, or another kind of NITF
    """
    try:
        reader = sksicd.NitfReader(file)
        return Sicd(reader=reader, tree=reader.metadata.xmltree, name=source)
    except SidelookError:  # of a server: it says where
        raise
    except Exception as error:  # sarkit lets through whatever its parsers raise
        raise SicdError(broken_words(source, error)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """How a SICD lies on the map, level at the height of its reference point, rows to the north.

    Attributes
    ----------
    frame : at the reference point
    grid : pixels of the map, as far apart as the image's own over the ground
    begin : of the collection, ns UTC
    aperture : see ``sicd_path.aperture_in``
    wanders : how far apart the middles of the aperture of its pixels are, s: a strip map where above zero
    """

    frame: LocalFrame
    grid: PlaneGrid
    begin: int
    aperture: Aperture | None
    wanders: float


def map_view(sicd: Sicd) -> MapView:
    """Say how an image lies on the map."""
    frame = _reference_frame(sicd)
    ground = ground_of(frame, _corners(sicd, frame), float(max(_ground_steps(sicd, frame))))
    middles = coa_span(sicd.load, sicd.shape)
    return MapView(
        frame=frame,
        grid=whole_grid(ground, ground.step),
        begin=round(sicd.load("Timeline/CollectStart").timestamp() * 1e9),
        aperture=aperture_in(sicd.load, frame, middles),
        wanders=middles[1] - middles[0],
    )


def read_sicd(file: BinaryIO, *, source: str, wanted: Wanted) -> SarImage:
    """Read a SICD, or the part of it that is wanted, and lay it on the map: amplitudes, level, rows to the north.

    Parameters
    ----------
    file : open for reading, seekable, at its begin
    source : its name
    wanted : of it; the map is level at the height of the scene's centre point

    Raises
    ------
    SicdError : truncated, or another kind of NITF
    TooLargeImageError, OutsideImageError
    """
    sicd = describe_sicd(file, source=source)
    try:
        frame = _reference_frame(sicd)
        ground = ground_of(frame, _corners(sicd, frame), float(max(_ground_steps(sicd, frame))))
        begin = round(sicd.load("Timeline/CollectStart").timestamp() * 1e9)
        end = begin + round(float(sicd.load("Timeline/CollectDuration")) * 1e9)
        low, high = (float(sicd.load(f"ImageFormation/TxFrequencyProc/{name}Proc")) for name in ("Min", "Max"))
        middles = coa_span(sicd.load, sicd.shape)
    except SidelookError:
        raise
    except Exception as error:  # sarkit lets through whatever its parsers raise
        raise SicdError(broken_words(source, error)) from error
    laid = lay(sicd, ground, wanted)
    return SarImage(
        pixels=laid.pixels,
        grid=laid.grid,
        frame=laid.frame,
        begin=begin,
        end=end,
        centre_frequency=0.5 * (low + high),
        processing=("read from SICD", *laid.said),
        origin=sicd.origin,
        aperture=aperture_in(sicd.load, laid.frame, middles),
    )


def _reference_frame(sicd: Sicd) -> LocalFrame:
    latitude, longitude, height = (float(value) for value in sicd.load("GeoData/SCP/LLH"))
    return LocalFrame(latitude=np.radians(latitude), longitude=np.radians(longitude), height=height)


def _ground_steps(sicd: Sicd, frame: LocalFrame) -> Floats:
    """Length over the ground of a pixel's step along rows and along columns, at the reference point, m."""
    axes = np.stack([sicd.load("Grid/Row/UVectECF"), sicd.load("Grid/Col/UVectECF")])
    level = rotate_ecef_to_enu(axes, frame)
    # A step in range over the slant plane is longer over the ground, by how steeply that plane stands.
    flat = np.hypot(level[:, 0], level[:, 1])
    return np.asarray(sicd.steps / np.maximum(flat, 0.1))


def _corners(sicd: Sicd, frame: LocalFrame) -> Floats:
    """Give the (4, 3) places, ECEF, m, of the image's corners at the height of its reference point."""
    rows, columns = sicd.shape
    corners = np.array([[0, 0], [0, columns - 1], [rows - 1, columns - 1], [rows - 1, 0]], np.float64)
    grid_places = (corners - sicd.reference) * sicd.steps
    ground, _, _ = sksicd.image_to_ground_plane(sicd.tree, grid_places, enu_to_ecef(np.zeros(3), frame), frame.axes[2])
    return np.asarray(ground)
