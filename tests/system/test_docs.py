"""The pages run: every Python example, page by page and in order, and every command they show."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat

from sidelook.formats.stanag4607 import encode_dwells
from sidelook.model.origin import Classification, Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.simulation.phase_history import Scatterers, Waveform, simulate_phase_history, straight_flight
from sidelook.timescale import parse_utc

PROJECT = Path(__file__).resolve().parents[2]
FOLDERS = ("how-to", "reference", "tutorials")
PAGES = sorted(page for folder in FOLDERS for page in (PROJECT / "docs" / folder).glob("*.md"))
EXAMPLE = re.compile(r"^```(python|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def small_recording() -> bytes:
    """Encode 50 dwells of three reports each, off no particular coast."""
    count = 50
    owner = np.repeat(np.arange(count, dtype=np.int32), 3)
    speeds = np.linspace(-20, 20, len(owner)).astype(np.float32)
    places = {
        "latitude": np.radians(30.0 + 0.001 * owner),
        "longitude": np.radians(-39.9 + 0.002 * np.arange(len(owner))),
    }
    dwells = Dwells.empty(
        count,
        time=parse_utc("2026-11-22T08:00:00Z") + np.arange(count) * 1_000_000_000,
        sensor_latitude=np.full(count, np.radians(29.0)),
        sensor_longitude=np.full(count, np.radians(-40.0)),
        sensor_height=np.full(count, 12_000.0),
        area_latitude=np.full(count, np.radians(30.0)),
        area_longitude=np.full(count, np.radians(-40.0)),
        range_half_extent=np.full(count, 10_000.0),
        angle_half_extent=np.full(count, 0.1),
        plot_count=np.full(count, 3, np.int32),
        plots=Plots.empty(len(owner), dwell=owner, radial_speed=speeds, **places),
        origins=(Origin(source="test", classification=Classification.UNCLASSIFIED, platform="TEST", simulated=True),),
    )
    return b"".join(encode_dwells(dwells))


def write_phase_history(folder: Path) -> None:
    """Write two degrees of a point's echoes as AFRL's MATLAB files have them, in two parts."""
    flight = straight_flight(stand_off=10e3, grazing=0.5, aperture=350.0, pulses=300, speed=100.0)
    points = Scatterers(places=np.array([(3.0, -8.0, 0.0)]), amplitudes=np.ones(1, np.complex128))
    made = simulate_phase_history(flight, Waveform(frequencies=400), points, np.random.default_rng(1))
    frequency = made.frequency_start + made.frequency_step * np.arange(400)
    for name, pulses in (("az001.mat", slice(0, 150)), ("az002.mat", slice(150, 300))):
        data = {"fp": made.samples[pulses].T, "freq": frequency[:, None], "r0": made.reference_range[None, pulses]}
        data |= {axis: made.transmit[None, pulses, k] for k, axis in enumerate("xyz")}
        solution = {"r_correct": np.zeros((1, 150)), "ph_correct": np.zeros((1, 150))}
        savemat(folder / name, {"data": {**data, "af": solution}})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "recording.4607").write_bytes(small_recording())
    if page.stem == "form-an-image":
        write_phase_history(tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for language, code in EXAMPLE.findall(page.read_text()):
        if language == "python":
            exec(compile(code, page.name, "exec"), names)  # noqa: S102 - our own pages
        else:
            run_commands(code)


def run_commands(code: str) -> None:
    """Run the lines that call the program; its exit code must be 0."""
    installed = Path(sys.executable).parent / "sidelook"
    for line in code.splitlines():
        program, *arguments = shlex.split(line, comments=True) or [""]
        if program == "sidelook":
            result = subprocess.run([installed, *arguments], capture_output=True, text=True, check=False)
            assert result.returncode == 0, f"{line}\n{result.stderr}"


@pytest.mark.parametrize("page", sorted((PROJECT / "docs").rglob("*.md")), ids=lambda page: page.stem)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), target
