"""What a file of places says of each: a shape, a name, and what it is watched for."""

from typing import Annotated, Any

import msgspec


class RuleText(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A rule as a file has it: its kind, UTC from and until, vehicles declared or announced, and a line's far side."""

    rule: str
    from_: str | None = msgspec.field(name="from", default=None)
    until: str | None = None
    vehicles: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] | None = None
    beyond: str | None = None


class Property(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of a feature's properties; others are the drawing program's own and are left alone."""

    name: str | None = None
    kind: str | None = None
    speed_kmh: Annotated[float, msgspec.Meta(gt=0.0, le=300.0)] | None = None
    rule: str | None = None
    from_: str | None = msgspec.field(name="from", default=None)
    until: str | None = None
    vehicles: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] | None = None
    beyond: str | None = None
    rules: tuple[RuleText, ...] = ()


class Geometry(msgspec.Struct, frozen=True):
    """A GeoJSON geometry, its coordinates not looked at yet."""

    type: str
    coordinates: Any = None


class Feature(msgspec.Struct, frozen=True):
    """A GeoJSON feature."""

    geometry: Geometry | None = None
    properties: Property | None = None


class Collection(msgspec.Struct, frozen=True):
    """A GeoJSON collection."""

    features: tuple[Feature, ...]
