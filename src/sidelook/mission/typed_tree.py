"""TOML files as typed trees: read, unknown keys refused by name, values converted; every failure is one sentence."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from sidelook.errors import UsageError

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True)
class TreeKind:
    """What a tree is called in sentences, and the error that says them."""

    name: str
    error: type[UsageError]


def read_tree(path: Path, kind: TreeKind) -> dict[str, Any]:
    """Read a TOML file; the kind's error where it cannot be read or is none."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        message = f"{kind.name} {path} cannot be read: {error.strerror}"
        raise kind.error(message) from error
    except ValueError as error:
        message = f"{kind.name} {path} is not TOML: {error}"
        raise kind.error(message) from error


def changed_tree(tree: Mapping[str, Any], changes: Sequence[str], kind: TreeKind) -> dict[str, Any]:
    """Lay changes over a tree, each ``KEY=VALUE`` with dots in the key and the value as TOML has it, or bare words."""
    changed = dict(tree)
    for change in changes:
        key, equals, value = change.partition("=")
        if not (key.strip() and equals):
            message = f"{kind.name}: {change!r} changes nothing: say KEY=VALUE, as in traffic.vehicles=500"
            raise kind.error(message)
        *above, last = key.strip().split(".")
        branch = changed
        for name in above:
            branch[name] = dict(branch[name]) if isinstance(branch.get(name), Mapping) else {}
            branch = branch[name]
        branch[last] = _value(value)
    return changed


def _value(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def convert_tree(tree: Mapping[str, Any], record: type[Record], kind: TreeKind) -> Record:
    """Turn a tree of TOML values into a record; the kind's error names the key at fault."""
    refuse_unknown(tree, record, kind)
    try:
        return msgspec.convert(tree, record)
    except msgspec.ValidationError as error:
        message = f"{kind.name}: {error}"
        raise kind.error(message) from error


def refuse_unknown(tree: Mapping[str, Any], record: type, kind: TreeKind, prefix: str = "") -> None:
    """Raise for the first key that is not known, naming the nearest that is."""
    hints = get_type_hints(record)
    known = {item.name: hints[item.name] for item in fields(record)}
    for key, value in tree.items():
        if key not in known:
            near = get_close_matches(key, known, 1)
            advice = f"did you mean {prefix}{near[0]}?" if near else f"known are {', '.join(known)}"
            message = f"{kind.name}: no key {prefix}{key}; {advice}"
            raise kind.error(message)
        for place, part in _parts(value):
            inner = next((each for each in (known[key], *get_args(known[key])) if is_dataclass(each)), None)
            if isinstance(inner, type) and isinstance(part, Mapping):
                refuse_unknown(part, inner, kind, f"{prefix}{key}{place}.")


def _parts(value: object) -> list[tuple[str, object]]:
    """Give a value, or the items of a list with their places."""
    return [(f"[{place}]", item) for place, item in enumerate(value)] if isinstance(value, list) else [("", value)]
