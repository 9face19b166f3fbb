"""Files on a server: only the ranges asked for travel, and what goes wrong is said."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from sidelook.formats.cphd import write_cphd
from sidelook.geometry.frames import LocalFrame
from sidelook.mission.image_reading import Sayings, read_histories
from sidelook.mission.remote import Remote, RemoteError, sources
from sidelook.model.origin import Classification

from .test_image import history

DATA = bytes(range(256)) * 20_000
SENT: list[int] = []


class Server(BaseHTTPRequestHandler):
    """A file by ranges, one without, and one that is cut short."""

    data = DATA

    def do_GET(self) -> None:
        """Answer with a range."""
        if self.path.startswith("/none"):
            self.send_error(404)
            return
        first, last = (int(word) for word in self.headers["Range"].removeprefix("bytes=").split("-"))
        data = self.data[first : last + 1]
        self.send_response(200 if self.path.startswith("/whole") else 206)
        self.send_header("Content-Length", str(len(data)))
        length = "*" if self.path.startswith("/endless") else str(len(self.data))
        self.send_header("Content-Range", f"bytes {first}-{last}/{length}")
        self.end_headers()
        SENT.append(len(data))
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """Serve on a port of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        SENT.clear()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()


def test_only_what_is_read_travels(server: str) -> None:
    with Remote(f"{server}/a%20scene.cphd?key=1").open() as file:
        assert file.seek(0, 2) == len(DATA)
        file.seek(3_000_001)
        assert file.read(1000) == DATA[3_000_001:3_001_001]
        file.seek(-10, 2)
        assert file.read() == DATA[-10:]
        assert file.read(1) == b""
    assert sum(SENT) < 300_000
    many = bytearray(4_000_000)
    with Remote(f"{server}/b.cphd").open() as file:
        file.seek(7)
        assert file.readinto(many) == len(many)
    assert many == DATA[7:4_000_007]


@pytest.mark.parametrize(
    ("path", "words"), [("/none", "404"), ("/whole", "no parts of files"), ("/endless", "how long the file is")]
)
def test_a_server_that_does_not_serve_is_said(server: str, path: str, words: str) -> None:
    with pytest.raises(RemoteError, match=words):
        Remote(server + path).open()


def test_nobody_there() -> None:
    with pytest.raises(RemoteError, match="no answer"):
        Remote("http://127.0.0.1:9/a.cphd").open()


def test_of_many_pulses_those_wanted_travel(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "many.cphd"
    many = replace(history(4000), frame=LocalFrame(latitude=0.7, longitude=0.1), begin=10**18)
    many = replace(many, origin=replace(many.origin, classification=Classification.UNCLASSIFIED))
    with path.open("wb") as file:
        write_cphd(many, file)
    monkeypatch.setattr(Server, "data", path.read_bytes())
    some = read_histories([Remote(f"{server}/many.cphd")], Sayings(pulses=(1000, 1100)), autofocus=True)
    assert np.array_equal(some.samples, many.samples[1000:1100])
    assert sum(SENT) < 0.3 * path.stat().st_size


def test_words_are_files_or_addresses() -> None:
    path, remote = sources(["c:/a.mat", "https://example.org/x/b%20c.cphd"])
    assert isinstance(path, Path)
    assert isinstance(remote, Remote)
    assert (remote.name, remote.suffix, str(remote)) == ("b c.cphd", ".cphd", "https://example.org/x/b%20c.cphd")
