import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sidelook import cli
from sidelook.archive import ArchiveLockedError
from sidelook.errors import InputError, ReleaseRefusedError, SidelookError, StorageError, UsageError
from sidelook.feeds.source import FeedError

from .mission.conftest import recording_bytes

__all__ = ["recording_bytes"]  # a fixture

HEAVY = ("numba", "scipy", "pyarrow", "duckdb", "starlette", "uvicorn", "rich", "msgspec")
COMMANDS = ("run", "serve", "track", "info", "check", "convert", "record", "replay", "monitor")


@dataclass(frozen=True)
class Outcome:
    """What a command said, and its exit code."""

    code: int
    stdout: str
    stderr: str


Run = Callable[..., Outcome]


@pytest.fixture
def sidelook(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process, as a user would."""

    def run(*arguments: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["sidelook", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        code = ended.value.code
        assert isinstance(code, int)
        said = capsys.readouterr()
        return Outcome(code, said.out, said.err)

    return run


def test_help_imports_none_of_the_engines() -> None:
    code = (
        "import sys; from sidelook.cli import app\n"
        "try: app(['--help'])\nexcept SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stderr == "[]\n"
    assert all(command in result.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_an_example(sidelook: Run, command: str) -> None:
    result = sidelook(command, "--help")
    assert result.code == 0
    assert f"sidelook {command}" in result.stdout.split("Example")[1]


def test_the_help_says_where_things_are_kept_and_what_takes_folders(sidelook: Run) -> None:
    assert "./missions by default" in sidelook("run", "--help").stdout
    for command in ("info", "check", "convert"):
        assert "folder of recordings" in " ".join(sidelook(command, "--help").stdout.split())


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (InputError("x"), 3),
        (ArchiveLockedError("x"), 4),
        (StorageError("x"), 4),
        (FeedError("x"), 5),
        (ReleaseRefusedError("x"), 6),
        (SidelookError("x"), 5),
    ],
)
def test_exit_codes_say_whose_fault_it_is(error: SidelookError, code: int) -> None:
    assert cli.exit_code(error) == code


@pytest.mark.parametrize("command", ["info", "check", "track", "run"])
@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (None, 2, "No such file"),
        (b"", 3, "is empty"),
        (b"\x89PNG\r\n", 3, "PNG"),
        (bytes(5000), 3, "no STANAG 4607 packet"),
    ],
)
def test_wrong_input_is_one_sentence_and_never_a_traceback(
    sidelook: Run, tmp_path: Path, command: str, content: bytes | None, code: int, words: str
) -> None:
    path = tmp_path / "flight.4607"
    if content is not None:
        path.write_bytes(content)
    extra = ["--archive", str(tmp_path / "archive"), "--port", "0"] if command == "run" else []
    result = sidelook(command, str(path), *extra)
    assert result.code == code
    assert words in result.stderr
    assert result.stderr.startswith("sidelook: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert not (tmp_path / "archive").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["record", "http://x:1", "-o", "x.4607"], "udp://HOST:PORT"),
        (["run", "udp://239.1.2.3"], "names no port"),
        (["run", "udp://127.0.0.1:0"], "names no port from 1"),
        (["run", "udp://127.0.0.1:9", "--basemaps", "nothere"], "no folder of base maps nothere"),
        (["serve", "--listen", "192.0.2.1"], "give an address of this machine"),
        (["serve", "--archive", "no-such-archive", "--port", "0"], "no-such-archive"),
        (["run", "udp://127.0.0.1:9", "--listen", "0.0.0.0", "--port", "0"], "--token"),  # noqa: S104 - refused
    ],
)
def test_wrong_use_is_one_sentence(
    sidelook: Run, tmp_path: Path, arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = sidelook(*arguments)
    assert result.code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["info", "check", "track", "run", "replay", "convert"])
def test_a_pipe_is_wrong_use_for_every_command_that_reads_recordings(
    sidelook: Run, tmp_path: Path, command: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    target = {"replay": ["--to", "udp://127.0.0.1:9"], "convert": [str(tmp_path / "out.csv")]}
    result = sidelook(command, str(tmp_path / "pipe"), *target.get(command, []))
    assert result.code == 2
    assert result.stderr.startswith(f"sidelook: {tmp_path}/pipe is a pipe; ")
    assert result.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.parametrize("command", ["info", "track", "convert"])
def test_damage_is_a_sentence_and_no_failure(
    sidelook: Run, tmp_path: Path, recording_bytes: bytes, command: str
) -> None:
    path = tmp_path / "damaged.4607"
    path.write_bytes(recording_bytes[:-10])
    result = sidelook(command, str(path), *([str(tmp_path / "out.csv")] if command == "convert" else []))
    assert result.code == 0
    assert result.stdout
    assert f"sidelook: {path} is damaged or cut off: " in result.stderr
