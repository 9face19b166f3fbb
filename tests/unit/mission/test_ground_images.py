"""Images laid on terrain, pixels placed and movers shown, by the command line, on echoes of a made-up scene."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.transform import from_origin
from typer.testing import CliRunner

from sidelook.archive import Archive
from sidelook.cli import app
from sidelook.errors import InputError, UsageError
from sidelook.formats.cphd import write_cphd
from sidelook.geography.tiles import Datum
from sidelook.geometry.frames import LocalFrame, enu_to_geodetic, geodetic_to_enu
from sidelook.mission.convert import write_tracks
from sidelook.mission.ground_writing import LAYOVER, SHADOW, paint
from sidelook.mission.image_reading import Sayings, read_image
from sidelook.mission.terrain import NoTilesError, part_datum, read_terrain
from sidelook.model.geocoded import GroundFlag
from sidelook.model.image import Wanted
from sidelook.model.origin import Classification, Origin
from sidelook.model.tracks import TrackTable
from sidelook.simulation.phase_history import Flight, Scatterers, Waveform, simulate_phase_history

FRAME = LocalFrame(latitude=np.radians(12.0), longitude=np.radians(-45.0), height=100.0)
STANDS = np.array([-12.0, 8.0])  # a reflector, east and north of the reference, m
DRIVES, VELOCITY = np.array([9.0, -14.0]), np.array([0.4, 6.0])  # in the middle of the aperture
BEGIN = 1_700_000_000 * 10**9
SPEED, SECONDS = 100.0, 2.4
PIXEL = 1e-5  # degrees, of the tile


def height(east: object, north: object) -> np.ndarray:
    """Give the ground above the ellipsoid: a slope, and a wall of a hill in the west."""
    e, n = np.asarray(east), np.asarray(north)
    return np.asarray(100.0 + 0.1 * e + 30.0 * np.clip(1.0 - np.abs(e + 32.0) / 8.0, 0.0, 1.0) + 0.0 * n)


def on_ground(places: np.ndarray) -> np.ndarray:
    """Put places, (..., 2), on the ground of the frame."""
    up = height(places[..., 0], places[..., 1]) - FRAME.height
    return np.concatenate([places, up[..., None]], axis=-1)


@pytest.fixture(scope="module")
def tile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the ground as an elevation tile, with another of elsewhere beside it, and a note."""
    folder = tmp_path_factory.mktemp("tiles")
    for name, west, base in (("here.tif", -45.0, 0.0), ("elsewhere.tif", 20.0, 5.0)):
        north, count = 12.0 + 100 * PIXEL, 200
        latitude = np.radians(north - (np.arange(count) + 0.5) * PIXEL)
        longitude = np.radians(west - 100 * PIXEL + (np.arange(count) + 0.5) * PIXEL)
        frame = replace(FRAME, longitude=np.radians(west))
        places = geodetic_to_enu(latitude[:, None], longitude, 0.0, frame)
        heights = (base + height(places[..., 0], places[..., 1])).astype(np.float32)
        with rasterio.open(
            folder / name, "w", driver="GTiff", height=count, width=count, count=1, dtype="float32", crs="EPSG:4326",
            transform=from_origin(west - 100 * PIXEL, north, PIXEL, PIXEL),
        ) as file:  # fmt: skip
            file.write(heights, 1)
    (folder / "readme.txt").write_text("no tile")
    return folder


@pytest.fixture(scope="module")
def echoes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fly north, 8 km to the east of the scene: a reflector that stands, and a vehicle that drives."""
    time = np.linspace(0.0, SECONDS, 400)
    path = np.array([6_900.0, 0.0, 4_100.0]) + np.multiply.outer(time - 0.5 * SECONDS, [0.0, SPEED, 0.0])
    start = DRIVES - 0.5 * SECONDS * VELOCITY
    rise = 0.1 * VELOCITY[0]
    points = Scatterers(
        places=np.stack([on_ground(STANDS), [*start, height(*DRIVES) - FRAME.height - 0.5 * SECONDS * rise]]),
        amplitudes=np.array([6.0, 5.0], np.complex128),
        velocities=np.array([[0.0, 0.0, 0.0], [*VELOCITY, rise]]),
    )
    history = simulate_phase_history(
        Flight(time=time, navigated=path, error=np.zeros_like(path)),
        Waveform(bandwidth=250e6, frequencies=200, noise=0.4),
        points,
        np.random.default_rng(3),
        frame=FRAME,
        begin=BEGIN,
    )
    history = replace(history, origin=replace(history.origin, classification=Classification.UNCLASSIFIED))
    out = tmp_path_factory.mktemp("echoes") / "pass.cphd"
    with out.open("wb") as file:
        write_cphd(history, file)
    return out


@pytest.fixture(scope="module")
def sicd(echoes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Form the image on the level of the ground in its middle."""
    out = tmp_path_factory.mktemp("sicd") / "pass.nitf"
    made = CliRunner().invoke(app, ["image", str(echoes), "-o", str(out), "--size", "130", "--spacing", "0.3"])
    assert made.exit_code == 0, made.exception
    return out


@pytest.fixture(scope="module")
def tracks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Keep two tracks, the vehicle's and another, in an archive and in a file; a third ended before."""
    folder = tmp_path_factory.mktemp("tracks")
    middle, table = BEGIN + round(0.5 * SECONDS * 1e9), []
    seconds = np.array([-20, -10, 0, 20])
    for name, place, velocity, times in (
        (7, DRIVES, VELOCITY, seconds),
        (8, DRIVES + np.array([20.0, -15.0]), np.array([-0.5, 3.0]), seconds),
        (9, DRIVES, VELOCITY, seconds - 300),
    ):
        at = place + np.multiply.outer(times.astype(float), velocity)
        latitude, longitude, _ = enu_to_geodetic(on_ground(at), FRAME)
        time = middle + times * 10**9
        rows = len(times)
        table.append(
            {
                "track": np.full(rows, name),
                "time": time,
                "supported": time,
                "latitude": latitude,
                "longitude": longitude,
                "velocity_east": np.full(rows, velocity[0], np.float32),
                "velocity_north": np.full(rows, velocity[1], np.float32),
                "position_covariance": np.tile(np.float32([4.0, 0.0, 4.0]), (rows, 1)),
                "velocity_covariance": np.tile(np.float32([0.01, 0.0, 0.01]), (rows, 1)),
                "cross_covariance": np.zeros((rows, 4), np.float32),
                "state": np.ones(rows, np.uint8),
            }
        )
    origin = Origin(source="made up", classification=Classification.UNCLASSIFIED, simulated=True)
    columns = {name: np.concatenate([part[name] for part in table]) for name in table[0]}
    whole = TrackTable.empty(12, **columns, simulated=np.ones(12, np.bool_), origins=(origin,))
    with Archive.open(folder / "kept", "write") as opened:
        writer = opened.begin_mission("flight", kind="recording", received=BEGIN)
        writer.append_tracks(whole)
        writer.end(BEGIN)
    write_tracks(whole, folder / "tracks.parquet")
    write_tracks(whole, folder / "tracks.arrow")
    return folder / "kept", folder / "tracks.parquet"


def run(*words: object) -> dict[str, object]:
    made = CliRunner().invoke(app, [*map(str, words), "--json"])
    assert made.exit_code == 0, made.exception
    return json.loads(made.stdout.splitlines()[-1])


def metres(longitude: float, latitude: float) -> np.ndarray:
    """Give east and north of the reference."""
    there = geodetic_to_enu(np.radians(latitude), np.radians(longitude), 100.0, FRAME)
    return np.asarray(there[:2])


ELLIPSOID = ("--say", "heights=ellipsoid")


def test_echoes_become_a_map_with_flags(echoes: Path, tile: Path, tmp_path: Path) -> None:
    out = tmp_path / "ground.tif"
    form = ("--size", 130, "--spacing", 0.3)
    report = run("geocode", echoes, "-o", out, "--terrain", tile, *form, *ELLIPSOID)
    assert report["simulated"]
    assert report["marking"] == "UNCLASSIFIED"
    assert 0.02 < report["layover"] < 0.3  # type: ignore[operator]
    assert 0.1 < report["shadow"] < 0.3  # type: ignore[operator]
    with rasterio.open(out) as file:
        assert file.descriptions[0] == "amplitude"
        assert "2 layover" in file.descriptions[1]
        assert file.tags()["TIFFTAG_IMAGEDESCRIPTION"].startswith("UNCLASSIFIED, simulated; source pass.cphd")
        amplitude, flags = file.read()
        assert set(np.unique(flags)) == {0.0, 1.0, 2.0, 3.0}
        row, column = np.unravel_index(amplitude.argmax(), amplitude.shape)
        assert np.abs(metres(*file.xy(row, column)) - STANDS).max() < 0.45
        assert flags[row, column] == GroundFlag.SEEN
    again = read_image([out], Sayings(), Wanted(most_pixels=10**7))
    assert again.origin.simulated
    assert again.origin.classification is Classification.UNCLASSIFIED
    refused = CliRunner().invoke(app, ["geocode", str(echoes), "-o", str(out), "--terrain", str(tile)])
    assert "--overwrite" in str(refused.exception)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ground.tif"]


def test_a_sicd_becomes_a_hatched_picture(sicd: Path, tile: Path, tmp_path: Path) -> None:
    out = tmp_path / "ground.png"
    words = CliRunner().invoke(
        app, ["geocode", str(sicd), "-o", str(out), "--terrain", str(tile / "here.tif"), *ELLIPSOID]
    )
    assert "is layover and" in words.stdout
    with Image.open(out) as opened:
        picture = np.asarray(opened.convert("RGB"), float) / 255.0
        assert opened.info["Comment"].startswith("UNCLASSIFIED, simulated; source pass.nitf")
    for colour in (LAYOVER, SHADOW):
        like = (
            np.abs(picture - (0.15 * picture.min(axis=2, keepdims=True) + 0.85 * np.array(colour))).max(axis=2) < 0.15
        )
        assert like.sum() > 100


def test_a_picture_shows_greys_hatches_and_nothing() -> None:
    flags = np.repeat(np.arange(4, dtype=np.uint8), 20)[:, None] * np.ones((1, 40), np.uint8)
    colours = paint(np.ones((80, 40), np.float32), flags)
    assert (colours[:20, :, 3] == 0.0).all(), "transparent"
    assert (colours[20:, :, 3] == 1.0).all()
    assert (np.ptp(colours[20:40, :, :3], axis=2) == 0).all(), "grey"
    assert len(np.unique(colours[40:60].reshape(-1, 4), axis=0)) == 2, "between the lines and on them"
    assert len(np.unique(colours[60:].reshape(-1, 4), axis=0)) == 2
    assert not paint(np.zeros((3, 3), np.float32), np.zeros((3, 3), np.uint8)).any()


def brightest(sicd: Path) -> tuple[int, int]:
    from sarkit.sicd import NitfReader  # noqa: PLC0415 - half a second

    with sicd.open("rb") as file, NitfReader(file) as reader:
        pixels = np.abs(reader.read_image())
    row, column = np.unravel_index(pixels.argmax(), pixels.shape)
    return int(row), int(column)


def test_the_brightest_pixel_is_where_the_reflector_stands(sicd: Path, tile: Path) -> None:
    row, column = brightest(sicd)
    found = run("locate", sicd, f"{row},{column}", "--terrain", tile, *ELLIPSOID, "--height-error", 2)
    assert not found["errors_stated"]
    (place,) = found["places"]  # type: ignore[misc]
    there = metres(place["longitude_deg"], place["latitude_deg"])
    assert np.abs(there - STANDS).max() < 0.4
    assert place["height_m"] == pytest.approx(float(height(*STANDS)), abs=0.2)
    # 2 m up is 2 tan(30.7 degrees) towards the radar, and slope and pixel a little.
    assert place["error_m"] == pytest.approx(1.15, abs=0.15)
    assert place["error_bearing_deg"] == pytest.approx(90, abs=2)
    words = CliRunner().invoke(app, ["locate", str(sicd), f"{row},{column}", "3,4", "--height-error", "20"])
    assert words.stdout.count("one sigma") == 2
    assert "does not say how well its antenna" in words.stdout


@pytest.mark.parametrize("kind", [0, 1])
def test_a_smear_is_told_its_track(
    sicd: Path, tile: Path, tracks: tuple[Path, Path], kind: int, tmp_path: Path
) -> None:
    """The vehicle is shown some 27 m off its road; the brightest there is its smear, and its track is named."""
    out, ground = tmp_path / "movers.geojson", tmp_path / "ground.tif"
    run("geocode", sicd, "-o", ground, "--terrain", tile, *ELLIPSOID)
    with rasterio.open(ground) as file:
        amplitude = file.read(1)
        rows, columns = np.indices(amplitude.shape)
        east, north = file.xy(rows.ravel(), columns.ravel())
        places = geodetic_to_enu(np.radians(north), np.radians(east), 100.0, FRAME)[:, :2].reshape(*amplitude.shape, 2)
        amplitude[np.hypot(*(places - STANDS).transpose(2, 0, 1)) < 5.0] = 0.0
        at = np.unravel_index(amplitude.argmax(), amplitude.shape)
        smear = file.xy(*at)
    assert np.hypot(*(places[at] - DRIVES)) > 15.0, "not where it drives"
    asked = ("--at", f"{smear[1]:.7f},{smear[0]:.7f}")
    report = run("movers", sicd, "--tracks", tracks[kind], "-o", out, "--terrain", tile, *ELLIPSOID, *asked)
    assert (report["tracks"], report["simulated"], report["marking"]) == (2, True, "UNCLASSIFIED")
    first = report["candidates"][0]  # type: ignore[index]
    assert first["track"] == 7
    assert first["misfit"] < 1.5
    assert first["share"] > 0.9
    assert [one["track"] for one in report["candidates"]] == [7]  # type: ignore[attr-defined]
    collection = json.loads(out.read_text())
    assert collection["sidelook"] == {
        "time": "2023-11-14T22:13:21.200Z", "marking": "UNCLASSIFIED", "simulated": True,
    }  # fmt: skip
    roles = {(one["properties"]["track"], one["properties"]["role"]): one for one in collection["features"]}
    assert len(roles) == 8
    vehicle = metres(*roles[7, "vehicle"]["geometry"]["coordinates"])
    assert np.abs(vehicle - DRIVES).max() < 0.2
    trail = np.array([metres(*place) for place in roles[7, "smear"]["geometry"]["coordinates"]])
    assert np.abs(trail[:, 0] - places[at][0]).min() < 1.0
    assert trail[:, 1].min() - 1.0 < places[at][1] < trail[:, 1].max() + 1.0
    assert roles[7, "error"]["geometry"]["coordinates"][0][0] == roles[7, "error"]["geometry"]["coordinates"][0][-1]
    assert roles[7, "smear"]["properties"]["smear_m"] == pytest.approx(2 * VELOCITY[1] * SECONDS, rel=0.05)


def test_without_terrain_movers_are_on_the_plane_and_asked_in_words(
    sicd: Path, tracks: tuple[Path, Path], tmp_path: Path
) -> None:
    words = ["movers", str(sicd), "--tracks", str(tracks[1].with_suffix(".arrow")), "-o", str(tmp_path / "m.geojson")]
    said = CliRunner().invoke(app, [*words, "--at", "12.2,-45.0"])
    assert "2 tracks at 2023-11-14T22:13:21" in said.stdout
    assert "no track is shown within" in said.stdout
    assert "--overwrite" in str(CliRunner().invoke(app, words).exception)


def refusal(*words: object) -> str:
    made = CliRunner().invoke(app, list(map(str, words)))
    assert isinstance(made.exception, UsageError | InputError), made.exception
    return str(made.exception)


def test_what_cannot_be_laid_or_placed_is_said(
    sicd: Path, tile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "a.tif"
    lay = ("geocode", sicd, "-o", out, "--terrain")
    assert "is near the scene at 12.0" in refusal(*lay, tile / "elsewhere.tif")
    assert "cannot be read" in refusal(*lay, tile / "none.tif")
    assert "readme.txt" in refusal(*lay, tile / "readme.txt")
    assert "no elevation tile" in refusal(*lay, tmp_path)
    assert "heights=sea" in refusal(*lay, tile, "--say", "heights=sea")
    monkeypatch.setattr("sidelook.mission.geocode.MOST_HELD", 1_000)
    monkeypatch.setattr("sidelook.mission.geocode.MOST_PIXELS", 2_000)
    assert "more than the 2,000 written: make --spacing" in refusal(*lay, tile, *ELLIPSOID)
    drawn = ("geocode", sicd, "-o", tmp_path / "a.png", "--terrain", tile)
    assert "more than the 1,000 written: write a .tif" in refusal(*drawn, *ELLIPSOID)
    assert "write to .tif" in refusal("geocode", sicd, "-o", tmp_path / "a.kmz", "--terrain", tile)
    with rasterio.open(
        tmp_path / "plain.tif", "w", driver="GTiff", height=9, width=9, count=1, dtype="float32", crs="EPSG:4326",
        transform=from_origin(-45.0, 12.0, PIXEL, PIXEL),
    ) as file:  # fmt: skip
        file.write(np.ones((9, 9), np.float32), 1)
    plain = tmp_path / "plain.tif"
    assert "give the SICD" in refusal("geocode", plain, "-o", out, "--terrain", tile)
    assert "is no SICD" in refusal("locate", plain, "1,2", "--height-error", 3)
    assert "is no pixel" in refusal("locate", sicd, "here", "--height-error", 3)
    assert "has no pixel" in refusal("locate", sicd, "99999,3", "--height-error", 3)
    assert "--height-error" in refusal("locate", sicd, "1,2")
    assert "standard deviation" in refusal("locate", sicd, "1,2", "--height-error", "nan")
    assert "only heights=DATUM" in refusal("locate", sicd, "1,2", "--height-error", 3, "--say", "begin=now")
    assert "cannot be read" in refusal("locate", tmp_path / "none.nitf", "1,2", "--height-error", 3)
    cut = tmp_path / "cut.nitf"
    cut.write_bytes(sicd.read_bytes()[:-3_000])
    assert "cut.nitf is cut short" in refusal("locate", cut, "1,2", "--height-error", 3)
    assert not out.exists()


def test_what_cannot_be_shown_is_said(sicd: Path, tracks: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "m.geojson"
    show = ("movers", sicd, "-o", out, "--tracks")
    assert "there is no" in refusal(*show, tmp_path / "none.parquet")
    (tmp_path / "empty.parquet").write_bytes(b"")
    assert "no table that can be read" in refusal(*show, tmp_path / "empty.parquet")
    (tmp_path / "a.csv").write_text("track")
    assert "write one by sidelook track" in refusal(*show, tmp_path / "a.csv")
    assert "write to .geojson" in refusal("movers", sicd, "-o", tmp_path / "m.kml", "--tracks", tracks[1])
    assert "give latitude and longitude" in refusal(*show, tracks[1], "--at", "there")
    with Archive.open(tmp_path / "kept", "write"):
        pass
    assert "no mission of" in refusal(*show, tmp_path / "kept")
    origin = Origin(source="made up", classification=Classification.UNCLASSIFIED)
    late = TrackTable.empty(1, track=np.array([1]), time=np.array([BEGIN * 2]), origins=(origin,))
    write_tracks(late, tmp_path / "late.parquet")
    assert "no tracks within ten minutes" in refusal(*show, tmp_path / "late.parquet")
    after = np.array([BEGIN + 10**11])
    begun = TrackTable.empty(
        1, track=np.array([1]), time=after, supported=after, origins=(origin,),
        latitude=np.array([FRAME.latitude]), longitude=np.array([FRAME.longitude]),
    )  # fmt: skip
    write_tracks(begun, tmp_path / "begun.parquet")
    assert "plots before and after" in refusal(*show, tmp_path / "begun.parquet")
    assert not out.exists()


def test_heights_are_counted_from_what_is_said(tile: Path) -> None:
    assert part_datum(["begin=now", "heights=ELLIPSOID"]) == (["begin=now"], Datum.ELLIPSOID)
    assert part_datum(["marking=SECRET"]) == (["marking=SECRET"], Datum.EGM96)
    above = read_terrain(tile, FRAME, Datum.ELLIPSOID)
    sea = read_terrain(tile, FRAME)
    assert above.heights.shape == (200, 200), "the tile of elsewhere is left out"
    assert np.abs(sea.heights - above.heights).min() > 1.0
    with pytest.raises(NoTilesError, match="is near the scene"):
        read_terrain(tile, replace(FRAME, latitude=0.5))
