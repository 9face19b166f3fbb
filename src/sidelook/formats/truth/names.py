"""The table beside a recording: which truth tag (STANAG 4607, D32.17) is which entity of the source.

JSON keeps all of it; CSV is for people and their spreadsheets.
"""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from sidelook.formats.plain import plain
from sidelook.formats.truth.errors import TruthError
from sidelook.model.plots import TargetClass
from sidelook.model.truth import Entities

#: D32.17 is a 32-bit field; zero is kept for "none".
MOST_ENTITY = 2**32 - 1
FORMAT = "sidelook truth names 1"

_COLUMNS = ("entity", "name", "class", "formation", "formation_name", "length_m")
_FORMULA = ("=", "+", "-", "@", "'")
_CLASSES = {kind.name.lower(): kind.value for kind in TargetClass}
_NAMES = {code: name for name, code in _CLASSES.items()}


def names_to_json(entities: Entities) -> bytes:
    """Write the table as JSON.

    Parameters
    ----------
    entities : with or without names

    Raises
    ------
    TruthError : a truth tag does not fit 32 bits
    """
    _require_tags(entities)
    document = {"format": FORMAT, "simulated": True, "entities": [_record(row) for row in _rows(entities)]}
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def names_from_json(data: bytes) -> Entities:
    """Read the table from JSON.

    Raises
    ------
    TruthError : no such table, damaged, or with a tag twice
    """
    try:
        document = json.loads(data)
        if document["format"] != FORMAT:
            message = f"the format is {document['format']!r}, needed is {FORMAT!r}"
            raise TruthError(message)
        return _entities([[record.get(name, "") for name in _COLUMNS] for record in document["entities"]])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        message = f"the bytes are no table of names in JSON: {error!r}"
        raise TruthError(message) from error


def names_to_csv(entities: Entities) -> bytes:
    """Write the table as CSV; names that a spreadsheet would take for formulas begin with an apostrophe.

    Raises
    ------
    TruthError : a truth tag does not fit 32 bits
    """
    _require_tags(entities)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([_harmless(cell) for cell in row] for row in _rows(entities))
    return text.getvalue().encode()


def names_from_csv(data: bytes) -> Entities:
    """Read the table from CSV.

    Raises
    ------
    TruthError : no such table, damaged, or with a tag twice
    """
    try:
        lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        if next(lines, None) != list(_COLUMNS):
            message = f"the first line must name the columns {', '.join(_COLUMNS)}"
            raise TruthError(message)
        return _entities([[_restored(cell) for cell in row] for row in lines])
    except (ValueError, OverflowError, csv.Error) as error:
        message = f"the bytes are no table of names in CSV: {error}"
        raise TruthError(message) from error


def _rows(entities: Entities) -> list[list[Any]]:
    count = len(entities)
    formation = entities.formation.tolist()
    return [
        list(row)
        for row in zip(
            entities.entity.tolist(),
            entities.names or [""] * count,
            [_NAMES.get(code, str(code)) for code in entities.target_class.tolist()],
            ["" if number < 0 else number for number in formation],
            [_word(entities.formation_names, number) for number in formation],
            ["" if np.isnan(length) else length for length in entities.length.tolist()],
            strict=True,
        )
    ]


def _record(row: list[Any]) -> dict[str, Any]:
    """Leave out what there is none of."""
    return {name: value for name, value in zip(_COLUMNS, row, strict=True) if value != ""}


def _entities(rows: list[list[Any]]) -> Entities:
    columns: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * len(_COLUMNS)
    entity, names, classes, formation, formation_names, length = columns
    words = {int(number): str(word) for number, word in zip(formation, formation_names, strict=True) if number != ""}
    named = max((number for number, word in words.items() if word), default=-1)
    if any(number < 0 for number in words) or named > len(rows):
        message = "formations are not numbered from 0"
        raise TruthError(message)
    made = Entities(
        entity=np.array([int(tag) for tag in entity], np.int64),
        target_class=np.array([_class(word) for word in classes], np.uint8),
        formation=np.array([-1 if number == "" else int(number) for number in formation], np.int32),
        length=np.array([np.nan if metres == "" else float(metres) for metres in length], np.float32),
        names=tuple(str(name) for name in names) if any(names) else (),
        formation_names=tuple(words.get(number, "") for number in range(named + 1)),
    )
    _require_tags(made)
    return made


def _class(word: str) -> int:
    code = _CLASSES[word] if word in _CLASSES else int(word)
    if not 0 <= code <= np.iinfo(np.uint8).max:
        message = f"{code} is no target class"
        raise ValueError(message)
    return code


def _word(words: Sequence[str], number: int) -> str:
    return words[number] if 0 <= number < len(words) else ""


def _require_tags(entities: Entities) -> None:
    tags = entities.entity
    if len(np.unique(tags)) != len(tags) or np.any((tags < 1) | (tags > MOST_ENTITY)):
        message = f"truth tags must differ and be of 1 to {MOST_ENTITY} (STANAG 4607, D32.17); number the entities anew"
        raise TruthError(message)


def _harmless(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    return f"'{plain(cell)}" if cell.startswith(_FORMULA) else plain(cell)


def _restored(cell: str) -> str:
    return cell.removeprefix("'")
