"""``sidelook simulate`` with requests and live."""

import json
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pyarrow.parquet as pq
import pytest

from sidelook.errors import UsageError
from sidelook.feeds.address import AddressError
from sidelook.formats.stanag4607 import decode, decode_dwells
from sidelook.formats.stanag4607.fields import SegmentKind
from sidelook.formats.stanag4607.rules.checker import RuleChecker
from sidelook.formats.stanag4607.tasking import encode_requests
from sidelook.mission.simulate import SimulateOptions, simulate
from sidelook.model.collection import JobRequest, RadarMode
from sidelook.model.origin import Classification, Origin
from sidelook.simulation.scenario.settings import Scenario, ScenarioError

from .test_scenario import ROADS

SECOND = 1_000_000_000
ORIGIN = Origin(source="test", classification=Classification.UNCLASSIFIED, nationality="QQ", platform="GROUND")
CORNERS = [[37.79, -43.1], [37.81, -43.1], [37.81, -43.08]]
START = Scenario().begins(0)
ASKED = JobRequest(
    requestor="GROUND", task="A", corners=tuple((np.radians(a), np.radians(b)) for a, b in CORNERS),
    earliest=START + 70 * SECOND, priority=5, revisit=5.0,
)  # fmt: skip

MakeScenario: TypeAlias = Callable[..., Path]


@pytest.fixture
def scenario(tmp_path: Path) -> MakeScenario:
    """Write a scenario down, and the roads it is played on."""
    (tmp_path / "roads.osm").write_text(ROADS)

    def write(extra: str = "", *, days: int = 1, duration_s: float = 150.0) -> Path:
        path = tmp_path / "scenario.toml"
        path.write_text(f"days = {days}\nduration_s = {duration_s}\n{PLAIN}{extra}")
        return path

    return write


PLAIN = """
[ground]
kind = "smooth"
roads = "roads.osm"

[traffic]
vehicles = 25

[platform]
stand_off_km = 70.0

[[jobs]]
revisit_s = 20.0
"""
SECTIONS = f"""
[[requests]]
requestor = "US"
task = "SPOT"
corners_deg = {CORNERS}
at_s = 30.0
revisit_s = 5.0
duration_s = 60.0

[[requests]]
requestor = "US"
task = "WEAPON"
corners_deg = {CORNERS}
mode = 12
at_s = 31.5
"""


MIXED = """
[[jobs]]
whole_view = true
priority = 60
revisit_s = 90.0

[[jobs]]
kind = "sector"
corners_deg = [[37.79, -43.1], [37.81, -43.1], [37.81, -43.08]]
priority = 20
revisit_s = 8.5
"""


def test_each_job_is_announced_as_what_it_is(scenario: MakeScenario, tmp_path: Path) -> None:
    """The traffic's box, the whole view, a sector of three corners, and a job that is asked for on the way."""
    asked = tmp_path / "asked.4607"
    square = tuple((np.radians(a), np.radians(b)) for a, b in (*CORNERS, [37.79, -43.08]))
    request = replace(ASKED, corners=square, mode=RadarMode.LOW_RESOLUTION_SECTOR)
    asked.write_bytes(b"".join(encode_requests([request], ORIGIN)))
    assert simulate(str(scenario(MIXED)), tmp_path / "out", SimulateOptions(requests=asked))
    packets = decode((tmp_path / "out" / "recording.4607").read_bytes(), strict=True)
    said = {segment.number("J1"): segment for segment in packets.of_kind(SegmentKind.JOB_DEFINITION)}
    facts = {job: [one.number(symbol) for symbol in ("J5", "J14", "J15")] for job, one in said.items()}
    assert facts == {1: [50, 18, 200], 2: [60, 19, 900], 3: [20, 16, 85], 4: [5, 17, 50]}
    assert {one.number("J24") for one in said.values()} == {said[1].number("J24")}
    assert 0 < said[1].number("J24") < 255
    for job, corners in ((3, CORNERS), (4, [*CORNERS, [37.79, -43.08]])):
        latitude = [said[job].value(symbol) for symbol in ("J6", "J8", "J10", "J12")]
        longitude = [said[job].value(symbol) - 360.0 for symbol in ("J7", "J9", "J11", "J13")]
        sides = [min(latitude), max(latitude), min(longitude), max(longitude)]
        south, west = np.min(corners, axis=0)
        north, east = np.max(corners, axis=0)
        np.testing.assert_allclose(sides, [south, north, west, east], atol=1e-4)
    whole = [said[2].value(symbol) for symbol in ("J6", "J10")]
    assert abs(whole[0] - whole[1]) > 1.0
    # Each is announced before its first dwell.
    definitions = packets.of_kind(SegmentKind.JOB_DEFINITION)
    announced = {one.number("J1"): int(packets.packet[one.row]) for one in definitions[::-1]}
    places = np.concatenate([packets.packet[group.row] for group in packets.dwells])
    jobs = packets.header["P10"][places]
    assert {job: places[jobs == job].min() > place for job, place in announced.items()} == dict.fromkeys(said, True)
    checker = RuleChecker()
    checker.check(packets)
    assert {name for name in checker.report().totals if "job" in name or "segment" in name} == set()


def test_answers_stand_in_the_recording_when_they_were_given(scenario: MakeScenario, tmp_path: Path) -> None:
    asked = tmp_path / "asked.4607"
    late = replace(ASKED, task="LATE", earliest=START + 3_600 * SECOND)
    asked.write_bytes(b"".join(encode_requests([late, replace(ASKED, nationality="QQ")], ORIGIN)))
    assert simulate(str(scenario(SECTIONS)), tmp_path / "out", SimulateOptions(requests=asked))
    data = (tmp_path / "out" / "recording.4607").read_bytes()
    packets = decode(data, strict=True)
    answers = packets.of_kind(SegmentKind.JOB_ACKNOWLEDGE)
    told = [(answer.value("A3"), answer.number("A1"), answer.number("A18")) for answer in answers]
    assert told == [("SPOT", 2, 1), ("WEAPON", 2**32 - 1, 8), ("A", 3, 1)]
    assert answers[2].value("A25") == "QQ"
    # Each stands alone, between dwells of before and after.
    dwells = decode_dwells(data, source="own")
    first = {job: dwells.time[np.array([o.job for o in dwells.origins])[dwells.origin] == job].min() for job in (2, 3)}
    for answer, given in zip(answers, (30.0, 31.5, 70.0), strict=True):
        place = packets.packet[answer.row]
        assert (packets.packet == place).sum() == 1
        times = np.concatenate([group.body["D6"] * 1e-3 for group in packets.dwells])
        since = times - (START // SECOND % 86_400)
        earlier = np.concatenate([packets.packet[group.row] < place for group in packets.dwells])
        assert since[earlier].max() < given + 0.2
        assert since[~earlier].min() > given - 0.2
    assert 30.0 <= (first[2] - START) / SECOND < 31.0
    assert 70.0 <= (first[3] - START) / SECOND < 71.0
    rows = json.loads((tmp_path / "out" / "answers.json").read_text())
    assert [(row["task"], row["status"]) for row in rows] == [
        ("SPOT", "approved"),
        ("WEAPON", "denied_illegal_request"),
        ("A", "approved"),
    ]
    (figures,) = json.loads((tmp_path / "out" / "summary.json").read_text())["missions"]
    assert [figures[name] for name in ("requests", "answered", "granted", "octets")] == [4, 3, 2, len(data)]
    checker = RuleChecker()
    checker.check(packets)
    assert {name for name in checker.report().totals if "job" in name or "segment" in name} == set()
    jobs = set(pq.read_table(tmp_path / "out" / "schedule.parquet")["job"].to_pylist())
    assert jobs == {1, 2, 3}
    covered = (tmp_path / "out" / "coverage.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in covered] == ["job", "1", "2", "3"]


def test_a_job_that_is_over_or_cancelled_is_said_to_be(scenario: MakeScenario, tmp_path: Path) -> None:
    """One lasts a minute from second 30 on; the other is cancelled at second 100."""
    cancel = replace(ASKED, cancel=True, earliest=START + 100 * SECOND)
    asked = tmp_path / "asked.4607"
    asked.write_bytes(b"".join(encode_requests([ASKED, cancel], ORIGIN)))
    assert simulate(str(scenario(SECTIONS)), tmp_path / "out", SimulateOptions(requests=asked))
    packets = decode((tmp_path / "out" / "recording.4607").read_bytes(), strict=True)
    ends = [one for one in packets.of_kind(SegmentKind.JOB_DEFINITION) if one.number("J5") == 255]
    assert [one.number("J1") for one in ends] == [2, 3]
    places = np.concatenate([packets.packet[group.row] for group in packets.dwells])
    jobs = packets.header["P10"][places]
    for one in ends:
        assert places[jobs == one.number("J1")].max() < packets.packet[one.row]
    assert (jobs == 1).any()


def test_a_radar_without_jobs_waits_to_be_asked(scenario: MakeScenario, tmp_path: Path) -> None:
    path = scenario(SECTIONS)
    path.write_text("jobs = []\n" + path.read_text().replace("[[jobs]]\nrevisit_s = 20.0\n", ""))
    assert simulate(str(path), tmp_path / "out", SimulateOptions())
    dwells = decode_dwells((tmp_path / "out" / "recording.4607").read_bytes(), source="own")
    assert {origin.job for origin in dwells.origins} == {1}
    assert 30.0 <= (dwells.time.min() - START) / SECOND < 31.0
    assert (dwells.time.max() - START) / SECOND < 90.0


def test_a_scenario_names_a_request_that_cannot_be(scenario: MakeScenario, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"no key requests\[0\]\.revisit; did you mean"):
        simulate(str(scenario(SECTIONS.replace("revisit_s", "revisit"))), tmp_path / "out", SimulateOptions())
    with pytest.raises(ScenarioError, match="three or four corners"):
        simulate(str(scenario(SECTIONS.replace(str(CORNERS), "[]"))), tmp_path / "out", SimulateOptions())


def test_what_is_sent_is_what_is_written(scenario: MakeScenario, tmp_path: Path) -> None:
    found = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def receive() -> None:
            peer, _ = server.accept()
            with peer:
                while data := peer.recv(65_536):
                    found.extend(data)

        receiver = threading.Thread(target=receive)
        receiver.start()
        to = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        assert simulate(str(scenario(SECTIONS)), tmp_path / "out", SimulateOptions(to=to, speed=float("inf")))
        receiver.join(10.0)
    assert bytes(found) == (tmp_path / "out" / "recording.4607").read_bytes()
    sent = json.loads((tmp_path / "out" / "summary.json").read_text())["sent"]
    assert sent == {"to": to, "packets": len(decode(bytes(found))), "octets": len(found), "complete": True}


def test_what_is_sent_and_not_written_is_the_same(
    scenario: MakeScenario, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = scenario(SECTIONS, days=2, duration_s=60.0)
    simulate(str(path), tmp_path / "out", SimulateOptions())
    written = b"".join((tmp_path / "out" / f"day-{day:02d}-recording.4607").read_bytes() for day in (1, 2))
    before = sorted(tmp_path.rglob("*"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(5.0)
        to = f"udp://127.0.0.1:{receiver.getsockname()[1]}"
        assert simulate(str(path), None, SimulateOptions(to=to, speed=float("inf")))
        found = b"".join(receiver.recv(65_535) for _ in range(len(decode(written))))
    assert found == written
    assert sorted(tmp_path.rglob("*")) == before
    said = capsys.readouterr().out
    assert "not kept: scenario" in said
    assert f"{len(written):,} bytes to {to}" in said


def test_neither_a_folder_nor_an_address_is_wrong_use(scenario: MakeScenario) -> None:
    with pytest.raises(UsageError, match="is to fill, or with --to where to send it"):
        simulate(str(scenario()), None, SimulateOptions())
    with pytest.raises(AddressError):
        simulate(str(scenario()), None, SimulateOptions(to="127.0.0.1:4607"))
    with pytest.raises(UsageError, match="speed of 0"):
        simulate(str(scenario()), None, SimulateOptions(to="udp://127.0.0.1:9", speed=0.0))
