from pathlib import Path

import pytest

from sidelook.mission.options import Options, settle
from sidelook.mission.settings import Settings, SettingsError, parse_settings, read_settings


def test_what_is_not_named_keeps_its_default() -> None:
    settings = parse_settings({"console": {"port": 9000}, "archive": {"seal_s": 5}})
    assert settings.console.port == 9000
    assert settings.archive.seal_s == 5.0
    assert settings.feeds == Settings().feeds


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ({"consol": {}}, "did you mean console"),
        ({"console": {"prt": 1}}, "no key console.prt; did you mean console.port"),
        ({"archive": {"xyz": 1}}, "known are folder, sync_s"),
        ({"console": {"port": "high"}}, r"Expected `int`, got `str` - at `\$\.console\.port`"),
    ],
)
def test_unknown_keys_and_wrong_types_are_refused_by_name(tree: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        parse_settings(tree)


def test_a_file_is_read_and_the_command_line_is_laid_over_it(tmp_path: Path) -> None:
    path = tmp_path / "sidelook.toml"
    path.write_text('[console]\nport = 9000\ntoken = "secret"\n[archive]\nlive_hours = 24\n')
    settings = settle(Options(settings=path, port=0, archive=tmp_path))
    assert (settings.console.port, settings.console.token) == (0, "secret")
    assert (settings.archive.folder, settings.archive.live_hours) == (str(tmp_path), 24.0)


@pytest.mark.parametrize(("text", "words"), [("[console", "is not TOML"), (None, "cannot be read")])
def test_files_that_cannot_be_read_are_said_in_one_sentence(tmp_path: Path, text: str | None, words: str) -> None:
    path = tmp_path / "sidelook.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError, match=words):
        read_settings(path)
