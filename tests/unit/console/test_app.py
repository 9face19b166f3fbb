"""The application as a browser meets it: guard, REST, page, base maps and the WebSocket."""

import asyncio
import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from sidelook.archive import Archive, MissionSummary
from sidelook.console import api
from sidelook.console.access import Access, ListenError, grant
from sidelook.console.api import Picture
from sidelook.console.app import Console, Parts, build
from sidelook.console.board import Alarm, Board, Condition, Level, Mode, Outlook
from sidelook.console.metrics import Figure
from sidelook.model.origin import Classification, Origin
from sidelook.timescale import SystemClock

from .conftest import BEGIN, OPEN, SECOND, UNMARKED, FakePicture, make_formations, make_looks, make_rows, make_tracks
from .test_blocks import read_blocks

TOKEN = "of-this-run"  # noqa: S105 - opens nothing but the test
WEBSOCKET = "ws://127.0.0.1:8046"
BEARER = {"authorization": f"Bearer {TOKEN}"}
WINDOW = f"mission=7&from={BEGIN // 1_000_000}&to={BEGIN // 1_000_000 + 100_000}"


def make_console(picture: Picture, tmp_path: Path, access: Access | None = None, board: Board | None = None) -> Console:
    """Build a console over the fake picture, with a page and one base map."""
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True, exist_ok=True)
    (static / "index.html").write_text('<head><meta name="sidelook-token" content=""></head>')
    (static / "assets" / "page-1234.js").write_text("let x = 1")
    maps = tmp_path / "maps"
    maps.mkdir(exist_ok=True)
    (maps / "roads.pmtiles").write_bytes(bytes(range(200)))
    (maps / "roads.txt").write_text("OpenStreetMap contributors\n")
    (maps / "notes.doc").write_text("not a map")
    (tmp_path / "island.geojson").write_text("{}")
    (tmp_path / "secret.geojson").write_text("{}")
    parts = Parts(
        picture=picture,
        board=board or Board(mode=Mode.ARCHIVE),
        access=access or grant("127.0.0.1", 8046, TOKEN),
        clock=SystemClock(),
        basemaps=(maps, tmp_path / "island.geojson"),
        static=static,
        figures=(Figure(name="sidelook_plots_total", help="plots", read=lambda: 5.0),),
    )
    return build(parts)


@contextmanager
def client_of(console: Console, host: str = "127.0.0.1:8046", peer: str = "127.0.0.1") -> Iterator[TestClient]:
    """Call the console by a name, as a browser."""
    with TestClient(console.app, base_url=f"http://{host}", client=(peer, 50_000)) as client:
        yield client


@dataclasses.dataclass(frozen=True)
class TwoMorePicture(FakePicture):
    """Several missions with the same rows."""

    several: tuple[MissionSummary, ...]

    def missions(self) -> tuple[MissionSummary, ...]:
        """List them."""
        return self.several


@pytest.fixture
def client(picture: FakePicture, tmp_path: Path) -> Iterator[TestClient]:
    """Call from this machine."""
    with client_of(make_console(picture, tmp_path)) as client:
        yield client


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """One mission in files: two dwells of a plot each, and a state of track 1."""
    rows = make_rows([0, 30], [(0, 1, 1)])
    with Archive.open(tmp_path / "archive-of-the-test", "write") as archive:
        writer = archive.begin_mission("flight", kind="recording", received=BEGIN)
        writer.append_dwells(rows.looks.dwells, rows.looks.plot_track)
        writer.append_tracks(rows.tracks)
        writer.end(BEGIN)
        yield archive


@pytest.fixture
def kept(archive: Archive, tmp_path: Path) -> Iterator[TestClient]:
    """Call a console over a real archive, whose one mission is 1."""
    with client_of(make_console(archive, tmp_path)) as client:
        yield client


@pytest.mark.parametrize("path", ["/api/hello", "/api/missions", f"/api/blocks?{WINDOW}", "/api/basemaps", "/api/no"])
@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": TOKEN}])
def test_rest_needs_the_token(client: TestClient, path: str, headers: dict[str, str]) -> None:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 403
    assert "token" in answer.json()["error"]


@pytest.mark.parametrize("host", ["evil.example:8046", "127.0.0.1:9999", "127.0.0.1", "192.168.1.5:8046"])
def test_other_names_for_this_server_are_refused(picture: FakePicture, tmp_path: Path, host: str) -> None:
    with client_of(make_console(picture, tmp_path), host) as client:
        answer = client.get("/")
        assert answer.status_code == 403
        assert TOKEN not in answer.text


@pytest.mark.parametrize(
    ("origin", "status"),
    [("http://localhost:8046", 200), ("http://127.0.0.1:8046", 200), ("null", 403), ("http://evil.example", 403)],
)
def test_other_pages_are_refused(client: TestClient, origin: str, status: int) -> None:
    assert client.get("/api/hello", headers=BEARER | {"origin": origin}).status_code == status


def test_every_answer_bears_the_security_headers(client: TestClient) -> None:
    for path in ("/", "/api/hello", "/assets/none.js"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'self'")
        assert "http" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_the_page_on_this_machine_is_given_the_token(client: TestClient) -> None:
    answer = client.get("/")
    assert f'<meta name="sidelook-token" content="{TOKEN}">' in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_a_page_for_the_network_brings_its_own_token(picture: FakePicture, tmp_path: Path) -> None:
    access = grant("192.168.1.5", 8046, TOKEN)
    with client_of(make_console(picture, tmp_path, access), "192.168.1.5:8046", "192.168.1.9") as client:
        assert 'content=""' in client.get("/").text
        assert f'content="{TOKEN}"' in client.get(f"/?token={TOKEN}").text


def test_listening_to_the_network_needs_a_chosen_token() -> None:
    with pytest.raises(ListenError, match="--token"):
        grant("0.0.0.0", 8046, None)  # noqa: S104 - to be refused
    assert grant("::1", 8046, None).loopback


def test_what_is_unmarked_is_withheld_from_the_network(tmp_path: Path) -> None:
    picture = FakePicture(make_looks([0], [2], UNMARKED), make_tracks([(0, 1, 1)], UNMARKED))
    with client_of(make_console(picture, tmp_path, grant("10.0.0.1", 1, TOKEN)), "10.0.0.1:1") as network:
        assert network.get(f"/api/blocks?{WINDOW}", headers=BEARER).content == b""
    with client_of(make_console(picture, tmp_path)) as operator:
        assert len(read_blocks(operator.get(f"/api/blocks?{WINDOW}", headers=BEARER).content)) == 3


def test_hello_describes_the_blocks(client: TestClient) -> None:
    hello = client.get("/api/hello", params={"token": TOKEN}).json()
    assert hello["missions"] == ["7"]
    assert hello["tables"]["plots"][0] == ["time_ms", "f64"]


def test_missions_are_described_in_degrees_and_milliseconds(client: TestClient) -> None:
    (mission,) = client.get("/api/missions", headers=BEARER).json()
    assert mission["mission"] == "7"
    assert mission["box"] == pytest.approx([9, 49, 11, 51])
    assert mission["end_ms"] - mission["begin_ms"] == 120_000
    assert (mission["id"], mission["live"], mission["revisit_s"]) == ("7", False, 30.0)


def test_a_mission_bears_the_highest_marking_of_its_origins(picture: FakePicture, tmp_path: Path) -> None:
    secret = Origin(source="other", classification=Classification.SECRET, system="XN")
    (mission,) = picture.missions()
    several = tuple(dataclasses.replace(mission, origins=origins) for origins in ((OPEN,), (OPEN, secret), (UNMARKED,)))
    with client_of(make_console(TwoMorePicture(picture.looks, picture.table, several), tmp_path)) as client:
        markings = [found["marking"] for found in client.get("/api/missions", headers=BEARER).json()]
    assert markings[0] == {"text": "UNCLASSIFIED", "level": Classification.UNCLASSIFIED}
    assert markings[1] == {"text": "SECRET (XN)", "level": Classification.SECRET}
    assert markings[2]["text"].startswith("MARKING NOT READ")


def test_the_mission_of_this_run_is_listed_last(picture: FakePicture, tmp_path: Path) -> None:
    (seventh,) = picture.missions()
    several = [dataclasses.replace(seventh, mission=number) for number in (6, 7, 8)]
    shown = TwoMorePicture(picture.looks, picture.table, tuple(several))
    with client_of(make_console(shown, tmp_path, board=Board(mode=Mode.ARCHIVE, mission=7))) as client:
        assert [mission["id"] for mission in client.get("/api/missions", headers=BEARER).json()] == ["6", "8", "7"]


def test_blocks_hold_the_rows_of_the_window_and_may_be_kept(client: TestClient) -> None:
    answer = client.get(f"/api/blocks?{WINDOW}", headers=BEARER)
    assert [(header["kind"], header["count"]) for header, _ in read_blocks(answer.content)] == [(1, 2), (2, 2), (3, 4)]
    assert "immutable" in answer.headers["cache-control"]


def test_blocks_of_some_kinds_inside_a_box(client: TestClient) -> None:
    answer = client.get(f"/api/blocks?{WINDOW}&kinds=2,3&box=9,49,11,51", headers=BEARER)
    assert [header["kind"] for header, _ in read_blocks(answer.content)] == [2, 3]


def test_a_moment_holds_what_its_picture_is_made_of(tmp_path: Path) -> None:
    """Looks that have not faded, and trails; what is silent for longer comes with the history around it."""
    rows = [(349, 1, 1), (350, 1, 1), (400, 1, 1), (20, 2, 1), (449, 4, 1), (450, 4, 1), (451, 4, 1)]
    made = make_rows([400, 404, 406, 450, 451], [], OPEN)
    formations = make_formations([(340, 1, 0), (400, 1, 0), (460, 1, 0)])
    picture = FakePicture(made.looks, make_tracks(sorted(rows), OPEN), groups=formations)
    at = BEGIN // 1_000_000 + 450_000
    with client_of(make_console(picture, tmp_path)) as client:
        answer = client.get(f"/api/moment?mission=7&at={at}&trail=100&fade=45", headers=BEARER)
    blocks = {header["kind"]: columns for header, columns in read_blocks(answer.content)}
    seconds = {kind: (columns["time_ms"] - BEGIN / 1e6) / 1e3 for kind, columns in blocks.items()}
    assert seconds[1].tolist() == seconds[2].tolist() == [406, 450]
    assert list(zip(seconds[3].tolist(), blocks[3]["track"].tolist(), strict=True)) == [
        (350, 1),
        (400, 1),
        (449, 4),
        (450, 4),
    ]
    assert list(zip(seconds[4].tolist(), blocks[4]["formation"].tolist(), strict=True)) == [(400, 1)]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("query", ["at=x&trail=1&fade=1", "at=1&trail=3601&fade=1", "at=1&trail=nan&fade=1", "at=1"])
def test_a_moment_that_cannot_be_read_is_answered_with_a_sentence(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/moment?mission=7&{query}", headers=BEARER)
    assert (answer.status_code, "'trail'" in answer.json()["error"]) == (400, True)


def test_a_moment_not_worked_through_yet_is_refused_for_now(picture: FakePicture, tmp_path: Path) -> None:
    board = Board(mode=Mode.FILE, mission=7)
    board.post(Condition(source="file", time=BEGIN + 50 * SECOND, progress=0.5))
    with client_of(make_console(picture, tmp_path, board=board)) as client:
        for second, status in ((49, 200), (51, 503)):
            at = BEGIN // 1_000_000 + second * 1000
            answer = client.get(f"/api/moment?mission=7&at={at}&trail=9&fade=9", headers=BEARER)
            assert answer.status_code == status


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("mission=x&from=0&to=1", "'mission'"),
        ("mission=7&from=0", "'from' and 'to'"),
        ("mission=7&from=0&to=nan", "'from' and 'to'"),
        ("mission=7&from=2&to=1", "after"),
        (f"{WINDOW}&kinds=9", "'kinds'"),
        ("mission=7&from=0&to=inf", "'from' and 'to'"),
        (f"{WINDOW}&box=1,2,3", "'box'"),
        (f"{WINDOW}&box=nan,1,2,3", "'box'"),
        (f"{WINDOW}&box=-inf,-1,2,3", "'box'"),
        (f"{WINDOW}&box=170,90,-170,-90", "south not above north"),
        (f"{WINDOW}&box=1e9,1e9,1e9,1e9", "'box'"),
        (f"{WINDOW}&mission={10**25}", "too large"),
    ],
)
def test_a_query_that_cannot_be_read_is_answered_with_a_sentence(client: TestClient, query: str, words: str) -> None:
    answer = client.get(f"/api/blocks?{query}", headers=BEARER)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


@pytest.mark.parametrize(("begin", "end"), [("-1e300", "1e300"), ("-1e13", "1e13"), ("0", "9e15")])
def test_a_window_wider_than_time_is_all_of_it(kept: TestClient, begin: str, end: str) -> None:
    answer = kept.get(f"/api/blocks?mission=1&from={begin}&to={end}", headers=BEARER)
    assert [header["count"] for header, _ in read_blocks(answer.content)] == [2, 2, 1]


@pytest.mark.parametrize(
    "query", ["mission=7&from=0&to=1", "mission=7&bins=10", "mission=7&track=1", "mission=-1&bins=10"]
)
def test_a_mission_that_is_not_kept_is_not_found(kept: TestClient, query: str) -> None:
    name = next(name for key, name in {"from": "blocks", "bins": "activity", "track": "track"}.items() if key in query)
    answer = kept.get(f"/api/{name}?{query}", headers=BEARER)
    assert answer.status_code == 404
    assert "archive-of-the-test" not in answer.text
    assert "no mission" in answer.json()["error"]


@pytest.mark.parametrize(("track", "status"), [("1", 200), ("2", 404), ("0", 404), ("-5", 404), (str(10**28), 400)])
def test_a_track_that_is_not_kept_is_not_found(kept: TestClient, track: str, status: int) -> None:
    answer = kept.get(f"/api/track?mission=1&track={track}", headers=BEARER)
    assert answer.status_code == status
    assert status == 200 or "track" in answer.json()["error"]


def test_what_cannot_be_read_does_not_tell_the_folder(
    kept: TestClient, archive: Archive, caplog: pytest.LogCaptureFixture
) -> None:
    for path in archive.folder.rglob("*.parquet"):
        path.unlink()
    answer = kept.get("/api/blocks?mission=1&from=0&to=9e12", headers=BEARER)
    assert (answer.status_code, "archive-of-the-test" in answer.text) == (503, False)
    assert "parquet" in caplog.text


def test_a_window_not_worked_through_yet_is_waited_for_then_refused_for_now(
    picture: FakePicture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "PATIENCE", 0.05)
    board = Board(mode=Mode.FILE, mission=7)
    board.post(Condition(source="file", time=BEGIN + 50 * SECOND, progress=0.5))
    with client_of(make_console(picture, tmp_path, board=board)) as client:
        refused = client.get(f"/api/blocks?{WINDOW}", headers=BEARER)
        assert (refused.status_code, refused.headers["cache-control"]) == (503, "no-store")
        early = f"mission=7&from={BEGIN // 1_000_000}&to={BEGIN // 1_000_000 + 50_000}"
        assert "immutable" in client.get(f"/api/blocks?{early}", headers=BEARER).headers["cache-control"]


def test_a_live_window_is_given_at_once_and_may_not_be_kept_while_rows_may_come(
    picture: FakePicture, tmp_path: Path
) -> None:
    board = Board(mode=Mode.LIVE, mission=7)
    board.post(Condition(source="live", time=BEGIN + 120 * SECOND))
    with client_of(make_console(picture, tmp_path, board=board)) as client:
        assert client.get(f"/api/blocks?{WINDOW}", headers=BEARER).headers["cache-control"] == "no-store"
        early = f"mission=7&from={BEGIN // 1_000_000}&to={BEGIN // 1_000_000 + 50_000}"
        assert "immutable" in client.get(f"/api/blocks?{early}", headers=BEARER).headers["cache-control"]


def test_a_recording_is_described_whole_while_it_is_worked_through(picture: FakePicture, tmp_path: Path) -> None:
    times = BEGIN + np.array([0, 30, 600]) * SECOND
    outlook = Outlook(time=times, plot_count=np.array([1, 0, 7], np.int32), box=None, revisit=30.0, simulated=True)
    board = Board(mode=Mode.FILE, mission=7, outlook=outlook)
    board.post(Condition(source="file", time=BEGIN, progress=0.1))
    with client_of(make_console(picture, tmp_path, board=board)) as client:
        (mission,) = client.get("/api/missions", headers=BEARER).json()
        assert mission["end_ms"] - mission["begin_ms"] == 600_000
        assert (mission["plots"], mission["dwells"], mission["box"]) == (8, 3, None)
        activity = client.get("/api/activity?mission=7&bins=2", headers=BEARER).json()
        assert (activity["plots"], activity["dwells"]) == ([1, 7], [2, 1])
        board.post(Condition(source="file", time=BEGIN, progress=1.0))
        assert client.get("/api/missions", headers=BEARER).json()[0]["plots"] == 5


def test_waiting_ends_when_the_window_is_filled() -> None:
    async def wait() -> bool:
        board = Board(mode=Mode.FILE, mission=7)
        waiting = asyncio.create_task(board.wait_filled(7, BEGIN, 30))
        await asyncio.sleep(0)
        board.post(Condition(source="file", time=BEGIN, progress=0.5))
        return await waiting

    assert asyncio.run(wait())


def test_activity_and_the_life_of_a_track(client: TestClient) -> None:
    activity = client.get("/api/activity?mission=7&bins=4", headers=BEARER).json()
    assert (activity["plots"], activity["bin_ms"]) == ([5] * 4, 1000)
    life = read_blocks(client.get("/api/track?mission=7&track=2", headers=BEARER).content)
    assert life[-1][1]["track"].tolist() == [2, 2]
    assert client.get("/api/activity?mission=7&bins=0", headers=BEARER).status_code == 400


def test_base_maps_in_the_folder_appear_with_ranges(client: TestClient) -> None:
    entry, island = client.get("/api/basemaps", headers=BEARER).json()
    assert island["kind"] == "geojson"
    assert client.get(island["url"]).text == "{}"
    assert entry == {
        "name": "roads",
        "kind": "pmtiles",
        "url": "/basemaps/roads.pmtiles",
        "attribution": "OpenStreetMap contributors",
    }
    part = client.get(entry["url"], headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))


@pytest.mark.parametrize(
    "path",
    [
        "/basemaps/notes.doc",
        "/basemaps/..%2fsecret.geojson",
        "/..%2fsecret.geojson",
        "/assets/none.js",
        "/%00",
        "/a%00b",
        "/basemaps/%00",
        "/" + "a" * 5000,
        "/" + "a/" * 5000,
    ],
)
def test_nothing_outside_the_folders_is_served(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_hashed_assets_may_be_kept_for_ever(client: TestClient) -> None:
    answer = client.get("/assets/page-1234.js")
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"].startswith("text/javascript")


def test_a_page_that_was_not_built_says_so(picture: FakePicture, tmp_path: Path) -> None:
    console = make_console(picture, tmp_path)
    (tmp_path / "static" / "index.html").unlink()
    with client_of(console) as client:
        assert client.get("/").status_code == 503


def test_figures_are_for_this_machine_alone(picture: FakePicture, tmp_path: Path) -> None:
    console = make_console(picture, tmp_path)
    with client_of(console) as client:
        assert "sidelook_plots_total 5.0" in client.get("/metrics").text
    with client_of(console, peer="10.0.0.9") as client:
        assert client.get("/metrics").status_code == 403


def test_figures_need_the_token_where_others_can_reach_the_server(picture: FakePicture, tmp_path: Path) -> None:
    console = make_console(picture, tmp_path, grant("10.0.0.1", 8046, TOKEN))
    with client_of(console) as behind_a_proxy_here:
        assert behind_a_proxy_here.get("/metrics").status_code == 403
        assert behind_a_proxy_here.get("/metrics", headers=BEARER).status_code == 200
    with client_of(console, "10.0.0.1:8046", peer="10.0.0.9") as elsewhere:
        assert elsewhere.get("/metrics").status_code == 403


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/live", {}),
        ("/live?token=wrong", {}),
        (f"/live?token={TOKEN}", {"origin": "http://evil.example"}),
        (f"/live?token={TOKEN}", {"host": "evil.example:8046"}),
        (f"/live?token={TOKEN}&from_seq=x", {}),
    ],
)
def test_a_websocket_that_shows_the_wrong_things_is_refused(
    client: TestClient, path: str, headers: dict[str, str]
) -> None:
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(WEBSOCKET + path, headers=headers):
        pass


def talk(socket: Any) -> tuple[dict[str, Any], dict[str, Any], bytes]:  # noqa: ANN401 - Starlette's test session
    """Take hello, then the first status and the first rows, in whatever order."""
    hello = socket.receive_json()
    first, second = socket.receive(), socket.receive()
    payload = next(message["bytes"] for message in (first, second) if message.get("bytes"))
    text = next(message["text"] for message in (first, second) if message.get("text"))
    return hello, json.loads(text), payload


def test_the_websocket_says_hello_status_and_rows(picture: FakePicture, tmp_path: Path) -> None:
    board = Board(mode=Mode.LIVE, mission=7)
    condition = Condition(source="live", source_name="udp://239.1.2.3:4607", time=BEGIN, simulated=True)
    board.post(dataclasses.replace(condition, alarms=(Alarm(level=Level.ERROR, text="the disk is full"),)))
    console = make_console(picture, tmp_path, board=board)
    console.publish(make_rows([0], [(0, 1, 1)]))
    console.hub.tick()
    with client_of(console) as client, client.websocket_connect(f"{WEBSOCKET}/live?token={TOKEN}") as socket:
        hello, status, payload = talk(socket)
    assert (hello["type"], hello["mission"], hello["mode"]) == ("hello", "7", "live")
    assert hello["sequence"] == console.hub.position
    assert status["alarms"] == [{"level": "error", "text": "the disk is full"}]
    assert (status["source"], status["simulated"], status["time_ms"]) == ("live", True, BEGIN / 1e6)
    assert status["behind_ms"] > 0
    assert [header["kind"] for header, _ in read_blocks(payload)] == [1, 2, 3]
