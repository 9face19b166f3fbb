"""A scenario from the command line to what others read of it: the shipped small one, and real mountains."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sidelook.formats.stanag4607 import decode_dwells
from sidelook.formats.truth.parquet import read_looks
from sidelook.simulation.scenario.playing import join_looks

MAIN = "import sys; from sidelook.cli import main; main()"
MOUNTAINS = """
name = "mountains"
duration_s = 120
[ground]
kind = "tiles"
tiles = ["{data}/terrain/andorra_N41-43_E001.tif"]
roads = "{data}/roads/andorra.osm.pbf"
[traffic]
vehicles = 50
[platform]
stand_off_km = 100
[[truth]]
file = "{data}/traffic/andorra_fcd_30min_1hz.parquet"
[[jobs]]
revisit_s = 30
"""


def simulate(*words: str) -> dict[str, object]:
    """Run the command and give its answer."""
    command = [sys.executable, "-c", MAIN, "simulate", *words, "--json"]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    read: dict[str, object] = json.loads(answer)
    return read


@pytest.fixture(scope="module")
def convoy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("convoy")
    simulate("convoy", "-o", str(folder))
    return folder


def test_the_packages_read_what_was_simulated(convoy: Path) -> None:
    stanag4607 = pytest.importorskip("stanag4607")
    data = (convoy / "recording.4607").read_bytes()
    decoder = stanag4607.PacketStreamDecoder()
    events = (event for packet in decoder.feed(data) for event in stanag4607.iter_packet_events(packet))
    looks = [event.value for event in events if isinstance(event.value, stanag4607.DwellSegment)]
    decoder.finish()
    assert sum(look.target_report_count for look in looks) == len(decode_dwells(data, source="convoy").plots) > 1_000


@pytest.mark.tshark
def test_tshark_reads_what_was_simulated(convoy: Path) -> None:
    if shutil.which("tshark") is None:
        pytest.skip("no tshark")
    command = ["tshark", "-r", convoy / "recording.4607", "-T", "fields", "-e", "s4607.dwell.count"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    counts = [int(word, 0) for word in said.replace(",", " ").split()]
    assert sum(counts) == len(decode_dwells((convoy / "recording.4607").read_bytes(), source="convoy").plots)


def test_both_convoys_are_looked_at_in_order_and_marked_as_formations(convoy: Path) -> None:
    with (convoy / "truth.parquet").open("rb") as stream:
        truth = join_looks(list(read_looks(stream)))
    convoys = truth.take(truth.formation >= 0)
    assert np.unique(convoys.entity).size == 20
    assert [np.unique(convoys.entity[convoys.formation == n]).size for n in (0, 1)] == [12, 8]


def test_mountains_of_real_tiles_hide_most_of_real_traffic(shared_data: Path, tmp_path: Path) -> None:
    """From 100 km the Pyrenees hide four fifths of the ground; roads lie in the valleys."""
    (tmp_path / "mountains.toml").write_text(MOUNTAINS.format(data=shared_data))
    answer = simulate(str(tmp_path / "mountains.toml"), "-o", str(tmp_path / "out"))
    (mission,) = answer["missions"]  # type: ignore[misc]
    assert mission["entities"] > 800
    assert 0.5 < mission["masked"] / mission["looks"] < 0.98
    assert mission["visible_km2"] < 0.5 * mission["scanned_km2"]
    dwells = decode_dwells((tmp_path / "out" / "recording.4607").read_bytes(), source="mountains")
    real = dwells.plots.truth_entity > 0
    assert real.sum() > 50
    assert 750.0 < np.median(dwells.plots.height[real]) < 2_300.0
