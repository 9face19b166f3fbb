"""SICD against sarkit, an independent implementation of the standard: its checker is silent, its projections fit."""

import io
import tempfile
from dataclasses import replace
from pathlib import Path

import lxml.etree
import numpy as np
import pytest
import sarkit.sicd as sksicd
from sarkit.verification import SicdConsistency
from scipy.signal import resample

from sidelook.formats.nitf_kind import kind_of_nitf
from sidelook.formats.sicd import NoSicdError, write_sicd
from sidelook.formats.sicd_reading import SicdError, read_sicd
from sidelook.geometry.frames import LocalFrame, enu_to_ecef, enu_to_geodetic
from sidelook.mission.image_reading import aperture_of
from sidelook.model.image import SarImage, TooLargeImageError, Wanted, centred_grid
from sidelook.model.origin import Classification
from sidelook.sar.backprojection import Forming, backproject
from sidelook.simulation.phase_history import (
    Flight,
    Scatterers,
    Waveform,
    simulate_phase_history,
    straight_flight,
)

FRAME = LocalFrame(latitude=np.radians(39.78), longitude=np.radians(-84.1), height=250.0)
PLACES = np.array([[0.0, 0.0, 0.0], [12.3, -8.4, 0.0], [-15.5, 17.2, 0.0]])
BEGIN = 1_700_000_000 * 10**9
WHOLE = Wanted(most_pixels=10**8)
FINER = 32


def turned(flight: Flight, quarters: int) -> Flight:
    """Turn a flight about the scene by quarters."""
    angle = 0.5 * np.pi * quarters
    turn = np.array([[np.cos(angle), -np.sin(angle), 0.0], [np.sin(angle), np.cos(angle), 0.0], [0.0, 0.0, 1.0]])
    return replace(flight, navigated=flight.navigated @ turn.T)


def made(quarters: int = 0, stand_off: float = 150e3, shape: tuple[int, int] = (90, 100)) -> SarImage:
    flight = straight_flight(
        stand_off=stand_off, grazing=np.radians(8), aperture=0.02 * stand_off, pulses=300, speed=200
    )
    points = Scatterers(places=PLACES, amplitudes=np.array([1.0, 2.0, 1.5], np.complex128))
    history = simulate_phase_history(
        turned(flight, quarters), Waveform(bandwidth=250e6), points, np.random.default_rng(1), frame=FRAME, begin=BEGIN
    )
    image = backproject(history, centred_grid(shape, 0.5), Forming())
    origin = replace(image.origin, classification=Classification.UNCLASSIFIED)
    return replace(image, origin=origin, aperture=aperture_of(history))


def written(image: SarImage) -> bytes:
    with tempfile.TemporaryFile() as file:
        write_sicd(image, file)
        file.seek(0)
        return file.read()


@pytest.fixture(scope="module", params=range(4))
def image(request: pytest.FixtureRequest) -> SarImage:
    """Give an image seen from each side of the scene."""
    return made(request.param)


def test_the_checker_of_sarkit_is_silent(image: SarImage, tmp_path: Path) -> None:
    path = tmp_path / "image.nitf"
    path.write_bytes(written(image))
    with path.open("rb") as file:
        checks = SicdConsistency.from_file(file)
        checks.check()
    assert not checks.failures()
    assert len(checks.passes()) >= 40


def test_known_targets_project_to_where_they_stand(image: SarImage) -> None:
    """Through sarkit, from the ground to the pixel and back: within 3 cm at 150 km."""
    with sksicd.NitfReader(io.BytesIO(written(image))) as reader:
        tree, pixels = reader.metadata.xmltree, reader.read_image()
    helper = sksicd.XmlHelper(tree)
    scp = helper.load("{*}ImageData/{*}SCPPixel")
    spacing = np.array([helper.load(f"{{*}}Grid/{{*}}{axis}/{{*}}SS") for axis in ("Row", "Col")])
    for place in PLACES:
        there, _, _ = sksicd.scene_to_image(tree, enu_to_ecef(place, FRAME))
        row, column = np.asarray(there) / spacing + scp
        top, left = round(row) - 8, round(column) - 8
        fine = pixels[top : top + 16, left : left + 16]
        for axis in (0, 1):
            fine = resample(fine, FINER * 16, axis=axis)
        peak = np.array(np.unravel_index(np.abs(fine).argmax(), fine.shape)) / FINER + [top, left]
        off = peak - [row, column]
        assert np.abs(off * spacing).max() < 0.03
        back, _, _ = sksicd.image_to_constant_hae_surface(tree, np.asarray(there), FRAME.height)
        assert np.linalg.norm(np.asarray(back) - enu_to_ecef(place, FRAME)) < 0.03


def test_the_spectrum_stands_about_zero(image: SarImage) -> None:
    """The carrier is taken out: what remains of it would shift the spectrum's middle."""
    with sksicd.NitfReader(io.BytesIO(written(image))) as reader:
        pixels = reader.read_image()
    power = np.abs(np.fft.fftshift(np.fft.fft2(pixels))) ** 2
    for axis in (0, 1):
        marginal = power.sum(axis=1 - axis)
        middle = (marginal * np.arange(len(marginal))).sum() / marginal.sum() - len(marginal) // 2
        assert abs(middle) < 0.03 * len(marginal)


def test_read_again_it_lies_on_the_map_where_it_lay(image: SarImage) -> None:
    again = read_sicd(io.BytesIO(written(image)), source="again.nitf", wanted=WHOLE)
    assert again.origin.simulated, "a simulated image stays one"
    assert again.origin.classification is Classification.UNCLASSIFIED
    assert again.begin == BEGIN
    assert again.grid.row_spacing == pytest.approx(0.5, rel=1e-3)
    row, column = np.unravel_index(again.amplitude.argmax(), again.grid.shape)
    assert again.frame is not None
    found = np.stack(enu_to_geodetic(again.grid.positions(np.array(row), np.array(column)), again.frame))
    expected = np.stack(enu_to_geodetic(PLACES[1], FRAME))
    assert np.abs((found - expected)[:2] * 6.37e6).max() < 0.5
    assert again.amplitude.max() == pytest.approx(image.amplitude.max(), rel=0.15)


def test_a_slant_plane_image_of_another_maker_is_laid_on_the_map() -> None:
    """The standard's own example is a range and azimuth image whose targets stand at known places."""
    example = Path(__file__).parents[3] / "../shared/data/sar/sarkit_xml/example-sicd-1.4.0.xml"
    if not example.is_file():
        pytest.skip("needs the examples of SICD beside the project")
    tree = lxml.etree.parse(example)
    helper = sksicd.XmlHelper(tree)
    shape = helper.load("{*}ImageData/{*}NumRows"), helper.load("{*}ImageData/{*}NumCols")
    scp = helper.load("{*}ImageData/{*}SCPPixel")
    spacing = np.array([helper.load(f"{{*}}Grid/{{*}}{axis}/{{*}}SS") for axis in ("Row", "Col")])
    target = np.array([6378137.0, 1500.0, 0.0])
    there, _, _ = sksicd.scene_to_image(tree, target)
    row, column = np.round(np.asarray(there) / spacing + scp).astype(int)
    pixels = np.zeros(shape, np.complex64)
    pixels[row - 8 : row + 9, column - 2 : column + 3] = 1.0
    security = sksicd.NitfSecurityFields(clas="U")
    metadata = sksicd.NitfMetadata(
        xmltree=tree,
        file_header_part=sksicd.NitfFileHeaderPart(ostaid="x", security=security),
        im_subheader_part=sksicd.NitfImSubheaderPart(isorce="x", security=security),
        de_subheader_part=sksicd.NitfDeSubheaderPart(security=security),
    )
    with tempfile.TemporaryFile() as file:
        with sksicd.NitfWriter(file, metadata) as writer:
            writer.write_image(pixels)
        assert kind_of_nitf(file, source="a") == "SICD"
        laid = read_sicd(file, source="example", wanted=replace(WHOLE, spacing=4.0))
    rows, columns = np.nonzero(laid.amplitude > 0.5)
    middle = laid.grid.positions(rows.mean(), columns.mean())
    assert laid.frame is not None
    expected = np.array([1500.0, 0.0])  # east of the point where equator and meridian cross
    assert np.abs(middle[:2] - expected).max() < 4.0


def test_what_a_sicd_needs_and_an_image_lacks_is_said() -> None:
    image = made()
    bare = replace(
        image, frame=None, begin=None, aperture=None,
        origin=replace(image.origin, classification=Classification.UNREAD),
    )  # fmt: skip
    with pytest.raises(NoSicdError, match=r"center.*begin.*antenna.*marking"):
        write_sicd(bare, io.BytesIO())
    with pytest.raises(NoSicdError, match="its phase"):
        write_sicd(replace(image, pixels=image.amplitude), io.BytesIO())
    coarse = replace(image, grid=replace(image.grid, row_spacing=5.0, column_spacing=5.0))
    with pytest.raises(NoSicdError, match="too coarse"):
        write_sicd(coarse, io.BytesIO())


@pytest.mark.parametrize("keep", [0, 3, 400, 0.5, 0.999])
def test_a_file_cut_short_is_refused_in_one_sentence(keep: float) -> None:
    data = written(made())
    cut = data[: round(keep * len(data)) if keep < 1 else int(keep)]
    with pytest.raises(SicdError, match="no whole SICD"):
        read_sicd(io.BytesIO(cut), source="cut.nitf", wanted=WHOLE)


def test_an_image_larger_than_memory_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooLargeImageError, match="held in memory"):
        read_sicd(io.BytesIO(written(made())), source="large.nitf", wanted=Wanted(most_pixels=8_000))
