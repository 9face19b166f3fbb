"""The page that lists the keys of scenarios lists them all, with their defaults, and no others."""

import re
import tomllib
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from sidelook.mission.scenario import parse_scenario
from sidelook.simulation.scenario.settings import GroundKind, JobSection, Scenario

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "scenarios.md").read_text("utf-8")
HINTS = get_type_hints(Scenario)
SECTIONS = {
    name: next(part for part in (hint, *get_args(hint)) if is_dataclass(part))
    for name, hint in HINTS.items()
    if any(is_dataclass(part) for part in (hint, *get_args(hint)))
}


def documented() -> dict[str, dict[str, str]]:
    """Read the page's tables: by section, "" for the scenario itself, the word for the default of each key."""
    parts = re.split(r"^## (.*)$", PAGE, flags=re.MULTILINE)[1:]
    tables = {}
    for title, text in zip(parts[::2], parts[1::2], strict=True):
        rows = re.findall(r"^\| `(\w+)` \|[^|]*\| ([^|]*) \|", text, re.MULTILINE)
        if rows:
            assert len(dict(rows)) == len(rows), title
            named = re.fullmatch(r"`\[+(\w+)\]+`", title)
            tables[named[1] if named else ""] = dict(rows)
    return tables


def spelled(item: "Field[Any]") -> object:
    """Give a default as TOML would: text, numbers and lists; words where there is none."""
    value = item.default_factory() if item.default_factory is not MISSING else item.default
    if value is MISSING:
        return "required"
    return "none" if value is None else list(value) if isinstance(value, tuple) else value


def read(word: str) -> object:
    return word if word in ("none", "required") else tomllib.loads(f"x = {word.strip('`')}")["x"]


def test_the_page_has_a_table_for_every_section_and_no_other() -> None:
    assert set(documented()) == {"", *SECTIONS}


def test_lists_of_sections_are_written_as_such() -> None:
    shown = dict(re.findall(r"^## `(\[+)(\w+)\]+`$", PAGE, re.MULTILINE))
    doubled = {name for brackets, name in re.findall(r"^## `(\[+)(\w+)\]+`$", PAGE, re.MULTILINE) if brackets == "[["}
    assert shown
    assert doubled == {name for name in SECTIONS if not is_dataclass(HINTS[name])}


@pytest.mark.parametrize("section", ["", *SECTIONS])
def test_every_key_stands_there_with_its_default(section: str) -> None:
    record = SECTIONS.get(section, Scenario)
    wanted = {item.name: spelled(item) for item in fields(record) if section or item.name not in SECTIONS}
    shown = {key: read(word) for key, word in documented()[section].items()}
    assert shown == wanted
    # 1 and true are equal, and a scenario tells them apart; 60 and 60.0 it does not.
    kinds = {key: isinstance(value, bool) for key, value in wanted.items()}
    assert {key: isinstance(value, bool) for key, value in shown.items()} == kinds


def test_the_one_default_that_is_a_list_of_sections_is_said() -> None:
    assert Scenario().jobs == (JobSection(),)
    assert not Scenario().convoys
    assert not Scenario().aircraft
    assert "Without any it is one `wide_area`" in PAGE


def test_the_example_is_a_scenario_that_uses_every_section() -> None:
    shown = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert shown is not None
    tree = tomllib.loads(shown[1])
    scenario = parse_scenario(tree)
    assert set(tree) >= set(SECTIONS)
    assert scenario.ground.kind is GroundKind.ISLAND
    assert isinstance(scenario.start, datetime)
