from collections.abc import Iterator
from pathlib import Path

import pytest

from sidelook.archive import Box
from sidelook.archive.catalog import Catalog, Seal
from sidelook.archive.records import Kind, Segment
from sidelook.model.origin import Classification, Origin


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Open a new catalog with one mission."""
    opened = Catalog(tmp_path, "write")
    opened.begin_mission("test", "live", 5)
    yield opened
    opened.close()


def segment(path: str, begin: int | None, end: int | None, kind: Kind = Kind.PLOTS, **given: object) -> Segment:
    """Describe a file."""
    known = {"mission": 1, "received_first": 1, "received_last": 2, "rows": 3, "size": 4, "digest": "d"} | given
    return Segment(path=path, kind=kind, begin=begin, end=end, **known)  # type: ignore[arg-type]


def seal(*segments: Segment, **given: object) -> Seal:
    """Describe a seal."""
    known = {"origins": (), "activity": (), "lives": (), "sealed_through": 1, "last_dwell": 2, "checkpoint": b"c"}
    return Seal(mission=1, segments=segments, saved=9, **known | given)  # type: ignore[arg-type]


def test_a_segment_comes_back_as_it_was_listed(catalog: Catalog) -> None:
    given = segment(
        "plots/a",
        10,
        20,
        box=Box(west=3.0, south=-0.1, east=-3.0, north=0.1),
        classification=Classification.SECRET,
        simulated=True,
    )
    catalog.seal(seal(given))
    assert catalog.all_segments() == (given,)


@pytest.mark.parametrize(
    ("window", "found"),
    [(None, ["a", "b"]), ((20, 21), ["a"]), ((21, 30), []), ((30, 31), ["b"]), ((0, 10), []), ((15, 31), ["a", "b"])],
)
def test_windows_are_half_open_and_segments_are_not(
    catalog: Catalog, window: tuple[int, int] | None, found: list[str]
) -> None:
    catalog.seal(seal(segment("b", 30, 40), segment("a", 10, 20), segment("raw", None, None, Kind.RAW)))
    assert [item.path for item in catalog.segments(1, Kind.PLOTS, window)] == found


def test_a_raw_file_is_described_anew_and_its_times_only_widened(catalog: Catalog) -> None:
    catalog.enter([segment("r", None, None, Kind.RAW, rows=1)])
    catalog.enter([segment("r", 10, 20, Kind.RAW, rows=2, digest="e")])
    catalog.enter([segment("r", 15, 30, Kind.RAW, rows=3)])
    catalog.enter([segment("r", None, None, Kind.RAW, rows=4)])
    (found,) = catalog.all_segments()
    assert (found.begin, found.end, found.rows, found.digest) == (10, 30, 4, "d")


def test_a_seal_counts_as_a_whole_or_not_at_all(catalog: Catalog) -> None:
    good = Origin(source="a")
    catalog.seal(seal(segment("a", 1, 2), origins=(good,), activity=[(0, 5, 2, 1)], lives=[(7, 1, 2, 1)]))

    def failing() -> Iterator[tuple[int, int, int, int]]:
        yield (7, 0, 9, 1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        catalog.seal(seal(segment("b", 3, 4), activity=[(0, 5, 2, 1)], lives=failing(), checkpoint=b"new"))
    assert [item.path for item in catalog.all_segments()] == ["a"]
    assert catalog.query("SELECT plots FROM activity") == [(5,)]
    assert catalog.query("SELECT first, last, states FROM lives") == [(1, 2, 1)]
    assert catalog.checkpoint(1) == b"c"
    catalog.seal(seal(activity=[(0, 5, 2, 1)], lives=[(7, 0, 9, 2)], checkpoint=b"new"))
    assert catalog.query("SELECT plots FROM activity") == [(10,)]
    assert catalog.query("SELECT first, last, states FROM lives") == [(0, 9, 3)]
    assert (catalog.checkpoint(1), catalog.origins(1)) == (b"new", (good,))


def test_what_is_replaced_is_doomed_until_it_is_gone(catalog: Catalog) -> None:
    old, new = [segment("a", 1, 2), segment("b", 3, 4)], [segment("c", 1, 4)]
    catalog.seal(seal(*old))
    catalog.replace(old, new)
    assert [item.path for item in catalog.all_segments()] == ["c"]
    assert catalog.doomed() == ("a", "b")
    catalog.forget_doomed(["a", "b"])
    assert catalog.doomed() == ()


def test_it_is_as_durable_as_sqlite_can_be(catalog: Catalog) -> None:
    with catalog.transaction() as writer:
        settings = {name: writer.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
        assert settings | {"secure_delete": writer.execute("PRAGMA secure_delete").fetchone()[0]} == {
            "journal_mode": "wal",
            "synchronous": 2,
            "secure_delete": 1,
        }
