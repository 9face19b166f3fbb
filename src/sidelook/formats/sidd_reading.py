"""Reading SIDD products of any maker, and laying them on the map: headers and geometry are sarkit's."""

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import sarkit.sidd as sksidd
from numpy.typing import NDArray

from sidelook.errors import InputError, SidelookError, UsageError
from sidelook.formats.ground_plane import platform_of
from sidelook.formats.laying import ground_of, lay
from sidelook.formats.sidd_marking import read_marking
from sidelook.formats.sidd_plane import ProductPlane, plane_of
from sidelook.formats.sidd_remap import Brightness, brightness_of, luminance
from sidelook.formats.sidd_strip import Strip, strip_of
from sidelook.geometry.frames import LocalFrame
from sidelook.geometry.wgs84 import ecef_to_geodetic
from sidelook.model.columns import Floats, Singles
from sidelook.model.image import SarImage, Wanted
from sidelook.model.origin import Origin

if TYPE_CHECKING:
    import lxml.etree

COLLECTION = "ExploitationFeatures/Collection/Information"
BITS = 8
PLAIN = {"NBPR": 1, "NBPC": 1, "IC": "NC"}
"""Of a segment whose pixels stand in the file row by row."""


class SiddError(InputError):
    """The file is no SIDD that can be read; the text says why."""


class SeveralImagesError(UsageError):
    """The file holds several images, and it was not said which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Rows of an image that stand together in the file: the first of them, how many, and where their bytes begin."""

    first: int
    rows: int
    offset: int


@dataclass(frozen=True, kw_only=True)
class Sidd:
    """A product image of a SIDD that is open.

    Attributes
    ----------
    file : which must stay open
    name : of it
    tree : what the product says of itself
    segments : of its pixels, in order
    dtype : of a pixel
    brightness : what its numbers mean
    """

    file: BinaryIO
    name: str
    tree: "lxml.etree._ElementTree"
    segments: tuple[Segment, ...]
    dtype: "np.dtype[Any]"
    brightness: Brightness

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = load(self.tree, "Measurement/PixelFootprint")
        return int(rows), int(columns)

    @cached_property
    def plane(self) -> ProductPlane | None:
        """Where it is a product on a plane, that plane and the path of the antenna."""
        return plane_of(self.tree)

    @cached_property
    def strip(self) -> Strip | None:
        """Where it is a product along a strip, that strip."""
        return strip_of(self.tree)

    def read(self, rows: slice, columns: slice) -> Singles:
        """Give the amplitudes of a part; SiddError where the file ends before."""
        numbers = np.empty((rows.stop - rows.start, columns.stop - columns.start), self.dtype)
        line = self.shape[1] * self.dtype.itemsize
        for segment in self.segments:
            for row in range(max(rows.start, segment.first), min(rows.stop, segment.first + segment.rows)):
                self.file.seek(segment.offset + (row - segment.first) * line + columns.start * self.dtype.itemsize)
                numbers[row - rows.start] = self._pixels(numbers.shape[1])
        if self.dtype.names:
            return luminance(numbers)
        return self.brightness.table[numbers]

    def _pixels(self, count: int) -> NDArray[Any]:
        data = self.file.read(count * self.dtype.itemsize)
        if len(data) < count * self.dtype.itemsize:
            message = f"{self.name} ends within its pixels; fetch it again"
            raise SiddError(message)
        return np.frombuffer(data, self.dtype)

    def pixels_of(self, places: Floats) -> Floats:
        """Give (N, 2) row and column of (N, 3) places, ECEF, m: on a plane, where the same echo is shown."""
        if self.strip is not None:
            return self.strip.pixels_of(places)
        shown = places if self.plane is None else self.plane.shown_at(places)
        return np.asarray(sksidd.ecef_to_pixel(self.tree, shown), np.float64)

    def places_of(self, pixels: Floats) -> Floats:
        """Give the (N, 3) places, ECEF, m, of (N, 2) row and column, on the product's own surface."""
        if self.strip is not None:
            return self.strip.places_of(pixels)
        return np.asarray(sksidd.pixel_to_ecef(self.tree, pixels), np.float64)


def load(tree: "lxml.etree._ElementTree", path: str) -> Any:  # noqa: ANN401 - as the standard has it
    """Give what a product says at a path of elements; ValueError where it says nothing."""
    value = sksidd.XmlHelper(tree).load("/".join(f"{{*}}{part}" for part in path.split("/")))
    if value is None:
        message = f"nothing is said of {path}"
        raise ValueError(message)
    return value


def read_sidd(file: BinaryIO, *, source: str, wanted: Wanted) -> SarImage:
    """Read a product, or the part of it that is wanted, and lay it on the map: level, rows to the north.

    Parameters
    ----------
    file : open for reading, seekable
    source : its name
    wanted : of it; the map is level at the height of the product's point of reference

    Raises
    ------
    SiddError : truncated, compressed, or another kind of NITF
    SeveralImagesError, TooLargeImageError, OutsideImageError
    """
    try:
        reader = _reader(file)
        number = _chosen(reader, source, wanted.number)
        sidd = _opened(file, reader, source, number)
        frame = _reference_frame(sidd)
        ground = ground_of(frame, _corners(sidd, frame), _step(sidd))
        origin = _origin(reader, number, source)
        begin = round(load(sidd.tree, f"{COLLECTION}/CollectionDateTime").timestamp() * 1e9)
        duration = round(float(load(sidd.tree, f"{COLLECTION}/CollectionDuration")) * 1e9)
    except SidelookError:
        raise
    except Exception as error:  # sarkit lets through whatever its parsers raise
        message = f"{source} is no whole SIDD NITF ({type(error).__name__}: {error}); fetch it again, or try a .tif"
        raise SiddError(message) from error
    laid = lay(sidd, ground, wanted)
    return SarImage(
        pixels=laid.pixels,
        grid=laid.grid,
        frame=laid.frame,
        begin=begin,
        end=begin + duration,
        centre_frequency=np.nan,
        processing=("read from SIDD", sidd.brightness.said, *laid.said),
        origin=origin,
    )


def _reader(file: BinaryIO) -> sksidd.NitfReader:
    """Read the headers and the descriptions; that one does not hold to its schema in all is no reason to refuse it."""
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return sksidd.NitfReader(file)


def _chosen(reader: sksidd.NitfReader, source: str, wanted: int | None) -> int:
    """Give the index of the image wanted."""
    images = reader.metadata.images
    if not images:
        message = f"{source} is no whole SIDD NITF: no product image in it can be read; fetch it again, or try a .tif"
        raise SiddError(message)
    if wanted is None and len(images) == 1:
        return 0
    if wanted is not None and wanted <= len(images):
        return wanted - 1
    names = (image.xmltree.findtext("{*}ProductCreation/{*}ProductName") or "" for image in images)
    listed = ", ".join(f"image={number} ({name.strip()[:40]})" for number, name in enumerate(names, start=1))
    message = f"{source} holds {len(images)} image{'s' * (len(images) > 1)}: say which with --say {listed}"
    raise SeveralImagesError(message)


def _opened(file: BinaryIO, reader: sksidd.NitfReader, source: str, number: int) -> Sidd:
    image = reader.metadata.images[number]
    pixel_type = image.xmltree.findtext("{*}Display/{*}PixelType")
    sidd = Sidd(
        file=file,
        name=source,
        tree=image.xmltree,
        segments=_segments(reader, source, number),
        dtype=sksidd.PIXEL_TYPES[pixel_type]["dtype"].newbyteorder(">"),
        brightness=brightness_of(image.xmltree, image.lookup_table),
    )
    rows, columns = sidd.shape
    headers = _headers(reader, number)
    bytes_said = {header["NBPP"].value * header["NBANDS"].value // BITS for header in headers}
    columns_said = {header["NCOLS"].value for header in headers}
    if (
        sum(part.rows for part in sidd.segments) != rows
        or columns_said != {columns}
        or bytes_said != {sidd.dtype.itemsize}
    ):
        message = f"its description of {rows} x {columns} pixels {pixel_type} is not what the file holds"
        raise ValueError(message)
    return sidd


def _headers(reader: sksidd.NitfReader, number: int) -> list[Any]:
    """Give the subheaders of the segments of an image."""
    return [reader.jbp["ImageSegments"][index]["subheader"] for index in _indices(reader, number)]


def _indices(reader: sksidd.NitfReader, number: int) -> list[int]:
    return sksidd.product_image_segment_mapping(reader.jbp)[f"SIDD{number + 1:03d}"]


def _segments(reader: sksidd.NitfReader, source: str, number: int) -> tuple[Segment, ...]:
    found: list[Segment] = []
    for index, header in zip(_indices(reader, number), _headers(reader, number), strict=True):
        apart = header["NBANDS"].value > 1 and header["IMODE"].value != "P"  # a plane for each colour
        if apart or any(header[name].value != value for name, value in PLAIN.items()):
            message = (
                f"{source} holds pixels that are compressed or in blocks ({header['IC'].value}): write it without "
                "compression, in one block, with the program it came from"
            )
            raise SiddError(message)
        offset = reader.jbp["ImageSegments"][index]["Data"].get_offset()
        first = found[-1].first + found[-1].rows if found else 0
        found.append(Segment(first=first, rows=header["NROWS"].value, offset=offset))
    return tuple(found)


def _origin(reader: sksidd.NitfReader, number: int, source: str) -> Origin:
    """Say who made a product, and under what marking."""
    metadata, image = reader.metadata, reader.metadata.images[number]
    parts = (metadata.file_header_part, image.im_subheader_part, image.de_subheader_part)
    marking = read_marking(image.xmltree, [part.security for part in parts])
    platform, simulated = platform_of(
        image.xmltree.findtext(f"{{*}}{COLLECTION.replace('/', '/{*}')}/{{*}}SensorName") or ""
    )
    return Origin(
        source=source,
        classification=marking.level,
        codes_read=marking.plain,
        nationality=marking.owner,
        platform=platform,
        version="SIDD",
        simulated=simulated,
    )


def _reference(tree: "lxml.etree._ElementTree") -> Floats:
    """Give the point of reference, ECEF, m."""
    value = sksidd.XmlHelper(tree).load("{*}Measurement//{*}ReferencePoint/{*}ECEF")
    if value is None:
        message = "nothing is said of its point of reference"
        raise ValueError(message)
    return np.asarray(value, np.float64)


def _reference_frame(sidd: Sidd) -> LocalFrame:
    latitude, longitude, height = (float(value) for value in ecef_to_geodetic(_reference(sidd.tree)))
    return LocalFrame(latitude=latitude, longitude=longitude, height=height)


def _corners(sidd: Sidd, frame: LocalFrame) -> Floats:
    """Give the (4, 3) places, ECEF, m, of the outer pixels at the corners."""
    rows, columns = sidd.shape
    corners = np.array([[0, 0], [0, columns - 1], [rows - 1, columns - 1], [rows - 1, 0]], np.float64)
    places = sidd.places_of(corners)
    return places if sidd.plane is None else sidd.plane.seen_at(places, frame)


def _step(sidd: Sidd) -> float:
    """Length of a pixel over the ground at the middle of the image, the larger of its sides, m."""
    middle = 0.5 * np.array(sidd.shape)
    places = sidd.places_of(middle + np.array([[0, 0], [1, 0], [0, 1]]))
    return float(np.linalg.norm(places[1:] - places[0], axis=1).max())
