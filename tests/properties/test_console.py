"""Whatever is asked for, the console answers; it never falls over."""

from collections.abc import Iterator
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from sidelook.archive import Archive
from sidelook.console.access import grant
from sidelook.console.app import Parts, build
from sidelook.console.board import Board, Mode
from sidelook.model.origin import Origin
from sidelook.model.plots import Dwells, Plots
from sidelook.timescale import SystemClock

TOKEN = "of-the-property"  # noqa: S105 - opens nothing but the test
HOST = "http://127.0.0.1:8046"
NUMBERS = [
    "0",
    "1",
    "-1",
    "nan",
    "inf",
    "-inf",
    "1e300",
    "-1e300",
    "1e13",
    "9e15",
    "1e9",
    "1" * 30,
    "9" * 5000,
    "1_0",
    "",
]
VALUES = st.one_of(
    st.sampled_from(NUMBERS),
    st.text(max_size=20),
    st.integers().map(str),
    st.floats().map(str),
    st.lists(st.sampled_from(NUMBERS) | st.floats(-360, 360).map(str), min_size=3, max_size=5).map(",".join),
)
NAMES = st.sampled_from(["mission", "from", "to", "box", "kinds", "bins", "track", "token", "from_seq"]) | st.text(
    max_size=5
)
QUERIES = st.lists(st.tuples(NAMES, VALUES), max_size=8)
ASKED = {"mission": "1", "from": "0", "to": "4e12", "bins": "3", "track": "1", "token": TOKEN}
APIS = st.sampled_from(["hello", "missions", "blocks", "activity", "track", "basemaps"])
PATHS = st.one_of(
    st.text(max_size=300),
    st.binary(max_size=30),
    st.lists(st.sampled_from(["..", ".", "", "assets", "\0", "index.html", "basemaps", "metrics", "~", "a" * 300])).map(
        "/".join
    ),
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Call a console over an archive of one mission with one dwell; what its handlers raise, the call raises."""
    folder = tmp_path_factory.mktemp("console")
    (folder / "index.html").write_text("<head></head>")
    with Archive.open(folder / "archive", "write") as archive:
        writer = archive.begin_mission("any", kind="recording", received=10**18)
        plots = Plots.empty(1, latitude=np.ones(1), longitude=np.ones(1))
        time, count = np.array([10**18]), np.ones(1, np.int32)
        writer.append_dwells(
            Dwells.empty(1, time=time, plot_count=count, plots=plots, origins=(Origin(source="any"),)),
            np.ones(1, np.int64),
        )
        writer.seal()
        access = grant("127.0.0.1", 8046, TOKEN)
        parts = Parts(
            picture=archive, board=Board(mode=Mode.ARCHIVE), access=access, clock=SystemClock(), static=folder
        )
        with TestClient(build(parts).app, base_url=HOST, client=("127.0.0.1", 50_000)) as client:
            yield client


def test_the_unspoilt_query_is_answered(client: TestClient) -> None:
    for name in ("hello", "missions", "blocks", "activity", "track", "basemaps"):
        assert client.get(f"/api/{name}", params=ASKED).status_code == 200


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=APIS, query=QUERIES)
@example(name="blocks", query=[("from", "-1e13"), ("to", "1e13")])
@example(name="blocks", query=[("box", "170,90,-170,-90")])
@example(name="track", query=[("track", "9" * 29)])
@example(name="activity", query=[("mission", "9" * 23)])
def test_every_query_is_answered_with_data_or_a_sentence(
    client: TestClient, name: str, query: list[tuple[str, str]]
) -> None:
    answer = client.get(f"/api/{name}", params=ASKED | dict(query))
    assert answer.status_code in {200, 400, 403, 404}
    assert answer.status_code == 200 or answer.json()["error"]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=PATHS)
@example(path="\0")
@example(path="a" * 5000)
def test_every_path_is_answered(client: TestClient, path: str | bytes) -> None:
    answer = client.get(f"{HOST}/{quote(path)}")
    assert answer.status_code < 500
