"""The page that lists the settings lists them all, with their defaults."""

import re
import tomllib
from dataclasses import asdict
from pathlib import Path

from sidelook.mission.settings import Settings, parse_settings

PAGE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "run-live.md"


def test_the_settings_shown_are_the_defaults() -> None:
    shown = re.search(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert shown is not None
    tree = tomllib.loads(shown[1])
    assert parse_settings(tree) == Settings()
    assert {name: set(part) for name, part in tree.items()} == {
        name: set(part) for name, part in asdict(Settings()).items()
    }
