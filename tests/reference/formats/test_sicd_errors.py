"""Places of pixels and their errors against sarkit, an independent implementation of NGA.STND.0024-3."""

import io
from dataclasses import replace

import lxml.etree
import numpy as np
import pytest
import sarkit.sicd as sksicd
from sarkit.sicd import projection

from sidelook.formats.sicd import write_sicd
from sidelook.formats.sicd_errors import NAMED, Sight, sight_of
from sidelook.formats.sicd_path import aperture_in
from sidelook.formats.sicd_reading import Sicd, SicdError, describe_sicd, map_view
from sidelook.geometry.frames import LocalFrame, ecef_to_enu
from sidelook.geometry.ground import Plane
from sidelook.model.columns import Floats
from sidelook.model.image import Aperture, SarImage, centred_grid
from sidelook.model.origin import Classification, Origin
from sidelook.sar.looking import Look
from sidelook.sar.placing import PlaceErrors, pixel_spread, place_covariance, places_heard

FRAME = LocalFrame(latitude=np.radians(39.78), longitude=np.radians(-84.1), height=250.0)
SIGMAS = {"P1": 1.5, "P2": 0.7, "P3": 2.2, "V1": 0.02, "V2": 0.05, "V3": 0.03}
HEIGHT_ERROR, RANGE_BIAS, CLOCK, TROPOSPHERE = 4.0, 0.9, 1e-5, 0.6


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Sicd:
    """Write an image of our own, and read what it says."""
    time = np.linspace(0.0, 6.0, 80)
    places = np.array([-60e3, 9e3, 9e3]) + np.multiply.outer(time - 3.0, [15.0, 180.0, 2.0])
    image = SarImage(
        pixels=np.ones((80, 90), np.complex64),
        grid=centred_grid((80, 90), 0.5),
        frame=FRAME,
        begin=1_700_000_000 * 10**9,
        end=1_700_000_006 * 10**9,
        centre_frequency=9.6e9,
        processing=("even",),
        origin=Origin(source="test", classification=Classification.UNCLASSIFIED),
        aperture=Aperture(time=time, places=places, band=(9.5e9, 9.7e9)),
    )
    path = tmp_path_factory.mktemp("sicd") / "a.nitf"
    with path.open("wb") as file:
        write_sicd(image, file)
    return describe_sicd(io.BytesIO(path.read_bytes()), source="a.nitf")


def stating(sicd: Sicd, frame: str) -> Sicd:
    """Let a SICD say how well its antenna is known."""
    tree = lxml.etree.ElementTree(lxml.etree.fromstring(lxml.etree.tostring(sicd.tree)))
    wrapped = sksicd.ElementWrapper(tree.getroot())
    wrapped["ErrorStatistics"] = {
        "Components": {
            "PosVelErr": {"Frame": frame, **SIGMAS, "CorrCoefs": dict.fromkeys(CORRELATED, 0.0) | {"P1V1": 0.3}},
            "RadarSensor": {
                "RangeBias": RANGE_BIAS,
                "ClockFreqSF": CLOCK,
            },
            "TropoError": {"TropoRangeSlant": TROPOSPHERE},
            "IonoError": {"IonoRangeVertical": 0.05},
        },
        "Unmodeled": {"Xrow": 0.4, "Ycol": 0.3, "XrowYcol": 0.2},
    }
    return Sicd(reader=None, tree=tree, name=sicd.name)


NAMES = ("P1", "P2", "P3", "V1", "V2", "V3")
CORRELATED = [one + other for k, one in enumerate(NAMES) for other in NAMES[k + 1 :]]


def told(sight: Sight, place: Floats) -> Floats:
    """Give our covariance of a place on level ground, in ECEF."""
    look = Look(place=sight.place, velocity=sight.velocity)
    named = pixel_spread(look, place, None, sight.spread)
    errors = PlaceErrors(antenna=sight.antenna, slant_range=sight.slant_range, height=HEIGHT_ERROR, pixel=named)
    covariance = place_covariance(look, place, None, errors)
    return np.asarray(sight.frame.axes.T @ covariance @ sight.frame.axes)


@pytest.mark.parametrize("frame", ["ECF", "RIC_ECF", "RIC_ECI"])
def test_errors_are_those_of_sarkit(plain: Sicd, frame: str) -> None:
    sicd = stating(plain, frame)
    metadata = projection.MetadataParams.from_xml(sicd.tree)
    scp = np.asarray(sicd.load("GeoData/SCP/ECF"))
    matrices = projection.compute_sensitivity_matrices(metadata, scp)
    sets = projection.compute_projection_sets(metadata, np.zeros(2))
    stated = projection.ErrorStatParams.from_xml(sicd.tree)
    assert stated.component_mono is not None
    # sarkit 1.8 looks for the atmosphere in RadarSensor, where the schema has none.
    stated.component_mono.VAR_TROP = TROPOSPHERE**2
    stated.component_mono.VAR_IONO = (0.05 / np.sin(np.radians(sicd.load("SCPCOA/GrazeAng")))) ** 2
    whole = projection.compute_composite_error_no_apo_mono(sets, matrices, stated)
    steps = np.array([sicd.load("Grid/Row/SS"), sicd.load("Grid/Col/SS")])
    expected = projection.compute_i2s_error(whole, NAMED * np.diag(steps**2), HEIGHT_ERROR**2, matrices)
    row, column = sicd.load("ImageData/SCPPixel")
    sight = sight_of(sicd, float(row), float(column))
    assert sight.stated
    found = told(sight, np.zeros(3))
    assert np.abs(found - expected).max() < 0.01 * np.abs(expected).max()


def test_pixels_are_where_sarkit_puts_them(plain: Sicd) -> None:
    steps = np.array([plain.load("Grid/Row/SS"), plain.load("Grid/Col/SS")])
    for row, column in ((0.0, 0.0), (40.0, 71.25), (79.0, 79.0)):
        sight = sight_of(plain, row, column)
        look = Look(place=sight.place, velocity=sight.velocity)
        side = 1.0 if np.cross((0.0, 0.0, 1.0), look.velocity) @ -look.place > 0.0 else -1.0
        for up in (0.0, 35.0):
            raised = up * FRAME.axes[2]
            origin = np.asarray(plain.load("GeoData/SCP/ECF"))
            at = (np.array([row, column]) - plain.load("ImageData/SCPPixel")) * steps
            expected, _, _ = sksicd.image_to_ground_plane(plain.tree, at, origin + raised, sight.frame.axes[2])
            heard = np.array([sight.slant]), np.array([sight.ahead])
            found = places_heard(look, heard, Plane(up=up), (up, up), side)[0]
            assert found == pytest.approx(ecef_to_enu(np.asarray(expected), sight.frame)[None], abs=1e-3)


def test_what_is_not_stated_is_not_made_up(plain: Sicd) -> None:
    sight = sight_of(plain, 3.0, 4.0)
    assert not sight.stated
    assert not sight.antenna.any()
    assert sight.slant_range == 0.0


def test_errors_stated_as_a_whole_count(plain: Sicd) -> None:
    sicd = stating(plain, "ECF")
    found = sicd.tree.find("{*}ErrorStatistics")
    assert found is not None
    for child in list(found):
        found.remove(child)
    space = found.tag.split("}")[0] + "}"
    whole = lxml.etree.SubElement(found, f"{space}CompositeSCP")
    for name, value in (("Rg", "2.0"), ("Az", "1.0"), ("RgAz", "0.0")):
        lxml.etree.SubElement(whole, space + name).text = value
    sight = sight_of(sicd, 3.0, 4.0)
    assert sight.stated
    # Nearly abeam: the azimuth is ahead.
    assert np.sqrt(np.diag(sight.spread)) == pytest.approx([2.0, 1.0], rel=0.05)


def test_what_cannot_be_placed_is_refused(plain: Sicd) -> None:
    with pytest.raises(SicdError, match="no pixel 90,3"):
        sight_of(plain, 90.0, 3.0)
    with pytest.raises(SicdError, match="no pixel nan,3"):
        sight_of(plain, np.nan, 3.0)
    broken = stating(plain, "ECF")
    bias = broken.tree.find("{*}ErrorStatistics/{*}Components/{*}RadarSensor/{*}RangeBias")
    assert bias is not None
    bias.text = "many"
    with pytest.raises(SicdError, match="not whole"):
        sight_of(broken, 3.0, 4.0)
    two = replace(broken, tree=lxml.etree.ElementTree(lxml.etree.fromstring(lxml.etree.tostring(plain.tree))))
    kind = two.tree.find("{*}CollectionInfo/{*}CollectType")
    assert kind is not None
    kind.text = "BISTATIC"
    with pytest.raises(SicdError, match="two antennas"):
        sight_of(two, 3.0, 4.0)
    assert aperture_in(two.load, FRAME, (0.0, 6.0)) is None


def test_a_strip_map_has_one_aperture_only_along_a_straight_path(plain: Sicd) -> None:
    view = map_view(plain)
    assert view.wanders == 0.0
    assert view.aperture is not None
    assert float(view.aperture.time[-1] - view.aperture.time[0]) == pytest.approx(6.0)
    tree = lxml.etree.ElementTree(lxml.etree.fromstring(lxml.etree.tostring(plain.tree)))
    strip = Sicd(reader=None, tree=tree, name="strip")
    wrapped = sksicd.ElementWrapper(strip.tree.getroot())
    wrapped["Grid"]["TimeCOAPoly"] = np.array([[3.0, 0.05], [0.0, 0.0]])  # s, a twentieth for each metre of columns
    view = map_view(strip)
    assert view.wanders == pytest.approx(0.05 * 79 * 0.5, rel=0.2)
    assert view.aperture is not None
    path = np.asarray(strip.load("Position/ARPPoly"))
    bent = np.zeros((max(3, len(path)), 3))
    bent[: len(path)] = path
    bent[2] += np.array([0.5, 0.5, 0.5])  # m/s2: a turn of some milliradians
    wrapped["Position"]["ARPPoly"] = bent
    assert map_view(strip).aperture is None
