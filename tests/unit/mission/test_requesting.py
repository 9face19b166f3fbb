import json
from dataclasses import replace
from pathlib import Path

import pytest

from sidelook.errors import ReleaseRefusedError
from sidelook.formats.stanag4607.tasking import UnreadableRequestError, encode_answers, encode_requests
from sidelook.mission.opening import NoRecordingError, NotARecordingError
from sidelook.mission.requesting import AnswerBook, NoRequestsError, bring_requests, requests_of
from sidelook.model.collection import JobAnswer, JobRequest, RequestStatus
from sidelook.model.origin import Classification, Origin
from sidelook.simulation.scenario.settings import RequestSection, Scenario

DAY = 86_400_000_000_000
SCENARIO = Scenario(days=3)
START = SCENARIO.begins(0)
ORIGIN = Origin(source="test", classification=Classification.UNCLASSIFIED, nationality="XN", platform="GROUND")
ASKED = JobRequest(
    requestor="GROUND", task="A", corners=((0.5, 0.2), (0.5, 0.21), (0.51, 0.2), (0.51, 0.21)), earliest=START,
    nationality="XN",
)  # fmt: skip
DENIED = JobAnswer(request=ASKED, status=RequestStatus.DENIED_ORBIT, reason="never in view")


def written(path: Path, *packets: bytes) -> Path:
    path.write_bytes(b"".join(packets))
    return path


def test_requests_come_from_a_recording_and_what_else_is_in_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [replace(ASKED, task=task) for task in "AB"]
    other = encode_answers([DENIED], replace(ORIGIN, simulated=True))
    path = written(tmp_path / "asked.4607", *encode_requests(asked, ORIGIN), *other, b"\xff" * 50)
    assert [request.task for request in bring_requests(path)] == ["A", "B"]
    said = capsys.readouterr().err
    assert "1 segments that are no job requests were passed over" in said
    assert "50 bytes are in no sound packet" in said
    assert bring_requests(None) == ()


def test_a_recording_without_requests_is_an_error(tmp_path: Path, recording_bytes: bytes) -> None:
    with pytest.raises(NoRequestsError, match="holds no job request"):
        bring_requests(written(tmp_path / "flight.4607", recording_bytes))
    with pytest.raises(NotARecordingError):
        bring_requests(written(tmp_path / "empty.4607"))
    with pytest.raises(NotARecordingError):
        bring_requests(written(tmp_path / "noise.4607", b"noise" * 99))
    with pytest.raises(NoRecordingError):
        bring_requests(tmp_path / "absent.4607")


def test_a_request_for_no_time_is_an_error(tmp_path: Path) -> None:
    packet = bytearray(encode_requests([ASKED], ORIGIN)[0])
    month = 32 + 5 + 10 + 10 + 1 + 32 + 1 + 2 + 2 + 2
    assert packet[month] == 5
    packet[month] = 13
    with pytest.raises(UnreadableRequestError):
        bring_requests(written(tmp_path / "asked.4607", bytes(packet)))


def test_what_is_marked_higher_than_the_answers_will_be_is_not_asked(tmp_path: Path) -> None:
    secret = replace(ORIGIN, classification=Classification.SECRET)
    path = written(tmp_path / "asked.4607", *encode_requests([ASKED], ORIGIN), *encode_requests([ASKED], secret))
    with pytest.raises(ReleaseRefusedError, match="not released to an UNCLASSIFIED simulation"):
        bring_requests(path)


def test_each_mission_has_the_requests_of_its_day() -> None:
    section = RequestSection(requestor="US", task="DAILY", corners_deg=((1.0, 1.0), (1.0, 2.0), (2.0, 2.0)), at_s=60.0)
    scenario = replace(SCENARIO, requests=(section,))
    given = tuple(
        replace(ASKED, task=str(number), earliest=earliest)
        for number, earliest in enumerate(
            (0, START - DAY, START + 1, START + DAY, START + 2 * DAY - 1, START + 9 * DAY)
        )
    )
    tasks = [[request.task for request in requests_of(scenario, given, day)] for day in range(3)]
    assert tasks == [["DAILY", "0", "1", "2"], ["DAILY", "3", "4"], ["DAILY", "5"]]
    assert [requests_of(scenario, (), day)[0].earliest for day in range(3)] == [
        START + day * DAY + 60_000_000_000 for day in range(3)
    ]


def test_answers_are_written_for_people(tmp_path: Path) -> None:
    book = AnswerBook((ASKED, ASKED))
    granted = replace(DENIED, status=RequestStatus.APPROVED, job=4, start=START, corners=ASKED.corners)
    book.note((DENIED, granted), START)
    book.write(tmp_path / "answers.json")
    rows = json.loads((tmp_path / "answers.json").read_text())
    assert [(row["status"], row["reason"], row["job"]) for row in rows] == [
        ("denied_orbit", "never in view", 0),
        ("approved", "never in view", 4),
    ]
    assert rows[1]["start"] == rows[0]["given"] == "2026-05-04T06:30:00.000Z"
    assert rows[1]["corners_deg"][0] == pytest.approx([28.6479, 11.4592], abs=1e-4)
    assert book.granted == 1
    assert all(row["simulated"] for row in rows)


def test_nobody_asked_and_nothing_is_written(tmp_path: Path) -> None:
    AnswerBook(()).write(tmp_path / "answers.json")
    assert not (tmp_path / "answers.json").exists()
