import pytest

from sidelook.geography.osm_tags import is_closed, one_way, speed_limit


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("50", 50 / 3.6),
        ("100 km/h", 100 / 3.6),
        ("30 mph", 13.4112),
        ("30mph", 13.4112),
        ("50;70", 50 / 3.6),
        ("walk", 7 / 3.6),
        ("none", 36.0),
        ("DE:urban", 50 / 3.6),
        ("FR:rural", 90 / 3.6),
        ("signals", 11.0),
        ("", 11.0),
        (None, 11.0),
        ("0", 11.0),
        ("999", 11.0),
        ("fast", 11.0),
        ("5" * 10_000, 11.0),
    ],
)
def test_speed_limits(text: str | None, limit: float) -> None:
    assert speed_limit(text, 11.0) == pytest.approx(limit)


@pytest.mark.parametrize(
    ("tags", "direction"),
    [
        ({"highway": "primary"}, 0),
        ({"highway": "primary", "oneway": "yes"}, 1),
        ({"highway": "primary", "oneway": "-1"}, -1),
        ({"highway": "primary", "oneway": "reversible"}, 0),
        ({"highway": "motorway"}, 1),
        ({"highway": "motorway", "oneway": "no"}, 0),
        ({"highway": "tertiary", "junction": "roundabout"}, 1),
    ],
)
def test_directions(tags: dict[str, str], direction: int) -> None:
    assert one_way(tags) == direction


@pytest.mark.parametrize(
    ("tags", "closed"),
    [
        ({}, False),
        ({"access": "private"}, True),
        ({"access": "no", "motor_vehicle": "yes"}, False),
        ({"vehicle": "no"}, True),
        ({"access": "destination"}, False),
    ],
)
def test_the_nearest_access_tag_decides(tags: dict[str, str], closed: bool) -> None:  # noqa: FBT001 - a case
    assert is_closed(tags) is closed
