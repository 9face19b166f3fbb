import csv
import json

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sidelook.formats.truth.errors import TruthError
from sidelook.formats.truth.names import (
    FORMAT,
    MOST_ENTITY,
    names_from_csv,
    names_from_json,
    names_to_csv,
    names_to_json,
)
from sidelook.model.plots import TargetClass
from sidelook.model.truth import Entities


def entities(**changed: object) -> Entities:
    columns = {
        "entity": np.array([1, 7, MOST_ENTITY]),
        "target_class": np.array([TargetClass.WHEELED, TargetClass.TRACKED, 99], np.uint8),
        "formation": np.array([1, -1, 0], np.int32),
        "length": np.array([7.5, np.nan, np.nan], np.float32),
        "names": ('=HYPERLINK("x")', "Müller, \"A\" 'b'", "'quoted"),
        "formation_names": ("A2", "convoy; east"),
    }
    return Entities(**(columns | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(("write", "read"), [(names_to_json, names_from_json), (names_to_csv, names_from_csv)])
def test_the_table_comes_back_whole(write: object, read: object) -> None:
    for given in (entities(), entities(names=(), formation_names=()), Entities.empty()):
        made = read(write(given))  # type: ignore[operator]
        for name in Entities.DTYPES:
            assert_array_equal(getattr(made, name), getattr(given, name))
        if len(given):
            assert made.names == given.names
            assert made.formation_names == given.formation_names


def test_a_spreadsheet_sees_no_formula() -> None:
    rows = list(csv.reader(names_to_csv(entities()).decode().splitlines()))
    assert rows[1][1].startswith("'=")
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_the_table_says_that_it_is_of_a_simulation() -> None:
    assert json.loads(names_to_json(entities()))["simulated"] is True


@pytest.mark.parametrize("tags", [[0, 1, 2], [1, 1, 2], [1, 2, 2**32], [-1, 2, 3]])
def test_tags_that_do_not_fit_are_refused(tags: list[int]) -> None:
    with pytest.raises(TruthError, match=r"D32\.17"):
        names_to_json(entities(entity=np.array(tags)))
    with pytest.raises(TruthError, match=r"D32\.17"):
        names_to_csv(entities(entity=np.array(tags)))


def document(**changed: object) -> bytes:
    return json.dumps({"format": FORMAT, "entities": [{"entity": 1, "class": "wheeled"} | changed]}).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"format": "x"}',
        b"[" * 100_000,
        document(entity="x"),
        document(entity=2**70),
        document(entity=None),
        document(**{"class": "spaceship"}),
        document(**{"class": 300}),
        document(formation=-5),
        document(formation=10**9, formation_name="far"),
        document(length_m="long"),
    ],
)
def test_json_that_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(TruthError):
        names_from_json(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a,b\n",
        b"\xff\xfe",
        b"entity,name,class,formation,formation_name,length_m\n1,a\n",
        b"entity,name,class,formation,formation_name,length_m\nx,a,wheeled,,,\n",
        b'entity,name,class,formation,formation_name,length_m\n1,"a,wheeled,,,\n',
    ],
)
def test_csv_that_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(TruthError):
        names_from_csv(data)
