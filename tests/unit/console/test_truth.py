"""Truth beside the picture: one row an entity, with what became of it at the last look."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sidelook.console.access import grant
from sidelook.console.blocks import Kind
from sidelook.console.truth import Outcome, encode_truth
from sidelook.model.truth import TruthLooks

from .conftest import BEGIN, SECOND, UNMARKED, FakePicture, make_looks, make_tracks
from .test_app import BEARER, TOKEN, client_of, make_console
from .test_blocks import read_blocks


def looks(rows: list[tuple[float, int, int, str]]) -> TruthLooks:
    """Rows of (seconds after ``BEGIN``, entity, dwell or -1, letters: v in view, m masked, n in notch, d detected)."""
    times, entities, dwells, letters = zip(*rows, strict=True)

    def flag(letter: str) -> NDArray[np.bool_]:
        return np.array([letter in word for word in letters])

    return TruthLooks.empty(
        len(rows),
        time=BEGIN + (np.array(times) * SECOND).astype(np.int64),
        entity=np.array(entities, np.int64),
        dwell=np.array(dwells, np.int32),
        latitude=np.radians(50.0 + 0.001 * np.array(times)),
        longitude=np.full(len(rows), np.radians(10.0)),
        speed=np.full(len(rows), 20.0, np.float32),
        heading=np.full(len(rows), np.pi / 2, np.float32),
        in_view=flag("v"),
        masked=flag("m"),
        in_notch=flag("n"),
        detected=flag("d"),
        formation=np.full(len(rows), -1, np.int32),
        target_class=np.full(len(rows), 2, np.uint8),
    )


def read(body: bytes) -> dict[str, NDArray[Any]]:
    ((header, columns),) = read_blocks(body)
    assert (header["kind"], header["flags"]) == (Kind.TRUTH, 1)
    return columns


def test_the_last_row_of_each_entity_with_the_outcome_of_its_last_look() -> None:
    columns = read(
        encode_truth(
            looks(
                [
                    (0, 5, -1, "v"),
                    (3, 5, 11, "vd"),  # seen, and then only a regular moment
                    (4, 2, 12, "vd"),
                    (10, 5, -1, "v"),
                    (14, 2, 40, "v"),  # seen before, missed now
                ]
            )
        )
    )
    assert columns["entity"].tolist() == [2, 5]
    assert columns["time_ms"].tolist() == [BEGIN // 10**6 + 14_000, BEGIN // 10**6 + 10_000]
    assert columns["lat_e7"].tolist() == [500_140_000, 500_100_000]
    assert columns["velocity_east_mps"].tolist() == pytest.approx([20.0, 20.0])
    assert (columns["flags"] >> 16).tolist() == [Outcome.MISSED, Outcome.DETECTED]
    assert (columns["flags"] & 0x1FF).tolist() == [0x102, 0x102]
    assert columns["formation"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("dwell", "letters", "outcome"),
    [
        (3, "vm", Outcome.MASKED),
        (3, "vn", Outcome.IN_NOTCH),
        (-1, "vm", Outcome.MASKED),
        (-1, "v", Outcome.NOT_LOOKED_AT),
        (-1, "m", Outcome.NOT_LOOKED_AT),
    ],
)
def test_why_nothing_was_seen(dwell: int, letters: str, outcome: Outcome) -> None:
    columns = read(encode_truth(looks([(0, 1, dwell, letters)])))
    assert (columns["flags"] >> 16).tolist() == [outcome]


def test_what_stands_has_no_heading_and_no_speed() -> None:
    still = looks([(0, 1, -1, "v")])
    still = TruthLooks(
        **{name: getattr(still, name) for name in TruthLooks.DTYPES}
        | {"heading": np.full(1, np.nan, np.float32), "speed": np.zeros(1, np.float32)}
    )
    columns = read(encode_truth(still))
    assert (columns["velocity_east_mps"].tolist(), columns["velocity_north_mps"].tolist()) == ([0.0], [0.0])


def test_no_truth_no_block() -> None:
    assert encode_truth(TruthLooks.empty()) == b""


def kept(**given: Any) -> FakePicture:  # noqa: ANN401 - fields of the picture
    true = looks([(10, 1, 5, "vd"), (20, 1, -1, "v"), (20, 2, -1, "v")])
    return FakePicture(make_looks([0], [1]), make_tracks([(0, 1, 1)]), true=true, **given)


def test_the_page_asks_for_a_moment(tmp_path: Path) -> None:
    at = BEGIN // 10**6
    with client_of(make_console(kept(), tmp_path)) as client:
        assert client.get("/api/missions", headers=BEARER).json()[0]["truth"] is True
        answer = client.get(f"/api/truth?mission=7&at={at + 20_000}&span=30", headers=BEARER)
        assert read(answer.content)["entity"].tolist() == [1, 2]
        early = client.get(f"/api/truth?mission=7&at={at + 12_000}&span=30", headers=BEARER)
        assert read(early.content)["entity"].tolist() == [1]
        assert client.get(f"/api/truth?mission=8&at={at}&span=30", headers=BEARER).status_code == 404
        for wrong in ("at=now&span=30", f"at={at}&span=0", f"at={at}&span=nan", f"at={at}"):
            refused = client.get(f"/api/truth?mission=7&{wrong}", headers=BEARER)
            assert (refused.status_code, "'at'" in refused.json()["error"]) == (400, True)


def test_truth_under_a_marking_that_was_not_read_does_not_leave_the_machine(tmp_path: Path) -> None:
    public = make_console(kept(true_origin=UNMARKED), tmp_path, grant("10.0.0.1", 1, TOKEN))
    with client_of(public, "10.0.0.1:1") as client:
        answer = client.get(f"/api/truth?mission=7&at={BEGIN // 10**6 + 20_000}&span=30", headers=BEARER)
        assert (answer.status_code, answer.content) == (200, b"")
