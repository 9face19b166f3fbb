"""From echoes to what stands there and what changed, by the command line, on two simulated passes over one place."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from sidelook.cli import app
from sidelook.formats.cphd import write_cphd
from sidelook.geometry.frames import LocalFrame
from sidelook.model.image import centred_grid
from sidelook.model.origin import Classification
from sidelook.simulation.phase_history import (
    Scatterers,
    Waveform,
    simulate_phase_history,
    straight_flight,
    texture,
)

from .test_image import save

VEHICLES = np.array([[-12.0, 8.0], [-2.0, -9.0], [9.0, 4.0]])
"""East and north, m; the last is there in the second pass only."""
CENTRE = (12.0, -45.0)
FORM = ["--size", "44", "--spacing", "0.4", "--json"]


def points_of(places: np.ndarray, rng: np.random.Generator) -> Scatterers:
    """Give a few bright points for each vehicle, 4.5 by 2 m."""
    off = rng.uniform(-0.5, 0.5, (len(places), 8, 2)) * np.array([4.5, 2.0])
    flat = (places[:, None, :] + off).reshape(-1, 2)
    phases = np.exp(2j * np.pi * rng.uniform(size=len(flat)))
    return Scatterers(places=np.column_stack([flat, np.zeros(len(flat))]), amplitudes=6.0 * phases)


@pytest.fixture(scope="module")
def passes(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Fly twice over the same ground; in between a vehicle came."""
    rng = np.random.default_rng(5)
    ground = texture(centred_grid((100, 100), 0.5), np.full((100, 100), 0.3), rng)
    parked = points_of(VEHICLES, rng)
    flight = straight_flight(stand_off=8e3, grazing=0.5, aperture=170.0, pulses=140, speed=100.0)
    names = []
    for name, count in (("before", 16), ("after", 24)):
        scene = Scatterers(
            places=np.concatenate([ground.places, parked.places[:count]]),
            amplitudes=np.concatenate([ground.amplitudes, parked.amplitudes[:count]]),
        )
        echoes = simulate_phase_history(
            flight,
            Waveform(bandwidth=250e6, frequencies=128, noise=8.0),
            scene,
            rng,
            frame=LocalFrame(latitude=np.radians(CENTRE[0]), longitude=np.radians(CENTRE[1])),
            begin=1_700_000_000 * 10**9,
        )
        echoes = replace(echoes, origin=replace(echoes.origin, classification=Classification.UNCLASSIFIED))
        path = tmp_path_factory.mktemp(name) / f"{name}.cphd"
        with path.open("wb") as file:
            write_cphd(echoes, file)
        names.append(str(path))
    return names[0], names[1]


def metres(coordinates: list[float]) -> np.ndarray:
    """Give east and north of the centre."""
    degree = np.radians(1.0) * 6_378_137.0
    east = (coordinates[0] - CENTRE[1]) * degree * np.cos(np.radians(CENTRE[0]))
    return np.array([east, (coordinates[1] - CENTRE[0]) * degree * 0.9936])


def test_what_stands_there_is_found_and_counted(passes: tuple[str, str], tmp_path: Path) -> None:
    out = tmp_path / "found.geojson"
    made = CliRunner().invoke(app, ["vehicles", passes[1], "-o", str(out), *FORM, "--detection", "0.9"])
    report = json.loads(made.stdout)
    collection = json.loads(out.read_text())
    found = np.array([metres(feature["geometry"]["coordinates"]) for feature in collection["features"]])
    apart = np.linalg.norm(VEHICLES[:, None] - found, axis=-1).min(axis=1)
    assert apart.max() < 2.5
    assert report["found"] == len(found) <= 4
    assert report["count"]["low"] <= 3 <= report["count"]["high"]
    assert report["simulated"]
    assert collection["sidelook"]["simulated"]
    assert collection["sidelook"]["marking"] == report["marking"] == "UNCLASSIFIED"


def test_it_is_found_in_the_image_too(passes: tuple[str, str], tmp_path: Path) -> None:
    run, image, out = CliRunner(), str(tmp_path / "lot.tif"), tmp_path / "found.geojson"
    run.invoke(app, ["image", passes[1], "-o", image, "--size", "44", "--spacing", "0.4"])
    report = json.loads(run.invoke(app, ["vehicles", image, "-o", str(out), "--json"]).stdout)
    found = [metres(feature["geometry"]["coordinates"]) for feature in json.loads(out.read_text())["features"]]
    assert np.linalg.norm(VEHICLES[:, None] - np.array(found), axis=-1).min(axis=1).max() < 2.5
    assert report["found"] <= 4
    assert report["simulated"]


def test_without_a_probability_of_detection_nothing_is_counted(passes: tuple[str, str], tmp_path: Path) -> None:
    run, out = CliRunner(), str(tmp_path / "found.geojson")
    assert json.loads(run.invoke(app, ["vehicles", passes[0], "-o", out, *FORM]).stdout)["count"] is None
    refused = run.invoke(app, ["vehicles", passes[0], "-o", out, *FORM, "--overwrite", "--detection", "90"])
    assert "no probability" in str(refused.exception)
    wrong = run.invoke(app, ["vehicles", passes[0], "-o", str(tmp_path / "a.shp"), *FORM])
    assert "write to .geojson" in str(wrong.exception)


def test_passes_of_which_nothing_can_be_said_are_refused(tmp_path: Path) -> None:
    rng, names = np.random.default_rng(6), []
    parked = points_of(VEHICLES, rng)
    for name in ("a", "b"):
        ground = texture(centred_grid((60, 60), 0.6), np.full((60, 60), 0.3), rng)
        scene = Scatterers(
            places=np.concatenate([ground.places, parked.places]),
            amplitudes=np.concatenate([ground.amplitudes, parked.amplitudes]),
        )
        flight = straight_flight(stand_off=8e3, grazing=0.5, aperture=170.0, pulses=140, speed=100.0)
        echoes = simulate_phase_history(flight, Waveform(bandwidth=250e6, frequencies=128), scene, rng)
        names.append(str(save(tmp_path / f"{name}.mat", echoes, slice(None))))
    refused = CliRunner().invoke(app, ["change", *names, "-o", str(tmp_path / "change.png"), *FORM])
    assert "coherence of 0." in str(refused.exception)
    assert not (tmp_path / "change.png").exists()


def test_the_vehicle_that_came_is_what_changed(passes: tuple[str, str], tmp_path: Path) -> None:
    out = tmp_path / "change.png"
    made = CliRunner().invoke(app, ["change", *passes, "-o", str(out), *FORM])
    report = json.loads(made.stdout)
    assert abs(report["shift_north_m"]) < 0.05
    assert report["simulated"]
    picture = np.asarray(Image.open(out).convert("RGB"), int)
    rows, columns = np.nonzero(picture[:, :, 0] - picture[:, :, 2] > 40)
    east, north = (columns - 54.5) * 0.4, (54.5 - rows) * 0.4
    near = np.hypot(east - VEHICLES[2, 0], north - VEHICLES[2, 1]) < 5.0
    assert near.sum() > 20
    assert near.mean() > 0.5, "most of what is called changed is where the vehicle came"
    stayed = np.hypot(east - VEHICLES[0, 0], north - VEHICLES[0, 1]) < 2.0
    assert stayed.sum() == 0
    again = CliRunner().invoke(app, ["change", passes[0], passes[0], "-o", str(tmp_path / "same.tif"), *FORM])
    assert json.loads(again.stdout)["changed"] < 0.001
