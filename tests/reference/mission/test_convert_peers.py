"""What ``convert`` writes beside what an independent program makes of the same bytes."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import stanag4607

from sidelook.mission.convert import convert

RECORDINGS = ("afrl_10_targets.4607", "list1.4607", "edition_a/full_mask_every_optional_group.gmti")


def peer_features(path: Path) -> Iterator[dict[str, dict[str, object]]]:
    """Decode with the package ``stanag4607`` and take its own GeoJSON."""
    decoder = stanag4607.PacketStreamDecoder()
    for packet in [*decoder.feed(path.read_bytes()), *(decoder.finish() or ())]:
        for segment in packet.segments:
            if segment.header.segment_type == stanag4607.DWELL_SEGMENT_TYPE:
                yield from stanag4607.dwell_to_geojson(stanag4607.decode_dwell_segment(segment))["features"]


@pytest.mark.parametrize("name", RECORDINGS)
def test_geojson_has_the_features_of_stanag4607(name: str, shared_data: Path, tmp_path: Path) -> None:
    """Position to the seventh decimal, radial velocity to the centimetre a second, reports in the same order."""
    source = shared_data / "gmti" / name
    convert(source, tmp_path / "ours.geojson")
    ours = json.loads((tmp_path / "ours.geojson").read_bytes())["features"]
    theirs = list(peer_features(source))
    assert len(ours) == len(theirs) > 0
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(
            mine["geometry"]["coordinates"], other["geometry"]["coordinates"], rtol=0, atol=0.51e-7
        )
        centimetres = other["properties"]["radial_velocity_centimeters_per_second"]
        speed = mine["properties"].get("radial_speed_mps")
        assert speed == (None if centimetres is None else pytest.approx(centimetres / 100, abs=1e-6))
