"""SIDD against sarkit and grdl, independent implementations of the standard, and against the physics of the images."""

import io
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import lxml.etree
import numpy as np
import pytest
import sarkit.sidd as sksidd
from grdl.geolocation.sar.sidd import SIDDGeolocation
from grdl.IO.sar.sidd import SIDDReader
from sarkit.verification import SiddConsistency
from scipy.signal import resample

from sidelook.errors import InputError, UsageError
from sidelook.formats.sidd import NoSiddError, write_sidd
from sidelook.formats.sidd_reading import SeveralImagesError, SiddError, read_sidd
from sidelook.formats.sidd_remap import STEP_DB
from sidelook.formats.sidd_strip import strip_of
from sidelook.geometry.frames import LocalFrame, enu_to_ecef, enu_to_geodetic, geodetic_to_enu
from sidelook.geometry.wgs84 import ecef_to_geodetic
from sidelook.mission.image_reading import aperture_of
from sidelook.model.image import Chip, OutsideImageError, SarImage, Wanted, centred_grid
from sidelook.model.origin import Classification
from sidelook.sar.backprojection import Forming, backproject
from sidelook.simulation.phase_history import Scatterers, Waveform, simulate_phase_history, straight_flight

FRAME = LocalFrame(latitude=np.radians(39.78), longitude=np.radians(-84.1), height=250.0)
PLACES = np.array([[0.0, 0.0, 0.0], [12.3, -8.4, 0.0], [-15.5, 17.2, 0.0]])
FINE = 0.25
BEGIN = 1_700_000_000 * 10**9
NOW = datetime(2026, 11, 27, tzinfo=UTC)
WHOLE = Wanted(most_pixels=10**8)
FINER = 32
EXAMPLES = Path(__file__).parents[3] / "../shared/data/sar/sarkit_xml"


def made(
    quarters: int = 0,
    stand_off: float = 10e3,
    *,
    tilt: float = 0.0,
    places: np.ndarray[Any, Any] = PLACES,
    grazing: float = 8.0,
) -> SarImage:
    """Make an image of points, seen from one of four sides, on a plane that may rise to the north by an angle, rad."""
    flight = straight_flight(
        stand_off=stand_off, grazing=np.radians(grazing), aperture=0.02 * stand_off, pulses=300, speed=200
    )
    angle = 0.5 * np.pi * quarters
    turn = np.array([[np.cos(angle), -np.sin(angle), 0.0], [np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]])
    flight = replace(flight, navigated=flight.navigated @ turn.T)
    points = Scatterers(places=places, amplitudes=np.array([1.0, 2.0, 1.5], np.complex128)[: len(places)])
    rng = np.random.default_rng(1)
    history = simulate_phase_history(flight, Waveform(bandwidth=250e6), points, rng, frame=FRAME, begin=BEGIN)
    grid = centred_grid((180, 200), FINE)  # so fine that their power is sampled as it must be
    north = np.array([0.0, np.cos(tilt), np.sin(tilt)])
    first = grid.first[0] * np.array([1.0, 0.0, 0.0]) + grid.first[1] * north
    grid = replace(grid, first=tuple(first.tolist()), row_axis=tuple(north.tolist()))
    image = backproject(history, grid, Forming())
    origin = replace(image.origin, classification=Classification.UNCLASSIFIED, nationality="NLD")
    return replace(image, origin=origin, aperture=aperture_of(history))


def written(image: SarImage) -> bytes:
    with tempfile.TemporaryFile() as file:
        write_sidd(image, file, now=NOW)
        file.seek(0)
        return file.read()


@cache
def sample() -> bytes:
    """Give one that is changed and damaged."""
    return written(made())


def product(data: bytes) -> tuple["lxml.etree._ElementTree", np.ndarray[Any, Any]]:
    with sksidd.NitfReader(io.BytesIO(data)) as reader:
        return reader.metadata.images[0].xmltree, reader.read_image(0)


def failures(data: bytes, folder: Path) -> object:
    path = folder / "image.sidd"
    path.write_bytes(data)
    with path.open("rb") as file:
        checks = SiddConsistency.from_file(file)
        checks.check()
    assert len(checks.passes()) >= 15
    return checks.failures()


@pytest.fixture(scope="module", params=[(side, far) for side in range(4) for far in (10e3, 150e3)])
def image(request: pytest.FixtureRequest) -> SarImage:
    """Give an image seen from each side of the scene, from near and from far."""
    return made(*request.param)


def place_of_brightest(found: SarImage) -> np.ndarray[Any, Any]:
    """Give east and north, m, from the scene's reference, of the middle of what is bright."""
    assert found.frame is not None
    weight = np.where(found.amplitude > 0.8 * found.amplitude.max(), found.amplitude, 0.0)
    rows, columns = np.nonzero(weight)
    middle = np.average(found.grid.positions(rows, columns), axis=0, weights=weight[rows, columns])
    return geodetic_to_enu(*enu_to_geodetic(middle, found.frame), FRAME)[:2]


def test_the_checker_of_sarkit_is_silent(image: SarImage, tmp_path: Path) -> None:
    assert not failures(written(image), tmp_path)


def test_known_targets_project_to_where_they_stand(image: SarImage, tmp_path: Path) -> None:
    """Through sarkit from the ground to the pixel, and through grdl back: within 3 cm, at 10 and at 150 km."""
    data = written(image)
    tree, numbers = product(data)
    decibels = (numbers.astype(float) - 65535) * STEP_DB
    amplitude = np.where(numbers > 0, 10 ** (decibels / 20), 0.0)
    path = tmp_path / "image.nitf"
    path.write_bytes(data)
    with SIDDReader(path) as reader:
        geolocation = SIDDGeolocation.from_reader(reader)
    for place in PLACES:
        row, column = sksidd.ecef_to_pixel(tree, enu_to_ecef(place, FRAME))
        top, left = round(float(row)) - 8, round(float(column)) - 8
        fine = amplitude[top : top + 16, left : left + 16] ** 2
        for axis in (0, 1):
            fine = resample(fine, FINER * 16, axis=axis)
        peak = np.array(np.unravel_index(fine.argmax(), fine.shape)) / FINER + [top, left]
        assert np.abs(peak - [row, column]).max() * FINE < 0.03
        latitude, longitude, _ = geolocation.image_to_latlon(float(row), float(column), FRAME.height)
        there = geodetic_to_enu(np.radians(latitude), np.radians(longitude), FRAME.height, FRAME)
        assert np.abs(there - place)[:2].max() < 0.03


def test_read_again_it_lies_on_the_map_where_it_lay(image: SarImage) -> None:
    again = read_sidd(io.BytesIO(written(image)), source="again.sidd", wanted=WHOLE)
    assert again.origin.simulated, "a simulated image stays one"
    assert (again.origin.classification, again.origin.nationality) == (Classification.UNCLASSIFIED, "NLD")
    assert again.origin.codes_read
    assert again.begin == BEGIN
    assert again.grid.row_spacing == pytest.approx(FINE, rel=1e-3)
    assert np.abs(place_of_brightest(again) - PLACES[1, :2]).max() < 0.3
    assert again.amplitude.max() == pytest.approx(image.amplitude.max(), rel=0.15)


def test_amplitudes_come_back_within_half_a_step(image: SarImage) -> None:
    """All but what is fainter than 98 dB below the brightest, which is written as that."""
    tree, numbers = product(written(image))
    told = sksidd.XmlHelper(tree).load("{*}Measurement/{*}PixelFootprint")
    assert tuple(told) == numbers.shape
    reference = float(tree.find("{*}Display/{*}DisplayExtension").text)
    back = reference * 10 ** ((numbers.astype(float) - 65535) * STEP_DB / 20)
    kept = numbers > 1
    amplitudes = np.sort(image.amplitude[image.amplitude > reference * 10 ** (-98 / 20)])
    error = 20 * np.log10(np.sort(back[kept])[-len(amplitudes) :] / amplitudes)
    assert np.abs(error).max() <= 0.5 * STEP_DB * 1.01


def test_a_plane_that_is_not_level_shows_the_ground_where_it_is() -> None:
    """An image formed on a plane that rises by 3 degrees shows a point of level ground elsewhere, by its range."""
    far_point = np.array([[2.0, 18.0, 0.0]])
    tilted = made(tilt=np.radians(3.0), places=far_point, grazing=30.0)
    data = written(tilted)
    tree, numbers = product(data)
    shown = np.array(np.unravel_index(numbers.argmax(), numbers.shape))
    straight = sksidd.ecef_to_pixel(tree, enu_to_ecef(far_point[0], FRAME))
    assert np.abs(shown - straight).max() * FINE > 0.4, "else the test shows nothing"
    again = read_sidd(io.BytesIO(data), source="tilted.sidd", wanted=replace(WHOLE, spacing=0.1))
    assert np.abs(place_of_brightest(again) - far_point[0, :2]).max() < 0.1


def ask_for(image: SarImage, latitude: float, longitude: float, size: float) -> SarImage:
    chip = Chip(place=(np.radians(latitude), np.radians(longitude)), size=size)
    return read_sidd(io.BytesIO(written(image)), source="a.sidd", wanted=replace(WHOLE, chip=chip))


def test_a_part_is_read_where_it_is_asked_for() -> None:
    image = made()
    latitude, longitude, _ = enu_to_geodetic(PLACES[1], FRAME)
    part = ask_for(image, float(np.degrees(latitude)), float(np.degrees(longitude)), 12.0)
    assert part.grid.shape == (48, 48)
    assert np.abs(place_of_brightest(part) - PLACES[1, :2]).max() < 0.3
    assert part.processing[-1] == "laid on the map, level"
    partly = ask_for(image, 39.7802, -84.1, 20.0)
    assert "% of it inside the image" in partly.processing[-1]
    assert 0.4 < float((partly.amplitude > 0).mean()) < 0.6
    with pytest.raises(OutsideImageError, match=r"about 39\.90000,-84\.10000: it spans 39\.77"):
        ask_for(image, 39.9, -84.1, 20.0)


Change = Callable[[sksidd.ElementWrapper], None]


def remade(
    change: Change, pixels: np.ndarray[Any, Any] | None = None, table: np.ndarray[Any, Any] | None = None
) -> bytes:
    """Write by sarkit what it makes of our product with a change of its description."""
    with sksidd.NitfReader(io.BytesIO(sample())) as reader:
        metadata, numbers = reader.metadata, reader.read_image(0)
    change(sksidd.ElementWrapper(metadata.images[0].xmltree.getroot()))
    metadata.images[0].lookup_table = table
    with tempfile.TemporaryFile() as file:
        with sksidd.NitfWriter(file, metadata) as writer:
            writer.write_image(0, numbers if pixels is None else pixels)
        file.seek(0)
        return file.read()


def geographic(told: sksidd.ElementWrapper) -> None:
    """Lay the pixels out by seconds of latitude and longitude."""
    measurement = told["Measurement"]
    plane = measurement["PlaneProjection"]
    reference, times = plane["ReferencePoint"], plane["TimeCOAPoly"]
    measurement["GeographicProjection"] = {
        "ReferencePoint": reference.to_dict(), "SampleSpacing": [0.008, 0.011], "TimeCOAPoly": times,
    }  # fmt: skip
    del measurement["PlaneProjection"]


def cylindrical(told: sksidd.ElementWrapper) -> None:
    """Lay the pixels out along a strip to the north-east."""
    measurement = told["Measurement"]
    plane = measurement["PlaneProjection"]
    reference, times = plane["ReferencePoint"], plane["TimeCOAPoly"]
    measurement["CylindricalProjection"] = {
        "ReferencePoint": reference.to_dict(), "SampleSpacing": [FINE, FINE], "TimeCOAPoly": times,
        "StripmapDirection": (FRAME.axes[0] + FRAME.axes[1]) / np.sqrt(2.0),
    }  # fmt: skip
    del measurement["PlaneProjection"]


def turned(told: sksidd.ElementWrapper) -> None:
    """Turn the plane by 33 degrees about the vertical."""
    plane = told["Measurement"]["PlaneProjection"]["ProductPlane"]
    row, column = plane["RowUnitVector"], plane["ColUnitVector"]
    cos, sin = np.cos(np.radians(33.0)), np.sin(np.radians(33.0))
    plane["RowUnitVector"], plane["ColUnitVector"] = cos * row + sin * column, cos * column - sin * row


@pytest.mark.parametrize("change", [turned, geographic, cylindrical])
def test_products_on_other_surfaces_lie_where_their_standard_says(change: Change) -> None:
    """As sarkit has the standard; but along a strip sarkit is right on the equator alone."""
    tree, _ = product(remade(change))
    pixel = np.array([61, 124])
    numbers = np.full((200, 180), 20_000, np.uint16)
    numbers[pixel[0] - 1 : pixel[0] + 2, pixel[1] - 1 : pixel[1] + 2] = 65_535
    data = remade(change, numbers)
    expected = (np.asarray(sksidd.pixel_to_ecef(tree, pixel)) - FRAME.origin) @ FRAME.axes.T
    if change is cylindrical:
        middle = np.asarray(sksidd.XmlHelper(tree).load("{*}Measurement/*[1]/{*}ReferencePoint/{*}Point"))
        across, along = (pixel - middle) * FINE  # to the south-east and to the north-east
        expected = np.array([along + across, along - across, 0.0]) / np.sqrt(2.0)
        expected += (np.asarray(strip_of(tree).point) - FRAME.origin) @ FRAME.axes.T
    found = read_sidd(io.BytesIO(data), source="a", wanted=replace(WHOLE, spacing=0.1))
    assert np.abs(place_of_brightest(found) - expected[:2]).max() < 0.1
    assert np.abs(expected[:2]).max() > 3.0, "else the test shows nothing"


@pytest.mark.parametrize("direction", [[0.0, 0.6, 0.8], [0.0, 1.0, 1e-3], [0.0, 0.3, -0.9]])
def test_a_strip_is_as_sarkit_has_it_on_the_equator(direction: list[float]) -> None:
    def change(told: sksidd.ElementWrapper) -> None:
        cylindrical(told)
        strip = told["Measurement"]["CylindricalProjection"]
        strip["ReferencePoint"]["ECEF"], strip["StripmapDirection"] = [6378237.0, 0.0, 0.0], direction

    tree, _ = product(remade(change))
    strip = strip_of(tree)
    assert strip is not None
    pixels = np.array([[0.0, 0.0], [61.0, 124.0], [-4e5, 9e5]])
    places = np.asarray(sksidd.pixel_to_ecef(tree, pixels))
    np.testing.assert_allclose(strip.places_of(pixels), places, atol=1e-3)
    np.testing.assert_allclose(strip.pixels_of(places), pixels, atol=1e-2)


def test_a_strip_follows_the_ellipsoid_anywhere() -> None:
    """What osculates it leaves it by the third power of the distance; a radius 1 % off would by 0.3 m at 20 km."""
    strip = strip_of(product(remade(cylindrical))[0])
    assert strip is not None
    along = np.linspace(-20e3, 20e3, 9)
    places = strip.places_of(strip.pixel + np.stack([np.zeros(9), along / FINE], axis=-1))
    _, _, height = ecef_to_geodetic(places)
    assert np.abs(height - height[4]).max() < 0.1


COLOURS = sksidd.PIXEL_TYPES["RGB24I"]["dtype"]


def kind_of(pixel_type: str, bands: int = 1) -> Change:
    def change(told: sksidd.ElementWrapper) -> None:
        told["Display"]["PixelType"] = pixel_type
        told["Display"]["NumBands"] = bands
        for name in ("NonInteractiveProcessing", "InteractiveProcessing"):
            (first,) = (band.to_dict() for band in told["Display"][name])
            del told["Display"][name]
            told["Display"][name] = [first | {"@band": band + 1} for band in range(bands)]

    return change


def remapped(pixel_type: str, name: str) -> Change:
    def change(told: sksidd.ElementWrapper) -> None:
        kind_of(pixel_type)(told)
        element = told.elem.find(".//{*}DataRemapping")
        element[0].text, element[1][0].text = name, name

    return change


GREY = np.full((200, 180), 30, np.uint8)
GREY[80:120, 60:120] = 255


NUMBERS = np.arange(256)
DOWN = (256 - NUMBERS).clip(0, 255).astype(np.uint8)  # 255 is shown as 1, and 30 as 226
GREYS = np.repeat(NUMBERS.astype(np.uint8), 3).view(COLOURS)


@pytest.mark.parametrize(
    ("change", "pixels", "table", "ratio", "said"),
    [
        (remapped("MONO8I", "DENSITY"), GREY, None, 40.0, "told back from the DENSITY remap"),
        (remapped("MONO8I", "high_contrast"), GREY, None, 4.0, "told back from the high_contrast remap"),
        (remapped("MONO8I", "Linear"), GREY, None, 8.5, "linear in amplitude"),
        (remapped("MONO8I", "PEDF"), GREY, None, 8.5, "remap PEDF not undone"),
        (remapped("MONO16I", "NRL"), GREY.astype(np.uint16) * 100, None, 8.5, "remap NRL not undone"),
        (kind_of("MONO8LU"), GREY, DOWN, 1 / 226, "by its table"),
        (kind_of("MONO8LU"), GREY, (NUMBERS * 7).astype(np.uint16), 8.5, "by its table"),
        (kind_of("RGB24I", 3), GREYS[GREY], None, 8.5, "brightness of its colours"),
        (kind_of("RGB8LU", 3), GREY, GREYS, 8.5, "by its table"),
    ],
)
def test_every_kind_of_pixel_becomes_brightness(
    change: Change, pixels: np.ndarray[Any, Any], table: np.ndarray[Any, Any] | None, ratio: float, said: str
) -> None:
    found = read_sidd(io.BytesIO(remade(change, pixels, table)), source="a", wanted=WHOLE)
    assert found.amplitude[90, 100] / found.amplitude[5, 5] == pytest.approx(ratio, rel=1e-3)
    assert said in found.processing[1]


@pytest.mark.parametrize("version", ["1.0.0", "2.0.0", "3.0.0"])
def test_products_of_every_edition_by_another_maker_are_read(version: str) -> None:
    example = EXAMPLES / f"example-sidd-{version}.xml"
    if not example.is_file():
        pytest.skip("needs the examples of SIDD beside the project")
    tree = lxml.etree.parse(example)
    shape = sksidd.XmlHelper(tree).load("{*}Measurement/{*}PixelFootprint")
    pixel = np.array([71, 212])
    numbers = np.full(shape, 30, np.uint8)
    numbers[pixel[0] - 2 : pixel[0] + 3, pixel[1] - 2 : pixel[1] + 3] = 255
    security = sksidd.NitfSecurityFields(clas="U")
    image = sksidd.NitfProductImageMetadata(
        xmltree=tree,
        im_subheader_part=sksidd.NitfImSubheaderPart(security=security),
        de_subheader_part=sksidd.NitfDeSubheaderPart(security=security),
    )
    header = sksidd.NitfFileHeaderPart(ostaid="x", security=security)
    with tempfile.TemporaryFile() as file:
        with sksidd.NitfWriter(file, sksidd.NitfMetadata(file_header_part=header, images=[image])) as writer:
            writer.write_image(0, numbers)
        found = read_sidd(file, source="example", wanted=replace(WHOLE, spacing=0.5))
    assert found.origin.classification is Classification.UNCLASSIFIED
    place = np.asarray(sksidd.pixel_to_ecef(tree, pixel))
    assert found.frame is not None
    bright = found.amplitude > 0.5 * found.amplitude.max()
    middle = found.grid.positions(*np.nonzero(bright)).mean(axis=0)
    assert np.linalg.norm(enu_to_ecef(middle, found.frame) - place) < 0.5


def test_one_that_does_not_hold_to_its_schema_in_all_is_read() -> None:
    """As not all that makers deliver does; warnings would be errors here."""
    data = sample().replace(b"<NumBands>1</NumBands>", b"<NumBats_>1</NumBats_>")
    assert place_of_brightest(read_sidd(io.BytesIO(data), source="a", wanted=WHOLE))[0] == pytest.approx(12.3, abs=0.3)


def test_of_several_images_one_must_be_chosen() -> None:
    with sksidd.NitfReader(io.BytesIO(sample())) as reader:
        metadata, numbers = reader.metadata, reader.read_image(0)
    metadata.images = [metadata.images[0], metadata.images[0]]
    with tempfile.TemporaryFile() as file:
        with sksidd.NitfWriter(file, metadata) as writer:
            writer.write_image(0, numbers)
            writer.write_image(1, numbers[::-1])
        file.seek(0)
        with pytest.raises(SeveralImagesError, match=r"2 images: say which with --say image=1 .* image=2"):
            read_sidd(file, source="two.sidd", wanted=WHOLE)
        first, second = (read_sidd(file, source="two.sidd", wanted=replace(WHOLE, number=k)) for k in (1, 2))
        with pytest.raises(SeveralImagesError, match="2 images"):
            read_sidd(file, source="two.sidd", wanted=replace(WHOLE, number=3))
    assert np.abs(place_of_brightest(first) - PLACES[1, :2]).max() < 0.3
    assert np.abs(place_of_brightest(second) - PLACES[1, :2]).max() > 5.0


def test_what_a_sidd_needs_and_an_image_lacks_is_said() -> None:
    image = made()
    with pytest.raises(NoSiddError, match=r"center.*begin.*antenna"):
        write_sidd(replace(image, frame=None, begin=None, aperture=None), io.BytesIO(), now=NOW)


def test_amplitudes_without_a_phase_are_enough(tmp_path: Path) -> None:
    image = made()
    assert not failures(written(replace(image, pixels=image.amplitude)), tmp_path)
    empty = written(replace(image, pixels=np.zeros(image.grid.shape, np.float32)))
    assert not failures(empty, tmp_path)
    assert not read_sidd(io.BytesIO(empty), source="a", wanted=WHOLE).amplitude.any()


@pytest.mark.parametrize("keep", [0, 3, 400, 0.5, 0.999])
def test_a_file_cut_short_is_refused_in_one_sentence(keep: float) -> None:
    data = sample()
    cut = data[: round(keep * len(data)) if keep < 1 else int(keep)]
    with pytest.raises(SiddError, match="no whole SIDD"):
        read_sidd(io.BytesIO(cut), source="cut.sidd", wanted=WHOLE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b">200</sicommon:Row>", b">999</sicommon:Row>"),
        (b"<PixelType>MONO16I</PixelType>", b"<PixelType>MONO8II</PixelType>"),
        (b"<PixelType>MONO16I</PixelType>", b"<PixelType>MONO8I</PixelType> "),
        (b'_STEP_DB">0.0015<', b'_STEP_DB">-0.015<'),
        (b"PlaneProjection", b"PlainProjection"),
        (b"ARPPoly", b"ARPPoll"),
        (b"CollectionDuration", b"CollectionDurations"[:18].upper()),
        (b"<sicommon:X>", b"<sicommon:Q>"),
        (b"<SIDD ", b"<SODD "),
    ],
)
def test_what_a_hostile_description_says_is_refused(old: bytes, new: bytes) -> None:
    data = sample()
    assert old in data
    with pytest.raises(SiddError, match="SIDD"):
        read_sidd(io.BytesIO(data.replace(old, new)), source="bad.sidd", wanted=WHOLE)


@pytest.mark.parametrize("seed", range(4))
def test_damage_anywhere_ends_in_an_image_or_a_typed_error(seed: int) -> None:
    data, rng = sample(), np.random.default_rng(seed)
    told = data.index(b"urn:SIDD:") - 20
    for _ in range(25):
        damaged = bytearray(data)
        for place in rng.choice(np.r_[0:1000, told : len(data)], 2):
            damaged[place] = rng.choice(np.frombuffer(b'0123456789.-eE<>"/ aN\x00\xff', np.uint8))
        with suppress(InputError, UsageError):
            assert read_sidd(io.BytesIO(bytes(damaged)), source="bad", wanted=WHOLE).amplitude.size


@pytest.mark.parametrize(
    ("name", "value", "colours"),
    [("NBPR", b"0002", False), ("NBPC", b"0002", False), ("IC", b"NM", False), ("IMODE", b"S", True)],
)
def test_pixels_that_do_not_stand_row_by_row_are_refused(name: str, value: bytes, *, colours: bool) -> None:
    data = bytearray(remade(kind_of("RGB24I", 3), GREYS[GREY]) if colours else sample())
    with sksidd.NitfReader(io.BytesIO(bytes(data))) as reader:
        offset = reader.jbp["ImageSegments"][0]["subheader"][name].get_offset()
    data[offset : offset + len(value)] = value
    with pytest.raises(SiddError, match="in blocks"):
        read_sidd(io.BytesIO(bytes(data)), source="blocks.sidd", wanted=WHOLE)
