from pathlib import Path

import pytest

from sidelook.errors import InputError
from sidelook.mission.options import Options, settle
from sidelook.mission.roads import RoadsFileError, load_roads
from sidelook.mission.run import BUNDLED, bundled


def test_the_roads_of_the_island_are_read() -> None:
    roads = load_roads(BUNDLED / "island.geojson")
    assert len(roads) > 1_000
    assert roads.speed_limit.min() > 5.0


def test_the_bundled_recording_knows_its_roads_unless_others_are_named(tmp_path: Path) -> None:
    assert bundled(Options())[1].roads == BUNDLED / "island.geojson"
    assert bundled(Options(roads=tmp_path))[1].roads == tmp_path


def test_a_file_that_is_not_there_is_named_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(RoadsFileError, match=r"no file of roads .*none\.osm\.pbf"):
        settle(Options(roads=tmp_path / "none.osm.pbf"))
    with pytest.raises(RoadsFileError, match="extract"):
        load_roads(tmp_path)


@pytest.mark.parametrize("data", [b"", b"no roads", b'{"type": "Feature"}'])
def test_what_is_no_roads_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "roads.osm"
    path.write_bytes(data)
    with pytest.raises(InputError):
        load_roads(path)
